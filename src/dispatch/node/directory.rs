//! The directory: dialects, apps, offers, sources and egress IPs in memory, so that neither a report nor a send asks the database.
//!
//! It follows the store: whoever changes configuration calls [`Directory::refresh`], a loop calls it besides (changes of
//! other processes), and what it does not know it looks up once more before it says no. It must never change anything
//! itself, and it hands out whole snapshots: a send sees one state of an app, never half of a change.

mod state;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::domain::app::App;
use crate::domain::dialect::catalog::Catalog;
use crate::domain::egress::{EgressIp, Route, next_route, route};
use crate::domain::offer::Offer;
use crate::domain::source::Source;
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};
use state::{State, with_published};

/// Dialects, apps, offers, sources and egress IPs, as of a revision of the configuration.
#[derive(Debug)]
pub struct Directory {
    store: Store,
    state: RwLock<State>,
    /// One refresh at a time: a slower, older one must not overwrite a newer one.
    refreshing: tokio::sync::Mutex<Refreshed>,
    /// Refreshes that have begun.
    begun: AtomicU64,
}

/// The refresh that ended last.
#[derive(Debug, Default)]
struct Refreshed {
    /// Its number.
    number: u64,
    /// Why it failed, if it did.
    failure: Option<String>,
}

impl Directory {
    /// A directory that knows all that the store holds.
    pub async fn load(store: Store) -> Result<Self, StoreError> {
        let state = RwLock::new(State::empty());
        let directory = Self { store, state, refreshing: tokio::sync::Mutex::default(), begun: AtomicU64::new(0) };
        directory.refresh().await?;
        Ok(directory)
    }

    /// Takes over what changed in the store. Whoever comes while one refresh is under way shares the next one with all others
    /// who wait: names that nobody knows can be asked for by the thousand, and cost two looks at the store.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        // One that has begun already may have read before the change that this one is asked for.
        let needed = self.begun.load(Ordering::Acquire) + 1;
        let mut last = self.refreshing.lock().await;
        if last.number < needed {
            let number = self.begun.fetch_add(1, Ordering::AcqRel) + 1;
            let failure = self.take_over().await.err().map(|error| error.to_string());
            *last = Refreshed { number, failure };
        }
        last.failure.clone().map_or(Ok(()), |failure| Err(StoreError::Unreachable(failure)))
    }

    async fn take_over(&self) -> Result<(), StoreError> {
        if let Some(mut configuration) = self.store.configuration_since(self.revision()).await? {
            // Read before anybody has to wait for it, and put in force together with the endpoints that speak it.
            let recipes = std::mem::take(&mut configuration.recipes);
            let catalog = (!recipes.is_empty()).then(|| with_published(&self.catalog(), recipes));
            self.state.write().unwrap_or_else(PoisonError::into_inner).apply(configuration, catalog);
        }
        Ok(())
    }

    /// The revision of the configuration that it stands at.
    pub fn revision(&self) -> i64 {
        self.read(|state| state.revision)
    }

    /// All dialects, those that ship and those that operators published.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.read(|state| Arc::clone(&state.catalog))
    }

    /// The app with this id or ref; archived ones are unknown. Ids win over refs.
    pub fn app(&self, id_or_ref: &str) -> Option<Arc<App>> {
        self.read(|state| {
            let by_ref = || state.app_refs.get(id_or_ref).and_then(|id| state.apps.get(id));
            state.apps.get(id_or_ref).or_else(by_ref).cloned()
        })
    }

    /// Like [`app`](Self::app), but asks the store before it says no.
    pub async fn find_app(&self, id_or_ref: &str) -> Result<Option<Arc<App>>, StoreError> {
        if let Some(app) = self.app(id_or_ref) {
            return Ok(Some(app));
        }
        // Whether or not this refresh changed anything: another task's may have, while this one waited for its turn.
        self.refresh().await?;
        Ok(self.app(id_or_ref))
    }

    /// All apps that are not archived.
    pub fn apps(&self) -> Vec<Arc<App>> {
        self.read(|state| state.apps.values().cloned().collect())
    }

    /// How many apps are not archived.
    pub fn app_count(&self) -> usize {
        self.read(|state| state.apps.len())
    }

    /// The offer with this id or ref; ids win.
    pub fn offer(&self, id_or_ref: &str) -> Option<Arc<Offer>> {
        self.read(|state| {
            let by_ref = || state.offer_refs.get(id_or_ref).and_then(|id| state.offers.get(id));
            state.offers.get(id_or_ref).or_else(by_ref).cloned()
        })
    }

    /// Like [`offer`](Self::offer), but asks the store before it says no.
    pub async fn find_offer(&self, id_or_ref: &str) -> Result<Option<Arc<Offer>>, StoreError> {
        if let Some(offer) = self.offer(id_or_ref) {
            return Ok(Some(offer));
        }
        self.refresh().await?;
        Ok(self.offer(id_or_ref))
    }

    /// The app that an endpoint belongs to.
    pub fn app_of_endpoint(&self, endpoint_id: &str) -> Option<Arc<App>> {
        self.read(|state| state.apps_of_endpoints.get(endpoint_id).cloned())
    }

    /// The source with this surface id, as far as is known.
    pub fn source(&self, surface_id: &str) -> Option<Arc<Source>> {
        self.read(|state| state.sources.get(surface_id).cloned())
    }

    /// Where the app's callbacks leave from at this instant.
    pub fn route(&self, app: &App, now: Timestamp) -> Route {
        self.read(|state| {
            let (of_app, of_publisher) = state.assignments_of(app);
            route(of_app, of_publisher, now, |id| state.egress_ips.get(id))
        })
    }

    /// When the app's callbacks begin to leave from another egress IP, and from which, if that is scheduled.
    pub fn next_route(&self, app: &App, now: Timestamp) -> Option<(Timestamp, EgressIp)> {
        self.read(|state| {
            let (of_app, of_publisher) = state.assignments_of(app);
            next_route(of_app, of_publisher, now, |id| state.egress_ips.get(id))
        })
    }

    /// All egress IPs by id.
    pub fn egress_ips(&self) -> Arc<HashMap<String, EgressIp>> {
        self.read(|state| Arc::clone(&state.egress_ips))
    }

    fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        // A panic while the state was being written cannot leave it torn in a way that reading would make worse.
        look(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;
    use crate::store::{Access, Location};

    #[tokio::test]
    async fn a_thousand_who_do_not_know_a_name_share_two_looks_at_the_store() {
        let place = place::on_sqlite();
        let location = Location::parse(&place.url).unwrap();
        let access = Access { key_file: Some(place.key_file()), ..Access::to(location) };
        let directory = Directory::load(Store::open(&access).unwrap()).await.unwrap();
        let before = directory.begun.load(Ordering::Acquire);
        // One look is under way until all have come.
        let turn = directory.refreshing.lock().await;
        let come = AtomicU64::new(0);
        let ask = async || {
            come.fetch_add(1, Ordering::AcqRel);
            directory.find_app("app_unknown").await
        };
        let end = async {
            while come.load(Ordering::Acquire) < 1_000 {
                tokio::task::yield_now().await;
            }
            drop(turn);
        };
        let (asked, ()) = tokio::join!(join_all((0..1_000).map(|_| ask())), end);
        assert!(asked.into_iter().all(|found| found.is_ok_and(|found| found.is_none())));
        // Beside that one there was one more, which all of them shared.
        assert_eq!(directory.begun.load(Ordering::Acquire) - before, 1);
    }
}
