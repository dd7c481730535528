//! Whose objects a caller reaches: the only way for a handler to an app or a publisher.
//!
//! What is foreign is answered like what does not exist, so that nobody learns what others have.

use super::Web;
use super::auth::Caller;
use super::error::{Problem, ProblemKind};
use crate::domain::account::Publisher;
use crate::domain::app::{App, Endpoint};

impl Web {
    /// The app with this id or `ref`, if the caller may know of it.
    pub async fn app(&self, caller: &Caller, id_or_ref: &str) -> Result<App, Problem> {
        let found = self.node.store.app(id_or_ref).await?;
        let own = found.filter(|app| caller.sees(&app.publisher_id));
        own.ok_or_else(|| Problem::not_found("app"))
    }

    /// Whether the caller may know of what belongs to an app, archived or not: its history stays.
    pub async fn may_know_of(&self, caller: &Caller, app_id: &str) -> Result<bool, Problem> {
        let publisher_id = self.node.store.publisher_of_app(app_id).await?;
        Ok(publisher_id.is_some_and(|publisher_id| caller.sees(&publisher_id)))
    }

    /// The publisher with this id or `ref`, if the caller may know of it.
    pub async fn publisher(&self, caller: &Caller, id_or_ref: &str) -> Result<Publisher, Problem> {
        let found = self.node.store.publisher(id_or_ref).await?;
        found.filter(|publisher| caller.sees(&publisher.id)).ok_or_else(|| Problem::not_found("publisher"))
    }

    /// The id of the publisher that a body names by its id or `ref`.
    pub async fn publisher_in_body(&self, caller: &Caller, named: &str) -> Result<String, Problem> {
        match self.publisher(caller, named).await {
            Ok(publisher) => Ok(publisher.id),
            Err(problem) if problem.kind() == ProblemKind::NotFound => Err(unknown_publisher()),
            Err(problem) => Err(problem),
        }
    }
}

/// A body names a publisher that the caller does not know of.
pub(super) fn unknown_publisher() -> Problem {
    Problem::field("publisherId", "names no publisher")
}

/// The endpoint that a call means: the one named, else the app's first.
pub(super) fn endpoint<'a>(app: &'a App, named: Option<&str>) -> Result<&'a Endpoint, Problem> {
    let found = match named {
        Some(id) => app.endpoint(id),
        None => app.first_endpoint(),
    };
    found.ok_or_else(|| Problem::not_found("endpoint"))
}
