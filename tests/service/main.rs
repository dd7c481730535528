//! The whole service over real sockets and a real file, with a clock that the test turns.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod delivering;
mod receiver;
mod ringback;
