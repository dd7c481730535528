//! Replays: jobs that send again what an outage left behind. One delivery is replayed by itself, as a delivery.

use super::Actions;
use super::admission::Created;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::domain::app::App;
use crate::domain::replay::selection::{Asked, MOST, Range, Selection, refuse_older};
use crate::domain::replay::{Replay, ReplayState, Skipped};
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::page::{Listed, Page};
use crate::store::replay_range::Counted;
use crate::store::replays::{ReplayBegun, ReplayStopped};

/// What a job would be about, or is.
#[derive(Clone, Debug)]
pub struct ReplayPlan {
    /// Whose deliveries, by id.
    pub app_id: String,
    /// Which of them.
    pub selection: Selection,
    /// How many are in the states asked for.
    pub total: u64,
    /// How many of them would be passed over, and why; not counted for a job that begins.
    pub skipped: Skipped,
}

/// A job as a list shows it.
#[derive(Clone, Debug)]
pub struct ReplayInList {
    /// The job.
    pub replay: Replay,
    /// What its app is called.
    pub app_name: String,
}

impl Actions {
    /// Counts what a job would be about.
    pub async fn count_replay(&self, caller: &Caller, app: &str, asked: Asked) -> Result<ReplayPlan, Refusal> {
        self.plan_replay(caller, app, asked, true, self.node.clock.now()).await
    }

    /// Begins a job, which is paced below what is new.
    pub async fn begin_replay(&self, caller: &Caller, app: &str, asked: Asked) -> Result<Created<Replay>, Refusal> {
        let now = self.node.clock.now();
        let ReplayPlan { app_id, selection, total, .. } = self.plan_replay(caller, app, asked, false, now).await?;
        let replay = Replay {
            id: random::new_id("rpl"),
            app_id,
            selection,
            state: ReplayState::Running,
            total,
            done: 0,
            skipped: Skipped::default(),
            begun_by: caller.made_by(),
            created_at: now,
            ended_at: None,
        };
        match self.dispatcher.replays.begin(replay.clone()).await? {
            ReplayBegun::Begun => {
                tracing::info!(replay = replay.id, app = replay.app_id, by = caller.id(), total, "a replay begins");
                Ok(Created::new(replay.id.clone(), replay))
            }
            ReplayBegun::AnotherRuns(id) => {
                Err(Refusal::conflict(format!("The replay {id} of this app runs; wait for its end, or cancel it.")))
            }
            ReplayBegun::UnknownApp => Err(Refusal::Unknown("app")),
        }
    }

    async fn plan_replay(
        &self,
        caller: &Caller,
        app: &str,
        asked: Asked,
        by_reason: bool,
        now: Timestamp,
    ) -> Result<ReplayPlan, Refusal> {
        let app = self.app(caller, app).await?;
        let selection = asked.selection(now)?;
        self.check_first(&app, &selection, now).await?;
        match self.dispatcher.replays.count(&app.id, selection.clone(), by_reason, now).await? {
            Counted::All { total, skipped } => Ok(ReplayPlan { app_id: app.id, selection, total, skipped }),
            Counted::TooMany => {
                let message = format!("takes in {MOST} deliveries or more; narrow it, and replay the rest after that");
                Err(Refusal::field(selection.range.field(), message))
            }
        }
    }

    /// The delivery that a range begins with is one of the app, and not too old.
    async fn check_first(&self, app: &App, selection: &Selection, now: Timestamp) -> Result<(), Refusal> {
        let Range::Since { delivery_id } = &selection.range else { return Ok(()) };
        let found = self.node.store.delivery(delivery_id.clone()).await?;
        let Some((first, _)) = found.filter(|(delivery, _)| delivery.app_id == app.id) else {
            return Err(Refusal::field("sinceDeliveryId", "names no delivery of this app"));
        };
        Ok(refuse_older(first.created_at, now)?)
    }

    /// Jobs, newest first: of the app that is named, else of all that the caller sees.
    pub async fn replays(
        &self,
        caller: &Caller,
        app: Option<&str>,
        page: Page,
    ) -> Result<Listed<ReplayInList>, Refusal> {
        let app_ids = self.app_ids(caller, app).await?;
        let listed = self.node.store.replays(app_ids, page).await?;
        let names = self.names_of(listed.items.iter().map(|replay| replay.app_id.as_str())).await?;
        Ok(listed
            .map(|replay| ReplayInList { app_name: names.get(&replay.app_id).cloned().unwrap_or_default(), replay }))
    }

    /// The job with this id, if the caller may know of its app.
    pub async fn replay_job(&self, caller: &Caller, id: &str) -> Result<Replay, Refusal> {
        let unknown = Refusal::Unknown("replay");
        let Some(found) = self.node.store.replay_job(id.to_owned()).await? else { return Err(unknown) };
        if self.may_know_of(caller, &found.app_id).await? { Ok(found) } else { Err(unknown) }
    }

    /// Stops a job. What it has reopened is sent; nothing more is reopened.
    pub async fn cancel_replay(&self, caller: &Caller, id: &str) -> Result<Replay, Refusal> {
        self.replay_job(caller, id).await?;
        match self.dispatcher.replays.stop(id.to_owned()).await? {
            ReplayStopped::Stopped => self.replay_job(caller, id).await,
            ReplayStopped::HadEnded => Err(Refusal::conflict("The replay has ended; there is nothing to cancel.")),
        }
    }
}
