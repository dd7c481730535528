//! The whole service: most tests over real sockets and a real file with a clock that the test turns; those of the admin
//! API call its handlers directly (see [`harness`]).
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod access;
mod admin_apps;
mod admin_secrets;
mod delivering;
mod harness;
mod house;
mod queue;
mod receiver;
mod reporting;
mod ringback;
mod strictness;
