//! The troubles: what others suffer or do beside the healthy app.
//!
//! What waits for their receivers is in the store when the server starts, as an outage would have left it; what they do is
//! done from then on until the healthy app's last callback has arrived.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::try_join_all;
use serde_json::json;
use tokio::time::MissedTickBehavior;

use super::readers::Lists;
use super::receivers::{Conduct, Receivers};
use crate::bench::apps::{self, App};
use crate::bench::past;
use crate::bench::server::Server;
use crate::bench::wire::Connection;
use crate::bench::workload::{Setting, Workload};
use crate::clock::Clock;
use crate::command::Failure;
use crate::domain::time::Timestamp;
use crate::store::Store;

/// Black holes of one publisher, and of how many apps.
const BLACK_HOLES: usize = 300;
const BLACK_HOLE_APPS: usize = 30;
/// Endpoints that fail, and of how many apps; each app is one of a publisher of its own.
const FAILING: usize = 1_000;
const FAILING_APPS: usize = 100;
/// Of a backlog of 100,000: 67 callbacks for each of the black holes, and 20 for each endpoint that fails, twice as many as
/// open its circuit.
const PER_BLACK_HOLE: usize = 1_500;
const PER_FAILING: usize = 5_000;
/// A past that one replay and one list may be about.
const PAST: Duration = Duration::from_secs(30 * 86_400);
/// Callbacks to each receiver that answers endlessly, every so often.
const ENDLESS_CALLBACKS: usize = 24;
const ENDLESS_EVERY: Duration = Duration::from_secs(1);

/// A kind of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// One receiver that accepts and never answers.
    BlackHole,
    /// Hundreds of them, of one publisher.
    BlackHoles,
    /// Receivers that answer 500 at once.
    Failing,
    /// A replay job.
    Replay,
    /// Clients that read the heaviest lists.
    Readers,
    /// Receivers whose answers have no end.
    Endless,
}

/// A trouble that is in a store, with all that it needs to go on.
#[derive(Debug)]
pub(super) struct Laid {
    receivers: Receivers,
    work: Work,
    answered: AtomicU64,
}

/// What a trouble does by itself.
#[derive(Debug)]
enum Work {
    /// Nothing: it is there.
    Waits,
    Replays(Lists),
    Reads(Lists),
    Reports(Setting),
}

impl Trouble {
    /// All, in the order of measuring.
    pub(super) const ALL: [Self; 6] =
        [Self::BlackHole, Self::BlackHoles, Self::Failing, Self::Replay, Self::Readers, Self::Endless];

    /// For machines, and to choose it.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::BlackHole => "black-hole",
            Self::BlackHoles => "black-holes",
            Self::Failing => "failing",
            Self::Replay => "replay",
            Self::Readers => "readers",
            Self::Endless => "endless",
        }
    }

    /// For people, with a backlog of so many.
    pub(super) fn title(self, due: usize) -> String {
        match self {
            Self::BlackHole => format!("one black hole, {due} due"),
            Self::BlackHoles => format!("{BLACK_HOLES} black holes of one publisher"),
            Self::Failing => format!("{FAILING} endpoints that fail at once"),
            Self::Replay => format!("a replay of {due}"),
            Self::Readers => format!("readers of lists of {due}"),
            Self::Endless => "receivers that answer endlessly".to_owned(),
        }
    }

    /// Lays it, on a backlog of so many, in a store that has no apps yet.
    pub(super) async fn lay(self, store: &Store, due: usize) -> Result<Laid, Failure> {
        let receivers = Receivers::start(match self {
            Self::BlackHole => vec![Conduct::IsSilent],
            Self::BlackHoles => vec![Conduct::IsSilent; BLACK_HOLES],
            Self::Failing => vec![Conduct::Fails; FAILING],
            Self::Replay | Self::Readers => vec![Conduct::Acknowledges],
            Self::Endless => Conduct::floods(),
        })?;
        let urls = &receivers.urls;
        let work = match self {
            Self::BlackHole => {
                let apps = apps::publisher(store, vec![urls.clone()]).await?;
                apps::record_due(store, &apps, due).await?;
                Work::Waits
            }
            Self::BlackHoles => {
                let apps = urls.chunks(BLACK_HOLES / BLACK_HOLE_APPS).map(<[String]>::to_vec).collect();
                let apps = apps::publisher(store, apps).await?;
                apps::record_due(store, &apps, due.div_ceil(PER_BLACK_HOLE)).await?;
                Work::Waits
            }
            Self::Failing => {
                let apps = publishers(store, urls.chunks(FAILING / FAILING_APPS)).await?;
                apps::record_due(store, &apps, due.div_ceil(PER_FAILING)).await?;
                Work::Waits
            }
            Self::Replay => Work::Replays(past_of_one(store, urls, due).await?),
            Self::Readers => Work::Reads(past_of_one(store, urls, due).await?),
            Self::Endless => Work::Reports(apps::source(store, &publishers(store, urls.chunks(1)).await?).await?),
        };
        Ok(Laid { receivers, work, answered: AtomicU64::new(0) })
    }
}

