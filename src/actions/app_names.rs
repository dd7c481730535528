//! Apps by name, where one is chosen or listed, and what tells those apart that bear the same one.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::Actions;
use super::caller::Caller;
use crate::domain::app::App;

/// An app as it is chosen from a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedApp {
    /// Its id.
    pub id: String,
    /// Its `ref`.
    pub reference: Option<String>,
    /// Its name.
    pub name: String,
    /// Whether another one bears the same.
    pub has_namesake: bool,
}

impl NamedApp {
    /// Whether this is its id or its `ref`.
    pub fn is_called(&self, named: &str) -> bool {
        self.id == named || self.reference.as_deref() == Some(named)
    }

    /// What paths and queries call it: its `ref` where it has one.
    pub fn called(&self) -> &str {
        self.reference.as_deref().unwrap_or(&self.id)
    }

    /// What stands beside its name, where that alone says too little.
    pub fn beside(&self) -> Option<&str> {
        self.has_namesake.then(|| self.called())
    }
}

/// The apps that bear the name of another one, with what stands beside it: the `ref` where there is one, else the id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namesakes(HashMap<String, String>);

impl Namesakes {
    fn among(apps: &[Arc<App>]) -> Self {
        let mut of_name: HashMap<String, Vec<&Arc<App>>> = HashMap::new();
        for app in apps {
            of_name.entry(app.settings.name.trim().to_lowercase()).or_default().push(app);
        }
        let several = of_name.into_values().filter(|bearers| bearers.len() > 1).flatten();
        Self(several.map(|app| (app.id.clone(), app.called().to_owned())).collect())
    }

    /// What stands beside the name of the app with this id.
    pub fn beside(&self, app_id: &str) -> Option<&str> {
        self.0.get(app_id).map(String::as_str)
    }
}

/// The apps that a caller sees and that are not archived: one copy of the list, for all that a request asks of it.
#[derive(Debug, Default)]
pub struct SeenApps {
    apps: Vec<Arc<App>>,
    /// Found once somebody asks for them: a page about one app does not.
    namesakes: OnceCell<Namesakes>,
}

impl SeenApps {
    /// All of them, by name.
    pub fn named(&self) -> Vec<NamedApp> {
        let namesakes = self.namesakes();
        let named = |app: &Arc<App>| NamedApp {
            id: app.id.clone(),
            reference: app.settings.reference.clone(),
            name: app.settings.name.clone(),
            has_namesake: namesakes.beside(&app.id).is_some(),
        };
        let mut named: Vec<NamedApp> = self.apps.iter().map(named).collect();
        named.sort_by_cached_key(|app| (app.name.to_lowercase(), app.id.clone()));
        named
    }

    /// Those of them whose names do not tell them apart.
    pub fn namesakes(&self) -> &Namesakes {
        self.namesakes.get_or_init(|| Namesakes::among(&self.apps))
    }

    /// Whether there are several of them to tell apart.
    pub fn are_several(&self) -> bool {
        self.apps.len() > 1
    }
}

impl Actions {
    /// The apps that the caller sees and that are not archived; from memory. A request that asks several things of them calls
    /// this once; each call below answers one thing and copies the list for it.
    pub fn seen_apps(&self, caller: &Caller) -> SeenApps {
        let mut apps = self.node.directory.apps();
        apps.retain(|app| caller.sees(&app.publisher_id));
        SeenApps { apps, namesakes: OnceCell::new() }
    }

    /// All of them, by name.
    pub fn named_apps(&self, caller: &Caller) -> Vec<NamedApp> {
        self.seen_apps(caller).named()
    }

    /// Those of them whose names do not tell them apart.
    pub fn namesakes(&self, caller: &Caller) -> Namesakes {
        Namesakes::among(&self.seen_apps(caller).apps)
    }

    /// Whether there are several of them to tell apart.
    pub fn sees_several_apps(&self, caller: &Caller) -> bool {
        self.seen_apps(caller).are_several()
    }
}
