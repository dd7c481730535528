//! What the nodes of one database do; each does everything unless it was told otherwise.

use super::words::words;

words! {
    /// What a node does.
    NodeRole {
        /// Everything.
        All = "all",
        /// It takes reports and answers people, and sends nothing.
        Api = "api",
        /// It sends, and answers nobody.
        Worker = "worker",
    }
}

impl NodeRole {
    /// Whether it takes reports and answers people.
    pub fn serves(self) -> bool {
        self != Self::Worker
    }

    /// Whether it sends callbacks.
    pub fn sends(self) -> bool {
        self != Self::Api
    }
}
