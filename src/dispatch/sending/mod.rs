//! Sending: from a delivery that this node has claimed to its settlement.
//!
//! [`worker`] claims what waits in the store and is due, with permits of [`pacing`] and places in the [`mod@line`] of an
//! endpoint's `gate`, where a claimed job waits for a permit; [`sender`] takes a [`job`] through one
//! [`exchange`] to its settlement: which way it leaves says `outbound`, which secret signs says [`keys`], whose fault a
//! failure is says `failure`. [`preview`] shows what a callback would look like, [`test_callback`] sends one that means
//! nothing. Nothing here may take in a report; every state is decided in the domain.

pub mod backlog;
mod budget;
mod circuit;
mod disable;
pub mod exchange;
mod failure;
mod gate;
pub mod job;
pub mod keys;
mod limit;
pub mod line;
mod line_bounds;
mod outbound;
mod pace;
pub mod pacing;
pub mod preview;
mod probe;
pub mod rates;
mod refusals;
mod refused;
mod remembered_test;
mod seats;
pub mod sender;
mod shown_body;
pub mod stored_test;
pub mod test_callback;
mod told;
mod turns;
pub mod worker;

use std::time::Duration;

/// How often the worker looks at the store without a reason: what a lost wake-up costs at most.
pub const POLL: Duration = Duration::from_secs(1);
