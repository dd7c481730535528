//! The rounds of a measurement, and one measurement of them.
//!
//! A round measures every workload on every number of nodes, one after the other: whatever else the machine does
//! meanwhile falls on all alike.

use std::time::{Duration, Instant};

use super::measured::{Measured, Series};
use super::place::Place;
use super::raw::{self, Raw};
use super::receiver::Receiver;
use super::reporter;
use super::server::Server;
use super::workload::Workload;
use super::{LOOK, PATIENCE, per_second};
use crate::clock::Clock;
use crate::command::{Failure, say};

/// What is measured.
pub(super) struct Plan {
    /// How many rounds.
    pub(super) rounds: u64,
    /// Deliveries of each measurement.
    pub(super) deliveries: usize,
    /// Each number of nodes.
    pub(super) nodes: Vec<usize>,
    /// Where.
    pub(super) place: Place,
}

impl Plan {
    /// Measures; says so as it goes along, if it is to.
    pub(super) async fn run(&self, aloud: bool) -> Result<Vec<Series>, Failure> {
        let each =
            self.nodes.iter().flat_map(|nodes| Workload::ALL.map(|workload| Series::of(*nodes, workload.name())));
        let mut all: Vec<Series> = each.collect();
        for round in 1..=self.rounds {
            let workloads = Workload::ALL.into_iter().cycle();
            for (series, workload) in all.iter_mut().zip(workloads) {
                let raw = raw::measure(self.deliveries).await?;
                let measuring = tokio::time::timeout(PATIENCE, self.measure(series.nodes, workload, raw));
                let name = series.name(self.place.is_shared());
                let in_time = measuring.await.map_err(|_| overdue(&name, PATIENCE))?;
                let done = in_time.map_err(|failure| format!("{name}: {failure}"))?;
                if aloud {
                    say(&format!("round {round}, {name}: {}", done.line()));
                }
                series.rounds.push(done);
            }
        }
        Ok(all)
    }

    /// One workload on a new server, from the first report until the store has the last delivery down as delivered.
    async fn measure(&self, nodes: usize, workload: Workload, raw: Raw) -> Result<Measured, Failure> {
        let deliveries = self.deliveries;
        let mut receiver = Receiver::start().await?;
        let server = Server::start(&self.place, nodes).await?;
        let setting = server.set_up(&receiver.callback_url()).await?;
        let calls = workload.calls(&setting, deliveries, Clock::system().now());
        let before = server.usage()?;
        let started = Instant::now();
        let (accepted, latencies) =
            reporter::report(&server.addresses(), calls, workload.connections(), workload.per_call()).await?;
        if accepted != deliveries {
            return Err(format!("{deliveries} reports were made, but {accepted} accepted").into());
        }
        while receiver.count().await?.distinct < deliveries {
            tokio::time::sleep(LOOK).await;
        }
        while server.settled().await? < deliveries {
            tokio::time::sleep(LOOK).await;
        }
        let micros = started.elapsed().as_micros();
        let after = server.usage()?;
        let (told, undelivered) = (receiver.count().await?, server.undelivered().await?);
        if told.duplicates > 0 || told.distinct != deliveries {
            return Err(format!("{deliveries} deliveries were due, but {told:?} arrived").into());
        }
        if !undelivered.is_empty() {
            return Err(format!("deliveries are left in the states {undelivered:?}").into());
        }
        server.remove()?;
        let count = u64::try_from(deliveries)?;
        Ok(Measured {
            deliveries_per_second: per_second(deliveries, micros),
            raw_per_second: raw.per_second,
            cpu_ms_per_1000: (after.cpu_ms - before.cpu_ms) * 1000 / count,
            raw_cpu_ms_per_1000: raw.cpu_ms_per_1000,
            peak_kib: after.peak_kib,
            resident_kib: after.resident_kib,
            report_p50_us: latencies.percentile(50),
            report_p99_us: latencies.percentile(99),
        })
    }
}

fn overdue(name: &str, patience: Duration) -> String {
    format!("{name}: not done within {} s", patience.as_secs())
}
