//! How each app has been doing for 24 hours, what of its callbacks waits now, and the word that this comes to.

use std::collections::HashMap;

use super::Actions;
use super::refusal::Refusal;
use crate::dispatch::node::routing::lacking;
use crate::domain::app::App;
use crate::domain::app_settings::Callbacks;
use crate::domain::delivery::WaitingFor;
use crate::domain::health::series::Series;
use crate::domain::health::{AppHealth, Capped, Condition, Standing, condition};
use crate::domain::time::Timestamp;
use crate::store::delivery_counts::one_look::{AskedAbout, Work};

/// From one in so many apps on, looking at all of them costs less: the day of one app is some fifty roll-ups, of which four
/// are read where the settled part is in memory.
const ONE_IN: usize = 12;

/// What was found in one look at apps.
#[derive(Clone, Debug, Default)]
pub(super) struct HealthSeen {
    /// How each of them is doing.
    pub(super) health: HashMap<String, AppHealth>,
    /// What waits of all of them together.
    pub(super) waiting: WaitingWork,
}

/// What waits at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaitingWork {
    /// Due, and claimed by nobody.
    pub due: Capped,
    /// Being sent.
    pub in_flight: Capped,
    /// Since when the oldest is due that nobody has claimed.
    pub oldest_due_at: Option<Timestamp>,
    /// Held until somebody mends something.
    pub held: Capped,
}

impl Actions {
    /// How each of these apps is doing; a few queries, however many apps they are.
    pub(super) async fn health_of<'a>(
        &self,
        apps: impl Iterator<Item = &'a App> + Clone,
    ) -> Result<HealthSeen, Refusal> {
        let (store, now) = (&self.node.store, self.node.now());
        let ids: Vec<String> = apps.clone().map(|app| app.id.clone()).collect();
        let are_many = ids.len() * ONE_IN > self.node.directory.app_count();
        let endpoints = || apps.clone().flat_map(|app| &app.endpoints).map(|endpoint| endpoint.id.clone()).collect();
        let of_few = ids.clone();
        let tallies = async move {
            match are_many {
                true => store.tallies_of_the_day(now).await,
                false => store.tallies(Some(of_few), Series::last_day(now)).await,
            }
        };
        let asked = AskedAbout { app_ids: ids, endpoint_ids: (!are_many).then(endpoints) };
        // Side by side: whoever has Home open asks for it every few seconds.
        let (tallies, work) = tokio::try_join!(tallies, store.work_of(asked, now))?;
        let Work { waiting, backlogs, sending } = work;
        let mut seen = HealthSeen::default();
        seen.waiting.in_flight = sending;
        for app in apps {
            let tally = tallies.get(&app.id).copied().unwrap_or_default();
            let mut health = AppHealth {
                delivered: tally.delivered,
                dead: tally.dead,
                failed_attempts: tally.failed_attempts,
                waiting: waiting.get(&app.id).copied().unwrap_or_default(),
                last_delivered_at: tally.last_delivered_at,
                last_failure: tally.last_failure,
                ..AppHealth::default()
            };
            for backlog in app.endpoints.iter().filter_map(|endpoint| backlogs.get(&endpoint.id)) {
                let due_at = backlog.first_due_at.filter(|due_at| *due_at <= now);
                health.held = health.held.and(backlog.held);
                health.oldest_due_at = earlier(health.oldest_due_at, due_at);
                seen.waiting.due = seen.waiting.due.and(backlog.due);
            }
            seen.waiting.held = seen.waiting.held.and(health.held);
            seen.waiting.oldest_due_at = earlier(seen.waiting.oldest_due_at, health.oldest_due_at);
            seen.health.insert(app.id.clone(), health);
        }
        Ok(seen)
    }

    /// How an app is doing, in a word.
    pub fn condition_of(&self, app: &App, health: &AppHealth) -> Condition {
        let lacks = |reasons: &[WaitingFor]| {
            let mut lacked = app.endpoints.iter().filter_map(|endpoint| lacking(endpoint, &self.node.catalog()));
            lacked.any(|reason| reasons.contains(&reason))
        };
        let has_open_circuit = app.endpoints.iter().any(|endpoint| self.node.circuits.is_open(&endpoint.id));
        let standing = Standing {
            lacks_setup: app.settings.callbacks == Callbacks::On
                && lacks(&[WaitingFor::CallbackUrl, WaitingFor::Secret]),
            is_down: has_open_circuit || lacks(&[WaitingFor::EndpointDisabled]),
        };
        condition(standing, health, self.node.now())
    }
}

/// The earlier of two instants that may be absent.
fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    [one, other].into_iter().flatten().min()
}
