//! What lists show: what a caller asks for, limited to the apps that it may know of. The one place that says so.
//!
//! The floors above name an app as the caller wrote it, or none, and get records; no list of theirs can go without its
//! limit, because the store's criteria are made here alone.

use super::Actions;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::domain::delivery::Status;
use crate::domain::time::Timestamp;
use crate::store::lookups::Criteria;

/// What completions or deliveries are listed by; what is absent does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// An app, by id or `ref`; else all that the caller sees.
    pub app: Option<String>,
    /// Of this user (completions only).
    pub user_id: Option<String>,
    /// With this transaction id, ignoring case.
    pub transaction_id: Option<String>,
    /// Of this offer (completions only).
    pub offer_id: Option<String>,
    /// Whether something was taken back (completions only).
    pub reversed: Option<bool>,
    /// In this state; of a completion, one of its own callbacks.
    pub status: Option<Status>,
    /// Recorded at or after.
    pub from: Option<Timestamp>,
    /// Recorded before.
    pub to: Option<Timestamp>,
}

impl Actions {
    /// The app that is named, else all that the caller sees; `None` for whoever sees all there are.
    pub(super) async fn app_ids(&self, caller: &Caller, named: Option<&str>) -> Result<Option<Vec<String>>, Refusal> {
        Ok(match (named, caller.limited_to()) {
            (Some(named), _) => Some(vec![self.app(caller, named).await?.id]),
            (None, None) => None,
            (None, Some(publisher)) => Some(self.node.store.app_ids_of(publisher).await?),
        })
    }

    /// The store's criteria of a filter.
    pub(super) async fn criteria(&self, caller: &Caller, filter: Filter) -> Result<Criteria, Refusal> {
        let app_ids = self.app_ids(caller, filter.app.as_deref()).await?;
        let Filter { app: _, user_id, transaction_id, offer_id, reversed, status, from, to } = filter;
        let (click_id, asked_at) = (None, self.node.now());
        Ok(Criteria { app_ids, user_id, transaction_id, offer_id, click_id, reversed, status, from, to, asked_at })
    }
}
