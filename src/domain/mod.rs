//! Floor 1: the words of the product and their rules. Pure: no I/O, no clock, no randomness, no database.

pub mod amount;
pub mod completion;
pub mod destination;
pub mod dialect;
pub mod invalid;
pub mod retry;
pub mod secret;
pub mod template;
pub mod time;
