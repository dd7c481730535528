//! Receiver code before the sender: for every dialect and in every language what the API writes is started as it is, and gets
//! the callbacks that Ringback sends.
//!
//! [`captured`] has Ringback send every awkward value once in every dialect and keeps the requests as they came off the wire;
//! [`program`] starts a receiver; [`shown`] shows it all of them, twice, and some that were changed on the way.

mod answers;
mod captured;
mod dialects;
mod further_dialects;
mod languages;
mod let_in;
mod program;
mod shown;
