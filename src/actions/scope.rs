//! What lists show: what a caller asks for, limited to the apps that it may know of. The one place that says so.
//!
//! The floors above name an app as the caller wrote it, or none, and get records; no list of theirs can go without its
//! limit, because the store's scopes are made here alone.

use super::Actions;
use super::asked::Asked;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::domain::time::Timestamp;
use crate::store::lookups::Scope;

/// Among which records of a kind something is listed; what is absent does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of an app, by id or `ref`; else of all that the caller sees.
    pub app: Option<String>,
    /// Of all apps of a publisher, by id or `ref`.
    pub publisher: Option<String>,
    /// Recorded at or after.
    pub from: Option<Timestamp>,
    /// Recorded before.
    pub to: Option<Timestamp>,
    /// Newer than the record with this id.
    pub after: Option<String>,
}

impl Actions {
    /// The app that is named, else all that the caller sees; `None` for whoever sees all there are.
    pub(super) async fn app_ids(&self, caller: &Caller, named: Option<&str>) -> Result<Option<Vec<String>>, Refusal> {
        self.asked_apps(caller, Asked { app: named, publisher: None }).await
    }

    /// Among which records the store is to look.
    pub(super) async fn scope(&self, caller: &Caller, filter: Filter) -> Result<Scope, Refusal> {
        let Filter { app, publisher, from, to, after } = filter;
        let asked = Asked { app: app.as_deref(), publisher: publisher.as_deref() };
        let app_ids = self.asked_apps(caller, asked).await?;
        Ok(Scope { app_ids, from, to, after, asked_at: self.node.now() })
    }
}
