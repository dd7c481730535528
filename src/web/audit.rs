//! Auditing every call that may change something: `auth` writes the entry as soon as it knows who calls, before the
//! handler gets to know it, and here it is completed with what was answered.
//!
//! A call whose entry can not be written is not made. Nothing of a body or a query is kept, and of a path no user.

use std::cell::{Cell, OnceCell};
use std::iter;
use std::rc::Rc;

use actix_web::dev::ServiceResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use serde::Serialize;
use tokio::sync::oneshot;

use super::Web;
use crate::domain::account::Token;
use crate::domain::audit::{Actor, AuditEntry, Outcome};
use crate::domain::ids;
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::StoreError;

/// The part of a path that is a person's name.
const USER: &str = "userId";

/// What a call does, and its entry's id once there is one.
#[derive(Clone)]
pub(super) struct Audited {
    /// The path with its placeholders.
    path: String,
    action: String,
    named: Vec<String>,
    entry: Rc<OnceCell<Entry>>,
}

struct Entry {
    id: String,
    /// Says that the entry is written, or never will be.
    begun: Cell<Option<oneshot::Receiver<()>>>,
}

impl Audited {
    /// What is to be audited of a call, from now on; `None` if it changes nothing.
    pub(super) fn of(request: &HttpRequest) -> Option<Self> {
        if [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method()) {
            return None;
        }
        let path = request.match_pattern().unwrap_or_default();
        let named = request.match_info().iter().filter(|(name, _)| *name != USER).map(|(_, text)| text.to_owned());
        let action = format!("{} {path}", request.method());
        let audited = Self { action, named: named.collect(), path, entry: Rc::default() };
        request.extensions_mut().insert(audited.clone());
        Some(audited)
    }

    /// Writes down that this token's owner is about to do it.
    pub(super) async fn begin(self, web: &Web, token: &Token, at: Timestamp) -> Result<(), StoreError> {
        let actor =
            Actor { token_id: Some(token.id.clone()), name: token.name.clone(), role: token.role.as_str().to_owned() };
        let id = random::new_id("aud");
        let subject = self.subject(web).await?;
        let begun =
            AuditEntry { id: id.clone(), at, actor, action: self.action, subject, created_id: None, outcome: None };
        let (done, is_done) = oneshot::channel();
        // A call has one caller, so that nothing stands there yet.
        let _ = self.entry.set(Entry { id, begun: Cell::new(Some(is_done)) });
        let store = web.node.store.clone();
        // In a task of its own: the call may be refused meanwhile, for a body that is too large, and that is audited too.
        let writing = tokio::spawn(async move {
            let written = store.begin_audit(begun).await;
            // Nobody waits where the connection is gone.
            let _ = done.send(());
            written
        });
        writing.await.unwrap_or(Err(StoreError::Closed))
    }

    /// The ids that the path names. What has the form of none may be anything, a secret or a person's name.
    async fn subject(&self, web: &Web) -> Result<Option<String>, StoreError> {
        let Some((first, rest)) = self.named.split_first() else { return Ok(None) };
        let Some(first) = id_of(web, &self.path, first).await? else { return Ok(None) };
        let rest = rest.iter().filter(|named| ids::is_id(named)).cloned();
        Ok(Some(iter::once(first).chain(rest).collect::<Vec<_>>().join("/")))
    }
}

/// The id of what a path names by its id or ref.
async fn id_of(web: &Web, path: &str, named: &str) -> Result<Option<String>, StoreError> {
    let store = &web.node.store;
    if ids::is_id(named) {
        return Ok(Some(named.to_owned()));
    }
    Ok(if path.starts_with("/v1/apps/") {
        store.app(named).await?.map(|app| app.id)
    } else if path.starts_with("/v1/publishers/") {
        store.publisher(named).await?.map(|publisher| publisher.id)
    } else if path.starts_with("/v1/offers/") {
        store.offer(named).await?.map(|record| record.offer.id)
    } else {
        None
    })
}

/// The id of what an answer says was made.
struct CreatedId(String);

/// Notes what was made, which every object says of itself.
pub(super) fn note_created(response: &mut HttpResponse, object: &impl Serialize) {
    let shown = serde_json::to_value(object).unwrap_or_default();
    if let Some(id) = shown.get("id").and_then(|id| id.as_str()) {
        response.extensions_mut().insert(CreatedId(id.to_owned()));
    }
}

/// Completes the entry of a call, if it has one, with what was answered.
pub(super) async fn end<B>(response: &ServiceResponse<B>) {
    let audited = response.request().extensions().get::<Audited>().cloned();
    let Some(Entry { id, begun }) = audited.as_ref().and_then(|audited| audited.entry.get()) else { return };
    let Some(web) = response.request().app_data::<Data<Web>>() else { return };
    if let Some(begun) = begun.take() {
        // An error says as well that there is nothing to wait for.
        let _ = begun.await;
    }
    let created_id = response.response().extensions().get::<CreatedId>().map(|created| created.0.clone());
    let ended = web.node.store.end_audit(id.clone(), outcome(response.status()), created_id).await;
    if let Err(error) = ended {
        tracing::warn!(entry = id, %error, "how an audited call ended was not written down");
    }
}

fn outcome(status: StatusCode) -> Outcome {
    if status.is_success() {
        Outcome::Done
    } else if status.is_server_error() {
        Outcome::Failed
    } else {
        Outcome::Refused
    }
}
