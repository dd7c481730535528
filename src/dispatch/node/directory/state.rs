//! What a directory holds: all of one revision, changed as a whole by what the store says has changed.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::app::App;
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::listed::PublishedRecipe;
use crate::domain::egress::{Assignment, EgressIp};
use crate::domain::offer::Offer;
use crate::domain::source::Source;
use crate::store::configuration::Configuration;

/// Everything, as of a revision.
#[derive(Debug)]
pub(super) struct State {
    pub(super) revision: i64,
    pub(super) catalog: Arc<Catalog>,
    pub(super) apps: HashMap<String, Arc<App>>,
    pub(super) app_refs: HashMap<String, String>,
    pub(super) offers: HashMap<String, Arc<Offer>>,
    pub(super) offer_refs: HashMap<String, String>,
    /// By the id of each of its endpoints.
    pub(super) apps_of_endpoints: HashMap<String, Arc<App>>,
    /// By surface id.
    pub(super) sources: HashMap<String, Arc<Source>>,
    pub(super) egress_ips: Arc<HashMap<String, EgressIp>>,
    pub(super) assignments_of_apps: HashMap<String, Vec<Assignment>>,
    pub(super) assignments_of_publishers: HashMap<String, Vec<Assignment>>,
}

/// The catalog with what was published or changed. What this version cannot read is left to nodes that can.
pub(super) fn with_published(catalog: &Catalog, changed: Vec<PublishedRecipe>) -> Catalog {
    let read = |published: PublishedRecipe| {
        let recipe = published.id();
        published.read().inspect_err(|error| tracing::error!(recipe, %error, "a published recipe cannot be read")).ok()
    };
    catalog.with(changed.into_iter().filter_map(read).collect())
}

impl State {
    /// What is known before anything was read.
    pub(super) fn empty() -> Self {
        Self {
            revision: -1,
            catalog: Arc::new(Catalog::builtin()),
            apps: HashMap::new(),
            app_refs: HashMap::new(),
            offers: HashMap::new(),
            offer_refs: HashMap::new(),
            apps_of_endpoints: HashMap::new(),
            sources: HashMap::new(),
            egress_ips: Arc::default(),
            assignments_of_apps: HashMap::new(),
            assignments_of_publishers: HashMap::new(),
        }
    }

    /// The assignments of an app, and of its publisher.
    pub(super) fn assignments_of(&self, app: &App) -> (&[Assignment], &[Assignment]) {
        let of_app = self.assignments_of_apps.get(&app.id).map_or(&[][..], Vec::as_slice);
        let of_publisher = self.assignments_of_publishers.get(&app.publisher_id).map_or(&[][..], Vec::as_slice);
        (of_app, of_publisher)
    }

    pub(super) fn apply(&mut self, configuration: Configuration, catalog: Option<Catalog>) {
        self.revision = configuration.revision;
        if let Some(catalog) = catalog {
            self.catalog = Arc::new(catalog);
        }
        // All are forgotten before any is remembered: a ref may have moved from one to the other.
        for app in &configuration.apps {
            self.forget_app(&app.id);
        }
        for app in configuration.apps.into_iter().filter(|app| app.archived_at.is_none()) {
            self.remember_app(app);
        }
        let changed: HashSet<&str> = configuration.offers.iter().map(|offer| offer.id.as_str()).collect();
        self.offer_refs.retain(|_, id| !changed.contains(id.as_str()));
        for offer in configuration.offers {
            if let Some(reference) = &offer.reference {
                self.offer_refs.insert(reference.clone(), offer.id.clone());
            }
            self.offers.insert(offer.id.clone(), Arc::new(offer));
        }
        let stale = |source: &Source| {
            configuration.archived_sources.contains(&source.id)
                || configuration.sources.iter().any(|changed| changed.id == source.id)
        };
        self.sources.retain(|_, source| !stale(source));
        for source in configuration.sources {
            self.sources.insert(source.surface_id.clone(), Arc::new(source));
        }
        self.egress_ips = Arc::new(configuration.egress_ips.into_iter().map(|ip| (ip.id.clone(), ip)).collect());
        self.assignments_of_apps.clear();
        self.assignments_of_publishers.clear();
        for assignment in configuration.assignments {
            let (map, holder) = match (&assignment.app_id, &assignment.publisher_id) {
                (Some(app), _) => (&mut self.assignments_of_apps, app),
                (None, Some(publisher)) => (&mut self.assignments_of_publishers, publisher),
                (None, None) => continue,
            };
            map.entry(holder.clone()).or_default().push(assignment);
        }
    }

    fn remember_app(&mut self, app: App) {
        if let Some(reference) = &app.settings.reference {
            self.app_refs.insert(reference.clone(), app.id.clone());
        }
        let app = Arc::new(app);
        for endpoint in &app.endpoints {
            self.apps_of_endpoints.insert(endpoint.id.clone(), Arc::clone(&app));
        }
        self.apps.insert(app.id.clone(), app);
    }

    fn forget_app(&mut self, id: &str) {
        if let Some(app) = self.apps.remove(id) {
            if let Some(reference) = &app.settings.reference {
                self.app_refs.remove(reference);
            }
            for endpoint in &app.endpoints {
                self.apps_of_endpoints.remove(&endpoint.id);
            }
        }
    }
}
