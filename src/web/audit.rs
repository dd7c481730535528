//! Auditing every call that may change something: `auth` writes the entry as soon as it knows who calls, before the
//! handler gets to know it, and here it is completed with what was answered.
//!
//! A call whose entry can not be written is not made. Nothing of a body or a query is kept, and of a path no user.

use std::cell::OnceCell;
use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};
use serde::Serialize;

use super::Web;
use crate::domain::account::Token;
use crate::domain::audit::{Actor, AuditEntry, Outcome};
use crate::domain::ids;
use crate::domain::time::Timestamp;
use crate::store::StoreError;

/// The part of a path that is a person's name.
const USER: &str = "userId";

/// What a call does, and its entry's id once there is one.
#[derive(Clone, Debug)]
pub(super) struct Audited {
    action: String,
    subject: Option<String>,
    entry: Rc<OnceCell<String>>,
}

impl Audited {
    /// What is to be audited of a call; `None` if it changes nothing.
    pub(super) fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }

    /// Writes down that this token's owner is about to do it.
    pub(super) async fn begin(self, web: &Web, token: &Token, at: Timestamp) -> Result<(), StoreError> {
        let actor =
            Actor { token_id: Some(token.id.clone()), name: token.name.clone(), role: token.role.as_str().to_owned() };
        let (id, Self { action, subject, entry }) = (ids::new("aud"), self);
        let begun = AuditEntry { id: id.clone(), at, actor, action, subject, created_id: None, outcome: None };
        // Before the entry is written: the call may be refused meanwhile, for a body that is too large.
        entry.set(id).expect("a call has one caller");
        web.machine.store.begin_audit(begun).await
    }
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

/// Around every call.
pub(super) async fn watch(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method()) {
        return next.call(request).await;
    }
    let path = request.match_pattern().unwrap_or_default();
    let named: Vec<&str> =
        request.match_info().iter().filter(|(name, _)| *name != USER).map(|(_, text)| text).collect();
    let audited = Audited {
        action: format!("{} {path}", request.method()),
        subject: (!named.is_empty()).then(|| named.join("/")),
        entry: Rc::default(),
    };
    request.extensions_mut().insert(audited.clone());
    let web = request.app_data::<Data<Web>>().cloned();
    let response = next.call(request).await?;
    if let (Some(id), Some(web)) = (audited.entry.get(), web) {
        let created_id = response.response().extensions().get::<CreatedId>().map(|created| created.0.clone());
        let ended = web.machine.store.end_audit(id.clone(), outcome(response.status()), created_id).await;
        if let Err(error) = ended {
            tracing::warn!(entry = id, %error, "how an audited call ended was not written down");
        }
    }
    Ok(response)
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
