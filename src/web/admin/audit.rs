//! `GET /v1/audit`: who did what.

use actix_web::HttpRequest;
use actix_web::web::{Data, ServiceConfig};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::domain::audit::AuditEntry;
use crate::domain::time::Timestamp;
use crate::store::audit::AuditCriteria;
use crate::web::list::{self, PageOf};
use crate::web::query::Query;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/audit").get(list));
}

/// One act of somebody.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditView {
    id: String,
    /// When it began.
    at: Timestamp,
    /// The token that it was done with; null where it was none.
    token_id: Option<String>,
    /// The person who did it, signed in; null where it was none. On the command line both are null.
    user_id: Option<String>,
    /// What the token or the person was called.
    name: String,
    /// The role of the token or the person; `none` of somebody who is not known.
    role: String,
    /// The call, such as `POST /v1/apps/{id}/credits`, or the command.
    action: String,
    /// What the path named, by ids separated by `/`; null where it named nothing that has one. Never a user.
    subject: Option<String>,
    /// What the first of them was called then.
    subject_name: Option<String>,
    /// The id of what it made.
    created_id: Option<String>,
    /// `done`; `refused`: not allowed, not possible or badly asked; `failed`: by us; null: not ended yet, or cut off in the middle.
    outcome: Option<&'static str>,
    /// The TOML text of the recipe that it was about, as it was then; left out where it was about none.
    #[serde(skip_serializing_if = "Option::is_none")]
    recipe: Option<String>,
}

impl From<AuditEntry> for AuditView {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            token_id: entry.actor.by.token_id,
            user_id: entry.actor.by.user_id,
            name: entry.actor.by.name,
            role: entry.actor.role,
            action: entry.action,
            subject: entry.subject,
            subject_name: entry.subject_name,
            created_id: entry.created_id,
            outcome: entry.outcome.map(|outcome| outcome.as_str()),
            recipe: entry.recipe,
        }
    }
}

const KNOWN: [&str; 7] = ["tokenId", "userId", "subject", "from", "to", "limit", "cursor"];

/// Lists every call that may have changed something, newest first, whoever made it and however it ended.
#[utoipa::path(get, path = "/v1/audit", tag = "audit", params(
    ("tokenId" = Option<String>, Query, description = "Done with this token"),
    ("userId" = Option<String>, Query, description = "Done by this person"),
    ("subject" = Option<String>, Query, description = "Done to what has this id, or to something below it"),
    ("from" = Option<String>, Query), ("to" = Option<String>, Query),
    ("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page.", body = PageOf<AuditView>)))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let query = Query::read(request.query_string(), &KNOWN)?;
    let criteria = AuditCriteria {
        token_id: query.text("tokenId").map(str::to_owned),
        user_id: query.text("userId").map(str::to_owned),
        subject: query.text("subject").map(str::to_owned),
        from: query.instant("from")?,
        to: query.instant("to")?,
    };
    let listed = web.actions.audited(&caller, criteria, list::page_of("aud", &query)?).await?;
    Ok(respond::ok(&PageOf::from(listed.map(AuditView::from))))
}
