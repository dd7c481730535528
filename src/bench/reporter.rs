//! The offer system of a measurement: makes prepared calls over as many connections as a workload has, each call after
//! the answer to the one before, and notes how long each answer took.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::wire::{Connection, Message};
use crate::command::Failure;

const ACCEPTED: &[u8] = b"\"accepted\"";

/// How long the answers took, shortest first.
#[derive(Debug)]
pub(super) struct Latencies(Vec<Duration>);

impl Latencies {
    /// The one that so many hundredths of all do not exceed, in microseconds.
    pub(super) fn percentile(&self, hundredths: usize) -> u64 {
        let rank = (self.0.len() * hundredths).div_ceil(100).max(1) - 1;
        self.0.get(rank).map_or(0, |latency| u64::try_from(latency.as_micros()).unwrap_or(u64::MAX))
    }
}

/// Makes all calls, at each node as many; each must accept `per_call` reports, or as many as are left for the last one.
pub(super) async fn report(
    nodes: &[SocketAddr],
    calls: Vec<Vec<u8>>,
    connections: usize,
    per_call: usize,
) -> Result<(usize, Latencies), Failure> {
    let made = calls.len();
    let mut reporters = JoinSet::new();
    for (address, calls) in nodes.iter().zip(dealt(calls, nodes.len())) {
        let (calls, next) = (Arc::new(calls), Arc::new(AtomicUsize::new(0)));
        for _ in 0..connections.div_ceil(nodes.len()) {
            reporters.spawn(report_next(*address, Arc::clone(&calls), Arc::clone(&next), per_call));
        }
    }
    let (mut accepted, mut latencies) = (0, Vec::with_capacity(made));
    while let Some(reporter) = reporters.join_next().await {
        let (more, took) = reporter??;
        accepted += more;
        latencies.extend(took);
    }
    latencies.sort_unstable();
    Ok((accepted, Latencies(latencies)))
}

/// Deals the calls out in turns.
fn dealt(calls: Vec<Vec<u8>>, nodes: usize) -> Vec<Vec<Vec<u8>>> {
    let mut hands = vec![Vec::with_capacity(calls.len() / nodes.max(1) + 1); nodes];
    for (number, call) in calls.into_iter().enumerate() {
        hands[number % nodes].push(call);
    }
    hands
}

async fn report_next(
    address: SocketAddr,
    calls: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
    per_call: usize,
) -> Result<(usize, Vec<Duration>), Failure> {
    let mut connection = Connection::open(address).await?;
    let (mut accepted, mut latencies) = (0, Vec::new());
    while let Some(call) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
        let started = Instant::now();
        let answer = connection.exchange(call).await?;
        latencies.push(started.elapsed());
        accepted += acceptances(&answer, per_call)?;
    }
    Ok((accepted, latencies))
}

/// Reports that an answer accepts; anything else in it ends the measurement.
fn acceptances(answer: &Message, per_call: usize) -> Result<usize, Failure> {
    let accepted = answer.body.windows(ACCEPTED.len()).filter(|window| *window == ACCEPTED).count();
    if answer.status() == Some(200) && (1..=per_call).contains(&accepted) {
        return Ok(accepted);
    }
    let words: String = String::from_utf8_lossy(&answer.body).chars().take(500).collect();
    Err(format!("a report was answered {:?}: {words}", answer.status()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_latency_that_occurred() {
        let latencies = Latencies((1..=200).map(Duration::from_micros).collect());
        assert_eq!([50, 99, 100].map(|hundredths| latencies.percentile(hundredths)), [100, 198, 200]);
        assert_eq!(Latencies(Vec::new()).percentile(99), 0);
    }

    #[test]
    fn every_node_is_dealt_as_many_calls_give_or_take_one() {
        let hands = dealt(vec![vec![7]; 8], 3);
        assert_eq!(hands.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 2]);
    }
}
