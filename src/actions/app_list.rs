//! Lists of apps: found by a word, by how they are doing, archived or not; newest first, by name, or worst first.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::Actions;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::domain::app::App;
use crate::domain::health::{AppHealth, AppOrder, Condition};
use crate::store::StoreError;
use crate::store::app_list::AppBrief;
use crate::store::page::{Listed, Page};

/// Which apps are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppsAsked {
    /// Of one publisher, by id or `ref`.
    pub publisher: Option<String>,
    /// What the name, `ref` or id holds, whatever the case of its letters.
    pub holding: Option<String>,
    /// How they are doing.
    pub condition: Option<Condition>,
    /// In which order; newest first otherwise.
    pub order: Option<AppOrder>,
    /// Those that are archived, instead of all others.
    pub archived: bool,
}

/// An app with what is known beside its settings.
#[derive(Clone, Debug)]
pub struct AppInList {
    /// The app.
    pub app: App,
    /// What its publisher is called.
    pub publisher_name: String,
    /// How it has been doing.
    pub health: AppHealth,
    /// The same in a word.
    pub condition: Condition,
}

impl Actions {
    /// A page of the apps asked for.
    pub async fn listed_apps(
        &self,
        caller: &Caller,
        asked: AppsAsked,
        page: Page,
    ) -> Result<Listed<AppInList>, Refusal> {
        if asked.archived && (asked.condition.is_some() || asked.order == Some(AppOrder::Worst)) {
            let field = if asked.condition.is_some() { "state" } else { "sort" };
            return Err(Refusal::field(field, "says nothing of archived apps, which call nobody back"));
        }
        let publisher = match &asked.publisher {
            Some(named) => Some(self.publisher(caller, named).await?.id),
            None => caller.limited_to().map(str::to_owned),
        };
        let mut briefs = self.node.store.app_briefs(publisher.as_deref(), asked.archived).await?;
        if let Some(word) = &asked.holding {
            let word = word.to_lowercase();
            briefs.retain(|app| holds(app, &word));
        }
        let (mut health, mut conditions) = (HashMap::new(), HashMap::new());
        if asked.condition.is_some() || asked.order == Some(AppOrder::Worst) {
            // The health of all apps, whatever the page is; the page needs no look of its own then.
            let _reading = self.reads.begin(caller)?;
            let apps: Vec<_> = briefs.iter().filter_map(|brief| self.node.directory.app(&brief.id)).collect();
            health = self.health_of(apps.iter().map(|app| &**app)).await?.health;
            let of = |app: &Arc<App>| Some((app.id.clone(), self.condition_of(app, health.get(&app.id)?)));
            conditions = apps.iter().filter_map(of).collect();
        }
        match asked.order {
            None => {}
            Some(AppOrder::Name) => briefs.sort_by_cached_key(by_name),
            Some(AppOrder::Worst) => {
                briefs.sort_by_cached_key(|app| (conditions.get(&app.id).copied(), by_name(app)));
            }
        }
        let behind = match &page.before {
            None => 0,
            Some(last) => match briefs.iter().position(|app| app.id == *last) {
                Some(place) => place + 1,
                // The list is in the order of age, and goes on without the app that the last page ended with.
                None if asked.order.is_none() => briefs.partition_point(|app| app.id >= *last),
                None => {
                    return Err(Refusal::field("cursor", "names an app that is in this list no more; begin it anew"));
                }
            },
        };
        let mut ids: Vec<String> = briefs.drain(behind..).map(|app| app.id).collect();
        if let Some(condition) = asked.condition {
            ids.retain(|id| conditions.get(id) == Some(&condition));
        }
        ids.truncate(page.limit.saturating_add(1));
        let listed = page.cut(ids, |id| id);
        let apps = self.node.store.apps_by_id(listed.items).await?;
        Ok(Listed { items: self.in_list(apps, health).await?, next: listed.next })
    }

    /// An app by its id, archived or not, or by the `ref` of one that is not, if the caller may know of it.
    pub async fn app_to_read(&self, caller: &Caller, id_or_ref: &str) -> Result<AppInList, Refusal> {
        self.app_shown(self.app_or_archived(caller, id_or_ref).await?).await
    }

    /// The same without what is known beside its settings.
    pub async fn app_or_archived(&self, caller: &Caller, id_or_ref: &str) -> Result<App, Refusal> {
        match self.app(caller, id_or_ref).await {
            Err(Refusal::Unknown(_)) => {
                let archived = self.node.store.apps_by_id(vec![id_or_ref.to_owned()]).await?.pop();
                archived.filter(|app| caller.sees(&app.publisher_id)).ok_or(Refusal::Unknown("app"))
            }
            found => found,
        }
    }

    /// What the apps of these ids are called, archived ones too.
    pub(super) async fn names_of(
        &self,
        ids: impl Iterator<Item = &str>,
    ) -> Result<HashMap<String, String>, StoreError> {
        let (mut names, mut others) = (HashMap::new(), Vec::new());
        for id in ids.collect::<BTreeSet<&str>>() {
            match self.node.directory.app(id) {
                Some(app) => drop(names.insert(id.to_owned(), app.settings.name.clone())),
                None => others.push(id.to_owned()),
            }
        }
        if !others.is_empty() {
            let archived = self.node.store.apps_by_id(others).await?;
            names.extend(archived.into_iter().map(|app| (app.id, app.settings.name)));
        }
        Ok(names)
    }

    /// An app that the caller may know of, with what is known beside its settings.
    pub async fn app_shown(&self, app: App) -> Result<AppInList, Refusal> {
        self.in_list(vec![app], HashMap::new()).await?.pop().ok_or(Refusal::Unknown("app"))
    }

    /// What is known of apps beside their settings, with what was seen of their health before; a few queries, however many
    /// they are.
    async fn in_list(&self, apps: Vec<App>, mut health: HashMap<String, AppHealth>) -> Result<Vec<AppInList>, Refusal> {
        let unseen: Vec<&App> = apps.iter().filter(|app| !health.contains_key(&app.id)).collect();
        if !unseen.is_empty() {
            health.extend(self.health_of(unseen.into_iter()).await?.health);
        }
        let publishers = apps.iter().map(|app| app.publisher_id.clone()).collect();
        let names = self.node.store.publisher_names(publishers).await?;
        let shown = |app: App| {
            let health = health.remove(&app.id).unwrap_or_default();
            let condition = self.condition_of(&app, &health);
            let publisher_name = names.get(&app.publisher_id).cloned().unwrap_or_default();
            AppInList { app, publisher_name, health, condition }
        };
        Ok(apps.into_iter().map(shown).collect())
    }
}

/// Whether a name, `ref` or id holds a word, which is in small letters.
fn holds(app: &AppBrief, word: &str) -> bool {
    [Some(&app.name), app.reference.as_ref(), Some(&app.id)]
        .into_iter()
        .flatten()
        .any(|text| text.to_lowercase().contains(word))
}

/// Equal names are told apart by their ids, so that no two places of a list change.
fn by_name(app: &AppBrief) -> (String, String) {
    (app.name.to_lowercase(), app.id.clone())
}
