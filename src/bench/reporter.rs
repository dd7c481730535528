//! The offer system of a closed loop: over as many connections as a workload has, each call after the answer to the one
//! before.
//!
//! It works as a client outside would: connections are kept, and a report is composed and signed when it is sent.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tokio::task::JoinSet;

use super::wire::{Connection, Message};
use super::workload::{Setting, Workload};
use crate::clock::Clock;
use crate::command::Failure;

const ACCEPTED: &[u8] = b"\"accepted\"";

/// How long it is reported.
#[derive(Clone, Copy, Debug)]
pub(super) enum Until {
    /// Until so many completions are.
    Reported(usize),
    /// Until then; what is under way is answered.
    Time(Instant),
}

/// Hands out the numbers of completions that have not been reported yet.
#[derive(Debug)]
struct Supply {
    next: AtomicUsize,
    until: Until,
}

/// Reports; each report must be accepted. Answers how many were.
pub(super) async fn report(
    nodes: &[SocketAddr],
    setting: &Arc<Setting>,
    workload: Workload,
    until: Until,
) -> Result<usize, Failure> {
    let supply = Arc::new(Supply { next: AtomicUsize::new(0), until });
    let mut reporters = JoinSet::new();
    for address in nodes {
        for _ in 0..workload.connections().div_ceil(nodes.len()) {
            reporters.spawn(report_next(*address, Arc::clone(setting), workload, Arc::clone(&supply)));
        }
    }
    let mut reported = 0;
    while let Some(reporter) = reporters.join_next().await {
        reported += reporter??;
    }
    Ok(reported)
}

async fn report_next(
    address: SocketAddr,
    setting: Arc<Setting>,
    workload: Workload,
    supply: Arc<Supply>,
) -> Result<usize, Failure> {
    let (mut connection, clock) = (Connection::open(address).await?, Clock::system());
    let mut reported = 0;
    while let Some(numbers) = supply.take(workload.per_call()) {
        let completions = numbers.len();
        let call = workload.call(&setting, numbers, clock.now());
        check(&connection.exchange(&call).await?, completions)?;
        reported += completions;
    }
    Ok(reported)
}

impl Supply {
    fn take(&self, at_most: usize) -> Option<Range<usize>> {
        if let Until::Time(end) = self.until
            && Instant::now() >= end
        {
            return None;
        }
        let first = self.next.fetch_add(at_most, Ordering::Relaxed);
        match self.until {
            Until::Reported(all) => (first < all).then(|| first..all.min(first + at_most)),
            Until::Time(_) => Some(first..first + at_most),
        }
    }
}

/// An answer must accept so many completions; anything else in it ends the measurement.
pub(super) fn check(answer: &Message, completions: usize) -> Result<(), Failure> {
    let accepted = answer.body.windows(ACCEPTED.len()).filter(|window| *window == ACCEPTED).count();
    if answer.status() == Some(200) && accepted == completions {
        return Ok(());
    }
    let words: String = String::from_utf8_lossy(&answer.body).chars().take(500).collect();
    Err(format!("{completions} reports were answered {:?}: {words}", answer.status()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_handed_out_once_and_the_last_call_bears_what_is_left() {
        let supply = Supply { next: AtomicUsize::new(0), until: Until::Reported(250) };
        let taken: Vec<Range<usize>> = std::iter::from_fn(|| supply.take(100)).collect();
        assert_eq!(taken, [0..100, 100..200, 200..250]);
    }

    #[test]
    fn nothing_is_handed_out_once_the_time_is_over() {
        let supply = Supply { next: AtomicUsize::new(0), until: Until::Time(Instant::now()) };
        assert_eq!(supply.take(1), None);
    }
}
