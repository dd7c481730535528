//! The whole service: over real sockets and a real database, most of it in this process with a clock that the test
//! turns. Each folder's `mod.rs` says what belongs there.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "whole processes are watched, which take the machine's time")]

mod api;
mod cli;
mod console;
mod delivery;
mod money;
mod monitoring;
mod nodes;
mod people;
mod support;
