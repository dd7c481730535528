//! How all apps stand that a caller sees: what needs somebody, and the figures of what is due. One look at each, whatever is asked
//! about them afterwards.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use super::Actions;
use super::app_health::{HealthSeen, WaitingWork};
use super::app_list::AppInList;
use super::asked::Asked;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::domain::app::App;
use crate::domain::health::{AppHealth, Capped, Condition};
use crate::domain::time::Timestamp;

/// How the apps stand, those first that need somebody.
#[derive(Clone, Debug)]
pub struct Standing {
    /// All of them, worst first, then by name.
    pub apps: Vec<AppStanding>,
    /// Those that leave from another egress IP from an instant on, the first first.
    pub switches: Vec<Switch>,
    /// Publishers that have none of these apps.
    pub bare_publishers: u64,
    /// What waits of all of them together.
    pub waiting: WaitingWork,
    /// Nodes that live.
    pub nodes: usize,
}

/// How one app stands.
#[derive(Clone, Debug)]
pub struct AppStanding {
    /// The app.
    pub app: Arc<App>,
    /// How it has been doing for 24 hours.
    pub health: AppHealth,
    /// The same in a word.
    pub condition: Condition,
}

/// A scheduled change of the address that an app's callbacks leave from.
#[derive(Clone, Debug)]
pub struct Switch {
    /// The app.
    pub app: Arc<App>,
    /// From then on …
    pub at: Timestamp,
    /// … they leave from here.
    pub address: IpAddr,
}

impl Standing {
    /// How many publishers are in each condition, which is that of the worst of their apps; one without an app is not set up.
    pub fn publishers(&self) -> BTreeMap<Condition, u64> {
        let mut worst: HashMap<&str, Condition> = HashMap::new();
        for standing in &self.apps {
            let of = worst.entry(&standing.app.publisher_id).or_insert(standing.condition);
            *of = standing.condition.min(*of);
        }
        let mut counts = BTreeMap::new();
        worst.into_values().for_each(|condition| *counts.entry(condition).or_default() += 1);
        if self.bare_publishers > 0 {
            *counts.entry(Condition::NotSetUp).or_default() += self.bare_publishers;
        }
        counts
    }

    /// The apps that need somebody.
    pub fn needing(&self) -> impl Iterator<Item = &AppStanding> {
        self.apps.iter().filter(|standing| needs_somebody(standing.condition))
    }
}

/// Whether an app that is doing so needs somebody.
pub fn needs_somebody(condition: Condition) -> bool {
    matches!(condition, Condition::Failing | Condition::Waiting | Condition::NotSetUp)
}

impl AppStanding {
    /// As a list has it.
    pub fn in_list(&self, publisher_name: &str) -> AppInList {
        let (app, publisher_name) = (App::clone(&self.app), publisher_name.to_owned());
        AppInList { app, publisher_name, health: self.health, condition: self.condition }
    }
}

impl Actions {
    /// How the apps stand that the caller sees; a few statements, however many they are. It takes no turn from the caller's own
    /// reads: it is Home, which must open beside any export.
    pub async fn standing(&self, caller: &Caller) -> Result<Standing, Refusal> {
        let apps = self.living_apps(caller, Asked { app: None, publisher: None }).await?;
        let seen = self.health_of(apps.iter().map(|app| &**app));
        let (seen, bare_publishers) = tokio::try_join!(seen, self.bare_publishers(caller, &apps))?;
        let HealthSeen { mut health, waiting } = seen;
        let now = self.node.now();
        let mut switches = Vec::new();
        for app in &apps {
            if let Some((at, egress_ip)) = self.node.directory.next_route(app, now) {
                switches.push(Switch { app: Arc::clone(app), at, address: egress_ip.address });
            }
        }
        switches.sort_by_key(|switch| switch.at);
        let standing = |app: Arc<App>| {
            let health = health.remove(&app.id).unwrap_or_default();
            AppStanding { condition: self.condition_of(&app, &health), app, health }
        };
        let mut apps: Vec<AppStanding> = apps.into_iter().map(standing).collect();
        apps.sort_by_cached_key(|one| (one.condition, one.app.settings.name.to_lowercase(), one.app.id.clone()));
        Ok(Standing { apps, switches, bare_publishers, waiting, nodes: self.node.cluster.view().len() })
    }

    /// How many publishers have none of these apps. An app is of a publisher that the caller sees, and no publisher ever goes.
    async fn bare_publishers(&self, caller: &Caller, apps: &[Arc<App>]) -> Result<u64, Refusal> {
        let having: HashSet<&str> = apps.iter().map(|app| app.publisher_id.as_str()).collect();
        let all = match caller.limited_to() {
            None => self.node.store.count_publishers().await?,
            Some(_) => 1,
        };
        Ok(all.saturating_sub(u64::try_from(having.len()).unwrap_or(u64::MAX)))
    }

    /// How many completions are in review, and when the first of these reviews ends; for those who decide them.
    pub async fn open_reviews(&self, caller: &Caller) -> Result<(Capped, Option<Timestamp>), Refusal> {
        match caller.limited_to() {
            None => Ok(self.node.store.open_reviews().await?),
            Some(_) => Ok((Capped::default(), None)),
        }
    }
}
