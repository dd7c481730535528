//! The commands that need no server, run as a person runs them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod command;
mod dialect;
mod sign;
mod verify;
