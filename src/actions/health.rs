//! How apps are doing: a chart, and how many deliveries wait, for whoever may know of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::Actions;
use super::asked::Asked;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::domain::app::App;
use crate::domain::delivery::Status;
use crate::domain::delivery_counts::DeliveryCounts;
use crate::domain::health::Capped;
use crate::domain::health::rollup::Rollup;
use crate::domain::health::series::Series;
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
