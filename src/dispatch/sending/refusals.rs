//! How often a permit was asked for and not given, by what stood in the way. Counting decides nothing and waits for nobody.

use std::sync::atomic::{AtomicU64, Ordering};

/// What stood in the way of a permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefusedBy {
    /// All permits of the endpoint are in use: its receiver takes no more at a time.
    Endpoint,
    /// The app's limits.
    Pace,
    /// The publisher has its share, and another one waits.
    Publisher,
    /// The receiving host has its share, and another publisher waits.
    Host,
    /// What is left goes to those who have fewer in flight.
    LastQuarter,
    /// All permits of the node are in use.
    Total,
}

/// How often each did.
#[derive(Debug, Default)]
pub(super) struct Refusals([AtomicU64; 6]);

impl RefusedBy {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Endpoint, "endpoint"),
        (Self::Pace, "app_limits"),
        (Self::Publisher, "publisher"),
        (Self::Host, "host"),
        (Self::LastQuarter, "last_quarter"),
        (Self::Total, "total"),
    ];
}

impl Refusals {
    /// This stood in the way once more.
    pub(super) fn count(&self, by: RefusedBy) {
        self.of(by).fetch_add(1, Ordering::Relaxed);
    }

    /// The word of each, and how often it stood in the way.
    pub(super) fn so_far(&self) -> [(&'static str, u64); 6] {
        RefusedBy::ALL.map(|(by, word)| (word, self.of(by).load(Ordering::Relaxed)))
    }

    fn of(&self, by: RefusedBy) -> &AtomicU64 {
        let [endpoint, pace, publisher, host, last_quarter, total] = &self.0;
        match by {
            RefusedBy::Endpoint => endpoint,
            RefusedBy::Pace => pace,
            RefusedBy::Publisher => publisher,
            RefusedBy::Host => host,
            RefusedBy::LastQuarter => last_quarter,
            RefusedBy::Total => total,
        }
    }
}
