//! `/v1/apps/{id}/diagnose`, and the same below an endpoint: why a callback did not verify at its receiver.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, ServiceConfig};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::actions::diagnosis::{Diagnosed, Given};
use crate::domain::dialect::diagnose::{Code, Difference, Piece};
use crate::domain::dialect::received::Received;
use crate::domain::secret::SecretState;
use crate::web::error::Problem;
use crate::web::json::Body;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/apps/{id}/diagnose").post(diagnose))
        .service(resource("/v1/apps/{id}/endpoints/{endpointId}/diagnose").post(diagnose_endpoint));
}

/// A callback as it was received: `pasted` alone, or the others. Nothing of it is kept.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiagnoseOf {
    /// A whole request, a curl command, lines of an access log, JSON (HAR too), a dictionary as a language prints it, or a URL, as
    /// copied; at most 64 KiB. The request in which a signature of the dialect stands is taken.
    pasted: Option<String>,
    /// Default: as the dialect sends.
    method: Option<String>,
    /// The URL as received; path and query will do.
    url: Option<String>,
    /// Headers as received, their names in any case.
    headers: Option<BTreeMap<String, String>>,
    /// The raw body as received.
    body: Option<String>,
}

/// Whether a callback verifies, and if not the first thing that differs.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DiagnosisView {
    verifies: bool,
    /// The secret that it is signed with, where one was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_id: Option<String>,
    /// `active`, `next` or `retired`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    secret_state: Option<SecretState>,
    /// The finding in a word that never changes, such as `encoded_differently`, `origin_changed` or `another_secret`.
    #[schema(value_type = String)]
    code: Code,
    /// All that was found, each in such a word, where it is more than one thing; `code` is the first.
    #[schema(value_type = Vec<String>)]
    codes: Vec<Code>,
    /// The first thing that differs, in words, and what differs besides.
    finding: String,
    /// What to do about the first.
    advice: String,
    /// What it was compared with, where the endpoint changed since it was sent, and what of a paste was not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// What to think of a time that it tells and that was long past when it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    age: Option<String>,
    /// The text as it stands in what was received; no signature is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    received_text: Option<String>,
    /// The text that was signed, where it is known, else the one to compare with what the receiver signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_text: Option<String>,
    /// Whether it is known that `signedText` was signed: by a secret of the endpoint, or as its attempt keeps it.
    is_signed: bool,
    /// `{at, received, signed}`: what stands in one text and not in the other, from this byte of the signed one on; at most 20.
    #[schema(value_type = Vec<Object>)]
    differences: Vec<Difference>,
    /// `{name, received, signed, differs, place?}`: both texts value by value; null: it is not there. `place` says of what is no value
    /// which part it is: `start` (what stands before a URL's query) or `body`; a parameter may be called `url`.
    #[schema(value_type = Vec<Object>)]
    pieces: Vec<Piece>,
    /// The delivery that it belongs to, where what it names was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_id: Option<String>,
    /// The attempt of that delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
}

/// Says whether a received callback verifies, with which secret, and if not what differs first. Keeps nothing of it.
#[utoipa::path(post, path = "/v1/apps/{id}/diagnose", tag = "apps", params(("id" = String, Path)),
    request_body = DiagnoseOf, responses((status = 200, description = "The finding.", body = DiagnosisView)))]
pub(in crate::web) async fn diagnose(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let app = web.actions.app(&caller, &id).await?;
    let given = body.read::<DiagnoseOf>()?.given()?;
    Ok(shown(web.actions.diagnose(&caller, &app, None, given).await?))
}

/// The same for one of the app's endpoints.
#[utoipa::path(post, path = "/v1/apps/{id}/endpoints/{endpointId}/diagnose", tag = "endpoints",
    params(("id" = String, Path), ("endpointId" = String, Path)),
    request_body = DiagnoseOf, responses((status = 200, description = "The finding.", body = DiagnosisView)))]
pub(in crate::web) async fn diagnose_endpoint(
    caller: Caller,
    web: Data<Web>,
    path: Path<(String, String)>,
    body: Body,
) -> Answer {
    let (id, endpoint_id) = path.into_inner();
    let app = web.actions.app(&caller, &id).await?;
    let given = body.read::<DiagnoseOf>()?.given()?;
    Ok(shown(web.actions.diagnose(&caller, &app, Some(&endpoint_id), given).await?))
}

impl DiagnoseOf {
    fn given(self) -> Result<Given, Problem> {
        let Self { pasted, method, url, headers, body } = self;
        let is_apart = method.is_some() || url.is_some() || headers.is_some() || body.is_some();
        match pasted {
            Some(_) if is_apart => Err(Problem::field("pasted", "must not stand beside method, url, headers or body")),
            Some(text) => Ok(Given::Pasted(text)),
            None if url.is_none() && headers.is_none() => {
                Err(Problem::field("pasted", "is required, or else url, headers and body as they were received"))
            }
            None => Ok(Given::Received(Received {
                method: method.unwrap_or_default(),
                url: url.unwrap_or_default().trim().to_owned(),
                headers: headers.unwrap_or_default().into_iter().collect(),
                body,
            })),
        }
    }
}

fn shown(diagnosed: Diagnosed) -> HttpResponse {
    let Diagnosed { diagnosis: found, secret, delivery } = diagnosed;
    let ((secret_id, secret_state), (delivery_id, attempt)) = (secret.unzip(), delivery.unzip());
    respond::ok(&DiagnosisView {
        verifies: found.verifies,
        secret_id,
        secret_state,
        code: found.code,
        codes: found.codes,
        finding: found.finding,
        advice: found.advice,
        note: found.note,
        age: found.age,
        received_text: found.received_text,
        signed_text: found.signed_text,
        is_signed: found.is_signed,
        differences: found.differences,
        pieces: found.pieces,
        delivery_id,
        attempt: attempt.flatten(),
    })
}
