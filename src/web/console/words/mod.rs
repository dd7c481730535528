//! How the console writes what the API writes for programs: instants, durations, amounts, long values.
//!
//! Pure: whoever asks brings the time. Nothing here knows HTML; what stands on a page is escaped by its template.

pub mod amounts;
pub mod bytes;
pub mod cuts;
pub mod dialects;
pub mod instants;
pub mod outcomes;
pub mod places;
pub mod recipes;
pub mod roles;
pub mod sentences;
pub mod setup;
pub mod signing;
pub mod subjects;
pub mod turns;
pub mod waits;

pub use crate::domain::durations;
