//! Floor 1: the words of the product and their rules. Pure: no I/O, no clock, no randomness, no database.

pub mod amount;
pub mod app;
pub mod completion;
pub mod delivery;
pub mod dialect;
pub mod invalid;
pub mod secret;
pub mod source;
pub mod time;
