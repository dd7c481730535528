//! Auditing every call that may change something: `auth` has the entry written as soon as it knows who calls, before the
//! handler gets to know it, and here it is completed with what was answered.
//!
//! A call whose entry can not be written is not made.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use actix_web::dev::ServiceResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use serde::Serialize;
use tokio::sync::oneshot;

use super::Web;
use crate::actions::admission::{Made, left};
use crate::actions::caller::Caller;
use crate::domain::audit::{Left, Outcome};
use crate::store::StoreError;

/// The part of a path that is a person's name.
const USER: &str = "userId";

/// What a call does, and its entry's id once there is one.
#[derive(Clone)]
pub(super) struct Audited {
    action: String,
    named: Vec<String>,
    entry: Rc<OnceCell<Entry>>,
}

struct Entry {
    /// Says the entry's id once it is written; gone without a word if it never will be.
    begun: Cell<Option<oneshot::Receiver<String>>>,
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
        let audited = Self { action, named: named.collect(), entry: Rc::default() };
        request.extensions_mut().insert(audited.clone());
        Some(audited)
    }

    /// Writes down that this caller is about to do it.
    pub(super) async fn begin(self, web: &Web, caller: &Caller) -> Result<(), StoreError> {
        let (tell, told) = oneshot::channel();
        // A call has one caller, so that nothing stands there yet.
        let _ = self.entry.set(Entry { begun: Cell::new(Some(told)) });
        let (actions, caller, Self { action, named, .. }) = (web.actions.clone(), caller.clone(), self);
        // In a task of its own: the call may be refused meanwhile, for a body that is too large, and that is audited too.
        let writing = tokio::spawn(async move {
            let id = actions.begin_audit(&caller, &action, &named).await?;
            // Nobody waits where the connection is gone.
            let _ = tell.send(id);
            Ok(())
        });
        writing.await.unwrap_or(Err(StoreError::Closed))
    }
}

/// Notes what was made, which every object says of itself.
pub(super) fn note_created(response: &mut HttpResponse, object: &impl Serialize) {
    let shown = serde_json::to_value(object).unwrap_or_default();
    if let Some(id) = shown.get("id").and_then(|id| id.as_str()) {
        note(response, Left { created_id: Some(id.to_owned()), recipe: None });
    }
}

/// Notes what was made or changed, and the recipe that it was about.
pub(super) fn note_made(response: &mut HttpResponse, made: &impl Made) {
    note(response, left(made));
}

fn note(response: &mut HttpResponse, left: Left) {
    response.extensions_mut().insert(left);
}

/// Completes the entry of a call, if it has one, with what was answered.
pub(super) async fn end<B>(response: &ServiceResponse<B>) {
    let audited = response.request().extensions().get::<Audited>().cloned();
    let Some(entry) = audited.as_ref().and_then(|audited| audited.entry.get()) else { return };
    let Some(web) = response.request().app_data::<Data<Web>>() else { return };
    let Some(begun) = entry.begun.take() else { return };
    let Ok(id) = begun.await else { return };
    let notes = response.response().extensions().get::<Left>().cloned();
    web.actions.end_audit(id, outcome(response.status()), notes.unwrap_or_default()).await;
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
