//! How apps are doing: a chart, a word for each app, and how many deliveries wait, for whoever may know of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::Actions;
use super::asked::Asked;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::dispatch::node::routing::lacking;
use crate::domain::app::App;
use crate::domain::app_settings::Callbacks;
use crate::domain::delivery::{Status, WaitingFor};
use crate::domain::delivery_counts::DeliveryCounts;
use crate::domain::health::rollup::Rollup;
use crate::domain::health::series::Series;
use crate::domain::health::{AppHealth, Capped, Condition, Standing, condition};
use crate::domain::time::Timestamp;
use crate::store::delivery_counts::EndpointBacklog;

/// What was given up since then still needs somebody's attention.
pub(super) const OF_LATE: Duration = Duration::from_secs(7 * 86_400);

/// How many deliveries there are of what most look for first; tests are in none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FirstCounts {
    /// Held until somebody fixes something, or given up of late.
    pub needs_attention: Capped,
    /// Waiting to be sent, or being sent.
    pub waiting: Capped,
    /// Given up.
    pub dead: Capped,
}

impl Actions {
    /// What became of the callbacks of the apps asked about, in each bucket of a series that has any.
    pub async fn health_series(
        &self,
        caller: &Caller,
        asked: Asked<'_>,
        series: Series,
    ) -> Result<BTreeMap<Timestamp, Rollup>, Refusal> {
        let apps = self.asked_apps(caller, asked).await?;
        let _reading = self.reads.begin(caller)?;
        Ok(self.node.store.health_series(apps, series).await?)
    }

