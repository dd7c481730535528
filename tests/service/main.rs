//! The service from outside: HTTP calls as their callers make them.

mod access;
mod admin_apps;
mod admin_secrets;
mod harness;
mod strictness;
