//! Whose objects a caller reaches: the only way for an action to an app or a publisher.
//!
//! What is foreign is answered like what does not exist, so that nobody learns what others have.

use std::sync::Arc;

use super::Actions;
use super::caller::Caller;
use super::refusal::Refusal;
use super::standalone::Standalone;
use crate::domain::account::Publisher;
use crate::domain::app::{App, Endpoint};

impl Actions {
    /// The app with this id or `ref`, if the caller may know of it.
    pub async fn app(&self, caller: &Caller, id_or_ref: &str) -> Result<App, Refusal> {
        let found = self.node.store.app(id_or_ref).await?;
        found.filter(|app| caller.sees(&app.publisher_id)).ok_or(Refusal::Unknown("app"))
    }

    /// The app with this id, archived or not, if the caller may know of it: its history stays.
    pub async fn app_of_record(&self, caller: &Caller, id: &str) -> Result<Arc<App>, Refusal> {
        let found = match self.node.directory.app(id) {
            Some(app) => Some(app),
            None => self.node.store.apps_by_id(vec![id.to_owned()]).await?.pop().map(Arc::new),
        };
        found.filter(|app| caller.sees(&app.publisher_id)).ok_or(Refusal::Unknown("app"))
    }

    /// The id of the app that is named by its id or `ref`, or of an archived one by its id.
    pub(super) async fn app_id_to_read(&self, caller: &Caller, named: &str) -> Result<String, Refusal> {
        match self.app(caller, named).await {
            Ok(app) => Ok(app.id),
            Err(_) if self.may_know_of(caller, named).await? => Ok(named.to_owned()),
            Err(refusal) => Err(refusal),
        }
    }

    /// Whether the caller may know of what belongs to an app, archived or not: its history stays.
    pub async fn may_know_of(&self, caller: &Caller, app_id: &str) -> Result<bool, Refusal> {
        let publisher_id = self.node.store.publisher_of_app(app_id).await?;
        Ok(publisher_id.is_some_and(|publisher_id| caller.sees(&publisher_id)))
    }

    /// The app of the endpoint with this id, archived or not, if the caller may know of it.
    pub(super) async fn app_of_endpoint(&self, caller: &Caller, id: &str) -> Result<String, Refusal> {
        let unknown = Refusal::Unknown("endpoint");
        let Some(app_id) = self.node.store.app_of_endpoint(id).await? else { return Err(unknown) };
        if self.may_know_of(caller, &app_id).await? { Ok(app_id) } else { Err(unknown) }
    }
}

impl Standalone {
    /// The publisher with this id or `ref`, if the caller may know of it.
    pub async fn publisher(&self, caller: &Caller, id_or_ref: &str) -> Result<Publisher, Refusal> {
        let found = self.store.publisher(id_or_ref).await?;
        found.filter(|publisher| caller.sees(&publisher.id)).ok_or(Refusal::Unknown("publisher"))
    }

    /// The id of the publisher that a field names by its id or `ref`.
    pub async fn publisher_in_body(&self, caller: &Caller, named: &str) -> Result<String, Refusal> {
        match self.publisher(caller, named).await {
            Ok(publisher) => Ok(publisher.id),
            Err(Refusal::Unknown(_)) => Err(Refusal::unknown_publisher()),
            Err(refusal) => Err(refusal),
        }
    }
}

/// The endpoint that a call means: the one named, else the app's first.
pub fn endpoint<'a>(app: &'a App, named: Option<&str>) -> Result<&'a Endpoint, Refusal> {
    let found = match named {
        Some(id) => app.endpoint(id),
        None => app.first_endpoint(),
    };
    found.ok_or(Refusal::Unknown("endpoint"))
}
