//! The whole service over real sockets and a real file, with a clock that the test turns.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod delivering;
mod egress_echo;
mod egress_proxy;
mod receiver;
mod ringback;