    /// How each of these apps has been doing for 24 hours; a few queries, however many apps they are.
    pub async fn health_of(
        &self,
        apps: impl Iterator<Item = &App> + Clone,
    ) -> Result<HashMap<String, AppHealth>, Refusal> {
        let (store, now) = (&self.node.store, self.node.now());
        let ids: Vec<String> = apps.clone().map(|app| app.id.clone()).collect();
        let sums = store.health_sums(Some(ids.clone()), Series::last_day(now)).await?;
        let endpoints = apps.clone().flat_map(|app| &app.endpoints).map(|endpoint| endpoint.id.clone()).collect();
        let backlogs = store.backlogs(endpoints, None, now).await?;
        let mut health: HashMap<String, AppHealth> = HashMap::new();
        for status in [Status::Pending, Status::Retrying, Status::Held] {
            for (id, count) in store.count_by_app(ids.clone(), status, None).await? {
                let of_app = health.entry(id).or_default();
                of_app.waiting = of_app.waiting.and(count);
            }
        }
        for app in apps {
            let of_app = health.entry(app.id.clone()).or_default();
            if let Some(sum) = sums.get(&app.id) {
                of_app.delivered = sum.delivered;
                of_app.dead = sum.dead;
                of_app.failed_attempts = sum.failed_attempts;
                of_app.last_delivered_at = sum.last_delivered_at;
                of_app.last_failure = sum.last_failure;
            }
            for backlog in app.endpoints.iter().filter_map(|endpoint| backlogs.get(&endpoint.id)) {
                of_app.held = of_app.held.and(backlog.held);
                let due = backlog.first_due_at.filter(|due| *due <= now);
                of_app.oldest_due_at = [of_app.oldest_due_at, due].into_iter().flatten().min();
            }
        }
        Ok(health)
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

    /// How many deliveries of the apps asked about are in each state and wait for what, archived apps left out; only those that
    /// were created since then, if an instant is given.
    pub async fn delivery_counts(
        &self,
        caller: &Caller,
        asked: Asked<'_>,
        since: Option<Timestamp>,
    ) -> Result<DeliveryCounts, Refusal> {
        let apps = self.living_apps(caller, asked).await?;
        let _reading = self.reads.begin(caller)?;
        let (store, now) = (&self.node.store, self.node.now());
        let ids: Vec<String> = apps.iter().map(|app| app.id.clone()).collect();
        let endpoints = apps.iter().flat_map(|app| &app.endpoints).map(|endpoint| endpoint.id.clone()).collect();
        let mut counts = DeliveryCounts::default();
        for status in [Status::Pending, Status::Retrying, Status::Held, Status::Dead, Status::Canceled] {
            counts.in_state(status, Default::default());
            for count in store.count_by_app(ids.clone(), status, since).await?.into_values() {
                counts.in_state(status, count);
            }
        }
        counts.in_state(Status::Sending, store.count_sending(ids.clone(), since).await?);
        counts.in_state(Status::Delivered, store.count_delivered(ids.clone(), since).await?);
        for (reason, count) in store.count_held(ids.clone(), since).await? {
            counts.waiting_for(reason, count);
        }
        let in_line = store.count_in_line(ids.clone(), since).await?;
        let mut backlogs = store.backlogs(endpoints, since, now).await?;
        for (app, endpoint) in apps.iter().flat_map(|app| app.endpoints.iter().map(move |endpoint| (app, endpoint))) {
            let EndpointBacklog { due, later, held, .. } = backlogs.remove(&endpoint.id).unwrap_or_default();
            let waits = self.node.routing().waits(app, endpoint);
            counts.waiting_for(waits.later, later);
            counts.waiting_for(waits.due, due.and(in_line.get(&endpoint.id).copied().unwrap_or_default()));
            counts.needs_attention = counts.needs_attention.and(held);
        }
        let of_late = now.minus(OF_LATE).max(since.unwrap_or_default());
        for count in store.count_by_app(ids, Status::Dead, Some(of_late)).await?.into_values() {
            counts.needs_attention = counts.needs_attention.and(count);
        }
        Ok(counts)
    }

    /// What stands above a list of deliveries, counted for it alone: a few small statements, which take no turn from the caller's
    /// own reads.
    pub async fn first_counts(&self, caller: &Caller, asked: Asked<'_>) -> Result<FirstCounts, Refusal> {
        let apps = self.living_apps(caller, asked).await?;
        let ids: Vec<String> = apps.iter().map(|app| app.id.clone()).collect();
        let endpoints = apps.iter().flat_map(|app| &app.endpoints).map(|endpoint| endpoint.id.clone()).collect();
        let store = &self.node.store;
        let in_line = store.count_together(ids.clone(), &[Status::Pending, Status::Retrying, Status::Held]).await?;
        Ok(FirstCounts {
            needs_attention: store.count_attention(endpoints, ids.clone(), self.node.now().minus(OF_LATE)).await?,
            waiting: in_line.and(store.count_sending(ids.clone(), None).await?),
            dead: store.count_together(ids, &[Status::Dead]).await?,
        })
    }

    /// How many deliveries need attention of all apps that the caller sees: the same as in the counts of all of them, counted
    /// alone, because every page says it. Two small statements, which take no turn from the caller's own reads.
    pub async fn needing_attention(&self, caller: &Caller) -> Result<Capped, Refusal> {
        let apps = self.living_apps(caller, Asked { app: None, publisher: None }).await?;
        let endpoints = apps.iter().flat_map(|app| &app.endpoints).map(|endpoint| endpoint.id.clone()).collect();
        let ids = apps.iter().map(|app| app.id.clone()).collect();
        Ok(self.node.store.count_attention(endpoints, ids, self.node.now().minus(OF_LATE)).await?)
    }

    /// The apps asked about that are not archived.
    pub(super) async fn living_apps(&self, caller: &Caller, asked: Asked<'_>) -> Result<Vec<Arc<App>>, Refusal> {
        let publisher = self.whose(caller, asked).await?;
        let named = match asked.app {
            Some(app) => Some(self.app(caller, app).await?.id),
            None => None,
        };
        let mut apps = self.node.directory.apps();
        apps.retain(|app| {
            let is_named = named.as_deref().is_none_or(|named| named == app.id);
            is_named && publisher.as_deref().is_none_or(|publisher| publisher == app.publisher_id)
        });
        Ok(apps)
    }
}
