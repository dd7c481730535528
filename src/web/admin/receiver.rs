//! `/v1/apps/{id}/receiver`: the program that takes an endpoint's callbacks, ready to be pasted.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::domain::receiver_code::ReceiverCode;
use crate::web::query::Query;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/apps/{id}/receiver").get(read));
}

/// A receiver, ready to be pasted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceiverView {
    /// As asked for.
    language: &'static str,
    /// The name to save it under.
    file_name: &'static str,
    /// The program. It reads the secret from its environment.
    code: String,
    /// The command that starts it.
    run: &'static str,
    /// What its reader should know besides.
    notes: Vec<String>,
}

impl From<ReceiverCode> for ReceiverView {
    fn from(ReceiverCode { language, file_name, code, run, notes }: ReceiverCode) -> Self {
        Self { language, file_name, code, run, notes }
    }
}

/// Writes a receiver for an endpoint's own template and dialect.
#[utoipa::path(get, path = "/v1/apps/{id}/receiver", tag = "apps",
    params(("id" = String, Path), ("language" = String, Query), ("endpointId" = Option<String>, Query)),
    responses((status = 200, description = "The receiver.", body = ReceiverView)))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>, id: Path<String>, request: HttpRequest) -> Answer {
    let query = Query::read(request.query_string(), &["language", "endpointId"])?;
    let (endpoint, language) = (query.text("endpointId"), query.text("language"));
    let receiver = web.actions.receiver_code(&caller, &id, endpoint, language).await?;
    Ok(respond::ok(&ReceiverView::from(receiver)))
}
