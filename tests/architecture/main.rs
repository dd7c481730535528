//! Rules of the house that no compiler checks: which floor may import which, that no modules import one another in a
//! circle, which crates a floor may name, what only one place may know, that the documents tell the settings as they
//! are, and what the console's templates and stylesheet hold.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod circles;
mod crates;
mod demo;
mod documents;
mod floors;
mod house;
mod paths;
mod places;
mod stylesheet;
mod templates;

use std::path::PathBuf;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
