//! What can be done with the store and the time alone, without a node that runs: the audit, who is whose, tokens.
//!
//! A command works so beside a running server, or before there is one. Whatever has to be put in force, woken or sent
//! needs a node and belongs to [`Actions`](super::Actions).

use crate::clock::Clock;
use crate::store::Store;

/// What can be done with these two.
#[derive(Debug)]
pub struct Standalone {
    /// What is remembered.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
}
