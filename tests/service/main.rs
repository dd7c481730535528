//! The service from outside: HTTP calls as their callers make them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that meets the unexpected should fail there and then")]

mod access;
mod admin_apps;
mod admin_secrets;
mod harness;
mod strictness;
