//! Apps by name, where one is chosen.

use super::Actions;
use super::caller::Caller;

/// An app as it is chosen from a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedApp {
    /// Its id.
    pub id: String,
    /// Its `ref`.
    pub reference: Option<String>,
    /// Its name.
    pub name: String,
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
}

impl Actions {
    /// The apps that the caller sees and that are not archived, by name; from memory.
    pub fn named_apps(&self, caller: &Caller) -> Vec<NamedApp> {
        let mut apps = self.node.directory.apps();
        apps.retain(|app| caller.sees(&app.publisher_id));
        let named = |app: &crate::domain::app::App| NamedApp {
            id: app.id.clone(),
            reference: app.settings.reference.clone(),
            name: app.settings.name.clone(),
        };
        let mut named: Vec<NamedApp> = apps.iter().map(|app| named(app)).collect();
        named.sort_by_cached_key(|app| (app.name.to_lowercase(), app.id.clone()));
        named
    }

    /// Whether there are several of these to tell apart.
    pub fn sees_several_apps(&self, caller: &Caller) -> bool {
        self.node.directory.apps().iter().filter(|app| caller.sees(&app.publisher_id)).nth(1).is_some()
    }
}
