//! The offer system of an open loop: a report falls due at its instant, whether the ones before are answered or not.
//!
//! Whatever is measured counts from that instant and not from the moment of sending. So a server that stands still pays
//! for all the reports that fell due meanwhile, though they were sent late (no coordinated omission).

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::reporter::check;
use super::wire::Connection;
use super::workload::{Setting, Workload};
use crate::clock::{self, Clock};
use crate::command::Failure;

/// Most reports under way at a time; beyond, a report waits for a connection, and its time counts all the same.
const MOST_CONNECTIONS: u64 = 256;
/// Calls that each connection makes in a second, so that none is idle for as long as a server bears.
const OF_A_CONNECTION: u64 = 4;
/// Time to open the connections before the first report falls due.
const OPENING: Duration = Duration::from_millis(200);
/// The status of a report that is turned away for now.
const OVERLOADED: u16 = 503;
/// After this time a report that was turned away comes again: sooner than the server asks for, as an impatient client does.
const AGAIN: Duration = Duration::from_millis(50);
const NANOS: u64 = 1_000_000_000;

/// When each report falls due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    start: Instant,
    per_second: u64,
    /// How many.
    pub(super) count: usize,
    connections: u64,
}

impl Schedule {
    /// From now on, so many, of which so many a second.
    pub(super) fn from_now(per_second: u64, count: usize) -> Self {
        let connections = (per_second / OF_A_CONNECTION).clamp(1, MOST_CONNECTIONS);
        Self { start: Instant::now() + OPENING, per_second, count, connections }
    }

    /// The same over as many connections as there are reports in a second: a server that takes up to a second for each finds
    /// all of them waiting, and not some of them held back here.
    pub(super) fn over_many_connections(self) -> Self {
        Self { connections: self.per_second.clamp(1, MOST_CONNECTIONS), ..self }
    }

    /// When the report of this number falls due.
    pub(super) fn due(&self, number: usize) -> Instant {
        self.start + Duration::from_nanos((number as u64).saturating_mul(NANOS) / self.per_second.max(1))
    }

    /// Reports to this node.
    pub(super) async fn report(
        self,
        node: SocketAddr,
        setting: &Arc<Setting>,
        turned_away: TurnedAway,
    ) -> Result<Reported, Failure> {
        let reports = Arc::new(Reports {
            due: Semaphore::new(0),
            next: AtomicUsize::new(0),
            turned_away,
            times_turned_away: AtomicUsize::new(0),
        });
        let mut reporters = JoinSet::new();
        for _ in 0..self.connections {
            reporters.spawn(self.report_due(node, Arc::clone(setting), Arc::clone(&reports)));
        }
        let ticking = Arc::clone(&reports);
        thread::Builder::new().name("schedule".to_owned()).spawn(move || {
            self.tick(&ticking.due);
            // Each reporter is told to end.
            ticking.due.add_permits(self.connections as usize);
        })?;
        let mut late = Vec::with_capacity(self.count);
        while let Some(reporter) = reporters.join_next().await {
            late.extend(reporter??);
        }
        Ok(Reported { late: Latencies::new(late), turned_away: reports.times_turned_away.load(Ordering::Relaxed) })
    }

    /// Lets each report go when it falls due. On a thread of its own, since the runtime's timers count milliseconds.
    fn tick(&self, due: &Semaphore) {
        for number in 0..self.count {
            let wait = self.due(number).saturating_duration_since(Instant::now());
            if !wait.is_zero() {
                clock::block(wait);
            }
            due.add_permits(1);
        }
    }

    async fn report_due(
        self,
        node: SocketAddr,
        setting: Arc<Setting>,
        reports: Arc<Reports>,
    ) -> Result<Vec<Duration>, Failure> {
        let (mut connection, clock) = (Connection::open(node).await?, Clock::system());
        let mut late = Vec::new();
        loop {
            reports.due.acquire().await?.forget();
            let number = reports.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.count {
                return Ok(late);
            }
            let call = Workload::Single.call(&setting, number..number + 1, clock.now());
            late.push(Instant::now().saturating_duration_since(self.due(number)));
            let mut answer = connection.exchange(&call).await?;
            while reports.turned_away == TurnedAway::ComesAgain && answer.status() == Some(OVERLOADED) {
                reports.times_turned_away.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(AGAIN).await;
                // Who turns a report away may close its connection.
                connection = Connection::open(node).await?;
                answer = connection.exchange(&Workload::Single.call(&setting, number..number + 1, clock.now())).await?;
            }
            check(&answer, 1)?;
        }
    }
}

/// The reports of a schedule.
#[derive(Debug)]
struct Reports {
    /// A permit for each that has fallen due and is not under way.
    due: Semaphore,
    /// The number of the next one.
    next: AtomicUsize,
    turned_away: TurnedAway,
    times_turned_away: AtomicUsize,
}

/// What becomes of the measurement when a report is turned away for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TurnedAway {
    /// It ends.
    Fails,
    /// The report comes again soon, as one of a real offer system does; its time goes on meanwhile.
    ComesAgain,
}

/// What became of the reports of a schedule, which have all been accepted.
#[derive(Debug)]
pub(super) struct Reported {
    /// How late they were sent: because this reporter found no free core, or no connection that had its answer.
    pub(super) late: Latencies,
    /// How often one was turned away.
    pub(super) turned_away: usize,
}

/// Durations, shortest first.
#[derive(Debug)]
pub(super) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(super) fn new(mut durations: Vec<Duration>) -> Self {
        durations.sort_unstable();
        Self(durations)
    }

    /// The one that so many hundredths of all do not exceed, in microseconds.
    pub(super) fn percentile(&self, hundredths: usize) -> u64 {
        let rank = (self.0.len() * hundredths).div_ceil(100).max(1) - 1;
        self.0.get(rank).map_or(0, |latency| u64::try_from(latency.as_micros()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_fall_due_evenly_whatever_becomes_of_them() {
        let schedule = Schedule::from_now(500, 1_000);
        assert_eq!(schedule.due(3) - schedule.due(2), Duration::from_millis(2));
        assert_eq!(schedule.due(500) - schedule.due(0), Duration::from_secs(1));
    }

    #[test]
    fn a_percentile_is_a_latency_that_occurred() {
        let latencies = Latencies::new((1..=200).rev().map(Duration::from_micros).collect());
        assert_eq!([50, 99, 100].map(|hundredths| latencies.percentile(hundredths)), [100, 198, 200]);
        assert_eq!(Latencies::new(Vec::new()).percentile(99), 0);
    }
}
