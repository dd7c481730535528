//! `/v1/apps/{id}/preview` and `/v1/preview`: see what a callback looks like, of what is saved and of what is not yet.

use actix_web::web::{Data, Path, ServiceConfig};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::body_fields::BodyFields;
use super::endpoints::EndpointBody;
use crate::actions::caller::Caller;
use crate::actions::previews::{PreviewAsked, Previewed};
use crate::domain::dialect::callback::Header;
use crate::domain::dialect::marked::Marked;
use crate::web::error::Problem;
use crate::web::json::Body;
use crate::web::views::header_map;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/apps/{id}/preview").post(preview))
        .service(resource("/v1/preview").post(preview_without_app));
}

/// What a preview is of; exactly one of the first three, which may be left out beside `endpoint`.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "described here for OpenAPI; read by hand, because the amounts' digits must be kept")]
pub struct PreviewOf {
    /// A recorded completion.
    completion_id: Option<String>,
    /// Fields of an invented one, whose transaction id becomes `test-…`.
    #[schema(value_type = Option<Object>)]
    completion: Option<Value>,
    /// A delivery of the app: what it tells, as it goes out now.
    delivery_id: Option<String>,
    /// As this attempt of the delivery went out.
    attempt: Option<u32>,
    /// One of the app's endpoints; default: the first, or the delivery's.
    endpoint_id: Option<String>,
    /// Its reversal instead.
    reversal: Option<bool>,
    /// Fields that are not saved, laid over the endpoint as a change of it would be.
    endpoint: Option<EndpointBody>,
}

/// What a preview is of where there is no app yet.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "described here for OpenAPI; read by hand, because the amounts' digits must be kept")]
pub struct PreviewWithoutApp {
    /// The endpoint as it is to be; needs `dialect`.
    endpoint: EndpointBody,
    /// Fields of an invented completion, whose transaction id becomes `test-…`.
    #[schema(value_type = Option<Object>)]
    completion: Option<Value>,
}

/// A callback as it would go out now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    method: &'static str,
    url: String,
    /// The publisher's own headers are masked.
    #[schema(value_type = Object)]
    headers: Map<String, Value>,
    body: Option<String>,
    signed_text: Option<String>,
    /// The URL, or the body where there is one, in parts: which placeholder each stands for, and whether it is signed.
    #[schema(value_type = Vec<Object>)]
    parts: Vec<Marked>,
    /// What works but deserves a look.
    warnings: Vec<String>,
}

impl From<Previewed> for Preview {
    fn from(previewed: Previewed) -> Self {
        let Previewed { request, parts, warnings } = previewed;
        let signature = request.signature.clone().unwrap_or_default();
        let header = |header: Header| {
            // A signature is shown whole: whoever may see the preview owns the key. The publisher's own headers stay
            // masked, since they were promised never to be shown again.
            let is_ours = header.shown == header.value || (!signature.is_empty() && header.value.contains(&signature));
            (header.name, if is_ours { header.value } else { header.shown })
        };
        Self {
            method: request.method,
            // The secret itself stays hidden even here, where it travels.
            url: if request.shows_secret { request.shown_url().to_owned() } else { request.url },
            headers: header_map(request.headers.into_iter().map(header).collect()),
            body: request.body,
            signed_text: request.signed_text,
            parts,
            warnings,
        }
    }
}

/// Shows the callback of a completion, as it would go out now; sends nothing.
#[utoipa::path(post, path = "/v1/apps/{id}/preview", tag = "apps", params(("id" = String, Path)),
    request_body = PreviewOf, responses((status = 200, description = "The callback.", body = Preview)))]
pub(in crate::web) async fn preview(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let app = web.actions.app(&caller, &id).await?;
    let known = ["completionId", "completion", "deliveryId", "attempt", "endpointId", "reversal", "endpoint"];
    let given = BodyFields::read(&body, &known)?;
    let asked = PreviewAsked {
        completion_id: given.text("completionId")?,
        completion: given.object("completion")?,
        delivery_id: given.text("deliveryId")?,
        attempt: given.number("attempt")?,
        endpoint_id: given.text("endpointId")?,
        reversal: given.flag("reversal")?,
        unsaved: given.settings("endpoint")?,
    };
    Ok(respond::ok(&Preview::from(web.actions.preview(&caller, &app, asked).await?)))
}

/// Shows a callback before there is an app: without a signature, since there is no secret.
#[utoipa::path(post, path = "/v1/preview", tag = "apps", request_body = PreviewWithoutApp,
    responses((status = 200, description = "The callback.", body = Preview)))]
pub(in crate::web) async fn preview_without_app(caller: Caller, web: Data<Web>, body: Body) -> Answer {
    let given = BodyFields::read(&body, &["endpoint", "completion"])?;
    let endpoint = given.settings("endpoint")?.ok_or_else(|| Problem::field("endpoint", "is required"))?;
    let completion = given.object("completion")?;
    Ok(respond::ok(&Preview::from(web.actions.preview_without_app(&caller, endpoint, completion.as_ref())?)))
}
