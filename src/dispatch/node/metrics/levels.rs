//! What is measured at the moment of asking: plain figures, as their owners give them.

use std::time::Duration;

use crate::store::Commits;

/// What is measured at the moment of asking.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    /// What waits in the store and in this node's lines; `None` if the store does not answer.
    pub backlog: Option<Backlog>,
    /// Sends in flight, tests among them.
    pub in_flight: usize,
    /// Permits and lines.
    pub permits: Permits,
    /// Endpoints whose circuit is open.
    pub circuits_open: usize,
    /// Changes that wait for the store's writer.
    pub write_backlog: usize,
    /// What the store's writer has committed.
    pub commits: Commits,
    /// Nodes that live.
    pub nodes: usize,
    /// Issued egress IPs that no live node can send from.
    pub egress_ips_without_node: usize,
}

/// What waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// What each endpoint that has something due waits for, put together.
    pub due: [Due; DueFor::ALL.len()],
    /// Endpoints that have deliveries held until something is mended.
    pub endpoints_held: usize,
    /// Bytes of an SQLite file's log.
    pub log_bytes: u64,
}

/// Endpoints that wait for the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// For how long the oldest delivery of all of them is due.
    pub oldest: Duration,
    /// How many endpoints these are.
    pub endpoints: usize,
}

/// What keeps an endpoint's deliveries that are due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueFor {
    /// Nothing but this node: they could be sent, and are not.
    Permit,
    /// Their receiver, which has as many in flight as it takes at a time.
    Receiver,
    /// The limits that their app was given.
    RateLimit,
    /// Their circuit, which is open.
    Circuit,
    /// A node that holds their egress IP.
    EgressIp,
    /// Another node, which can send them.
    AnotherNode,
}

/// Permits and lines of this node.
#[derive(Clone, Debug, Default)]
pub struct Permits {
    /// All that there are.
    pub total: usize,
    /// Those in use.
    pub in_use: usize,
    /// How often one was asked for and not given, by what stood in the way.
    pub refused: Vec<(&'static str, u64)>,
    /// Places in line that are taken.
    pub in_line: usize,
    /// The memory that those who wait there take.
    pub in_line_bytes: usize,
}

impl DueFor {
    /// All of them, each at its own place.
    pub const ALL: [Self; 6] =
        [Self::Permit, Self::Receiver, Self::RateLimit, Self::Circuit, Self::EgressIp, Self::AnotherNode];

    /// Its word, the same as a delivery is shown with where there is one.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::Receiver => "receiver",
            Self::RateLimit => "rate_limit",
            Self::Circuit => "circuit",
            Self::EgressIp => "egress_ip",
            Self::AnotherNode => "another_node",
        }
    }
}

impl Backlog {
    /// One more endpoint waits for this, and its oldest delivery is due for so long.
    pub fn waits(&mut self, waits: DueFor, age: Duration) {
        for (_, due) in DueFor::ALL.into_iter().zip(&mut self.due).filter(|(reason, _)| *reason == waits) {
            due.oldest = due.oldest.max(age);
            due.endpoints += 1;
        }
    }

    /// What waits for each.
    pub fn by_reason(&self) -> impl Iterator<Item = (DueFor, Due)> {
        DueFor::ALL.into_iter().zip(self.due)
    }
}
