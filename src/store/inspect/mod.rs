//! What production never runs: looking at the store from outside, for the bench and for tests.
//!
//! `plans` has the database explain the queries of the hot path, `look_up_plans` those of look-ups and lists, `count_plans` those of
//! charts and counts, the very ones that run; `history` makes millions of old rows where they are stored, `dead_rows` has PostgreSQL pile up what a vacuum would remove and counts what the
//! queue reads beside it; `own_schema` gives a measurement a PostgreSQL schema that goes with it.
//! `compiled` tells how the bundled SQLite was built, `engine` how either engine is set and what it has written. Nothing in
//! the store or above it may depend on this, but for the bench.

mod compiled;
mod count_plans;
mod dead_rows;
pub mod engine;
mod explain;
pub mod history;
mod look_up_plans;
mod own_schema;
mod plans;
mod sample;

pub use dead_rows::{Buffers, OldSnapshot};
pub use explain::Plan;
pub use own_schema::OwnSchema;
pub use plans::Size;
pub use sample::Sample;