/// Makes a publisher with one app for each of these lists of callback URLs.
async fn publishers(store: &Store, apps: impl Iterator<Item = &[String]>) -> Result<Vec<App>, Failure> {
    let made = try_join_all(apps.map(|urls| apps::publisher(store, vec![urls.to_vec()]))).await?;
    Ok(made.into_iter().flatten().collect())
}

/// An app with a past of so many deliveries, and the range that takes all of it in.
async fn past_of_one(store: &Store, urls: &[String], deliveries: usize) -> Result<Lists, Failure> {
    let apps = apps::publisher(store, vec![urls.to_vec()]).await?;
    let app_id = apps.first().ok_or("a publisher needs an app")?.id.clone();
    let now = Clock::system().now();
    past::make(store, u64::try_from(deliveries)?, PAST, now, |_| {}).await?;
    Ok(Lists { app_id, from: now.minus(PAST), to: now })
}

impl Laid {
    /// Goes on for as long as it is polled; returns only where it fails.
    pub(super) async fn go_on(&self, server: &Server) -> Failure {
        let went_on = match &self.work {
            Work::Waits => Ok(()),
            Work::Replays(Lists { app_id, from, to }) => replay(server, app_id, *from, *to).await,
            Work::Reads(lists) => lists.read(server, &self.answered).await,
            Work::Reports(setting) => report(server, setting).await,
        };
        match went_on {
            Ok(()) => std::future::pending().await,
            Err(failure) => failure,
        }
    }

    /// Exchanges that it had so far: callbacks to its receivers, and answers to its clients.
    pub(super) fn exchanges(&self) -> u64 {
        self.receivers.called() + self.answered.load(Ordering::Relaxed)
    }
}

async fn replay(server: &Server, app_id: &str, from: Timestamp, to: Timestamp) -> Result<(), Failure> {
    let job = json!({ "appId": app_id, "from": from, "to": to, "status": ["delivered"] });
    server.create("/v1/replays", &job).await?;
    Ok(())
}

/// Reports for each app in turn, without an end. What is turned away is not told again: the next turn is near.
async fn report(server: &Server, setting: &Setting) -> Result<(), Failure> {
    let node = *server.addresses().first().ok_or("a server needs a node")?;
    let (clock, of_a_turn) = (Clock::system(), setting.app_ids.len() * ENDLESS_CALLBACKS);
    let mut turns = tokio::time::interval(ENDLESS_EVERY);
    // A turn that comes late puts the next one off: this is to be a steady trouble, not a burst of reports.
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for turn in 0.. {
        turns.tick().await;
        let numbers = turn * of_a_turn..(turn + 1) * of_a_turn;
        Connection::open(node).await?.exchange(&Workload::Batch.call(setting, numbers, clock.now())).await?;
    }
    Ok(())
}
