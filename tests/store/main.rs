//! The store's suite. Every test takes a `&Store`, so that a second store can run the same ones.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that meets the unexpected should fail there and then")]

mod configuration;
mod egress;
mod queue;
mod secrets;
mod setup;
