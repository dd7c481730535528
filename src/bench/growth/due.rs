//! A server that starts with a long line before it: how soon the first callback arrives, and how much memory the line takes.
//!
//! The deliveries are recorded in the store while no server runs, as a long outage would have left them.

use std::slice;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::ground::Receiver as Endpoint;
use crate::bench::LOOK;
use crate::bench::backlog::{new_completion, record};
use crate::bench::place::{OwnStore, Place};
use crate::bench::receiver::Receiver;
use crate::bench::row::{mebibytes, thousandths};
use crate::bench::server::Server;
use crate::bench::workload::{DIALECT, completion, recipe};
use crate::clock::Clock;
use crate::command::Failure;
use crate::store::Store;

/// Endpoints that the deliveries are for, in turns.
const ENDPOINTS: usize = 20;
/// Completions recorded in one group: a batch at its largest.
const GROUP: usize = 1_000;
/// Groups after which it is said how far it is.
const GROUPS_TOLD: usize = 100;
/// How long the server is watched from its start on: long enough to claim as much at a time as it ever will.
const WATCHED: Duration = Duration::from_secs(10);
/// How long the first callback may take before that is a failure.
const PATIENCE: Duration = Duration::from_secs(60);

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Started {
    due: usize,
    first_callback_us: u64,
    idle_kib: u64,
    peak_kib: u64,
    callbacks: usize,
}

/// Starts a server on a store in which so many deliveries are due.
pub(super) async fn measure(place: &Place, due: usize, tell: impl Fn(&str)) -> Result<Started, Failure> {
    let receiver = Receiver::start()?;
    let server = Server::start(place, 1).await?;
    let setting = server.set_up(DIALECT, &receiver.callback_url(), ENDPOINTS).await?;
    let endpoint_ids = server.endpoint_ids(&setting).await?;
    let endpoints: Vec<Endpoint> = setting
        .app_ids
        .iter()
        .zip(endpoint_ids)
        .map(|(app_id, endpoint_id)| Endpoint { app_id: app_id.clone(), endpoint_id })
        .collect();
    let idle_kib = server.used()?.nodes.resident_kib;
    let own = server.stop().await?;
    record_due(&own, &endpoints, due, tell).await?;

    let started = Instant::now();
    let server = Server::on(own, 1).await?;
    let first = tokio::time::timeout(PATIENCE, first_arrival(&receiver)).await;
    let first = first.map_err(|_| format!("no callback within {} s after the start", PATIENCE.as_secs()))?;
    // Where all are done before, there is no line left to watch.
    drop(tokio::time::timeout_at((started + WATCHED).into(), receiver.until_told_of(due)).await);
    let (told, peak_kib) = (receiver.told(), server.used()?.nodes.peak_kib);
    if told.duplicates + told.strange > 0 {
        return Err(format!("each delivery was due once, but {told:?} arrived").into());
    }
    server.remove()?;
    let first_callback_us = u64::try_from(first.saturating_duration_since(started).as_micros())?;
    Ok(Started { due, first_callback_us, idle_kib, peak_kib, callbacks: told.distinct })
}

async fn first_arrival(receiver: &Receiver) -> Instant {
    loop {
        if let Some(first) = receiver.first_arrival() {
            return first;
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn record_due(own: &OwnStore, endpoints: &[Endpoint], due: usize, tell: impl Fn(&str)) -> Result<(), Failure> {
    let (store, recipe, now) = (Store::open(&own.access()?)?, recipe()?, Clock::system().now());
    for (group, first) in (0..due).step_by(GROUP).enumerate() {
        let numbers = first..due.min(first + GROUP);
        let end = numbers.end;
        let completion = |number| {
            let Endpoint { app_id, endpoint_id } = &endpoints[number % endpoints.len()];
            new_completion(completion(number, now), app_id, slice::from_ref(endpoint_id), &recipe)
        };
        record(&store, numbers.map(completion).collect()).await?;
        if (group + 1) % GROUPS_TOLD == 0 {
            tell(&format!("{end} of {due} deliveries are due"));
        }
    }
    Ok(store.tidy().await?)
}

impl Started {
    fn over_idle_kib(&self) -> u64 {
        self.peak_kib.saturating_sub(self.idle_kib)
    }

    /// For people.
    pub(super) fn line(&self) -> String {
        let first = thousandths(self.first_callback_us / 1000);
        let [over, idle] = [self.over_idle_kib(), self.idle_kib].map(mebibytes);
        format!(
            "{} deliveries due at the start: first callback after {first} s; RSS {over} MiB over idle ({idle} MiB) within \
             {} s, {} callbacks by then",
            self.due,
            WATCHED.as_secs(),
            self.callbacks,
        )
    }

    /// For machines.
    pub(super) fn json(&self) -> Value {
        json!({
            "due": self.due, "firstCallbackUs": self.first_callback_us, "rssIdleKib": self.idle_kib,
            "rssOverIdleKib": self.over_idle_kib(), "callbacks": self.callbacks,
        })
    }
}
