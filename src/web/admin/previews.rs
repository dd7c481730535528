//! `/v1/apps/{id}/preview` and `/test`: see what a callback looks like, and send a real one that means nothing.

use actix_web::web::{Data, Path, ServiceConfig};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::dispatch::sending::job::TestOptions;
use crate::dispatch::sending::test_callback::Tested;
use crate::domain::app::App;
use crate::domain::completion::Completion;
use crate::domain::delivery::{Delivery, DeliveryKind};
use crate::domain::dialect::callback::CallbackRequest;
use crate::domain::dialect::marked::Marked;
use crate::domain::fields::Fields;
use crate::domain::json::Object;
use crate::domain::sample_completion;
use crate::random;
use crate::web::error::Problem;
use crate::web::json::Body;
use crate::web::views::{DeliveryWithAttempts, header_map};
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/apps/{id}/preview").post(preview)).service(resource("/v1/apps/{id}/test").post(test));
}

/// Which completion a preview is of; exactly one of the two.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "described here for OpenAPI; read by hand, because the amounts' digits must be kept")]
pub struct PreviewOf {
    /// A recorded completion.
    completion_id: Option<String>,
    /// Fields of an invented one, whose transaction id becomes `test-…`.
    #[schema(value_type = Option<Object>)]
    completion: Option<Value>,
}

/// What a test is to send.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "described here for OpenAPI; read by hand, because the amounts' digits must be kept")]
pub struct TestOf {
    /// Fields of the invented completion; harmless values stand in for the rest.
    #[schema(value_type = Option<Object>)]
    completion: Option<Value>,
    /// Tell its reversal instead.
    reversal: Option<bool>,
    /// Sign with this secret, whatever its state.
    secret_id: Option<String>,
    /// Leave from this egress IP (account managers).
    egress_ip_id: Option<String>,
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
}

impl Preview {
    fn of(request: CallbackRequest, parts: Vec<Marked>) -> Self {
        let signature = request.signature.clone().unwrap_or_default();
        let header = |header: crate::domain::dialect::callback::Header| {
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
        }
    }
}

/// Shows the callback of a completion, as it would go out now; sends nothing.
#[utoipa::path(post, path = "/v1/apps/{id}/preview", tag = "apps", params(("id" = String, Path)),
    request_body = PreviewOf, responses((status = 200, description = "The callback.", body = Preview)))]
pub(in crate::web) async fn preview(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let app = web.actions.app(&caller, &id).await?;
    let given = BodyFields::read(&body, &["completionId", "completion"])?;
    let (completion, delivery) = match (given.text("completionId")?, given.object("completion")?) {
        (Some(completion_id), None) => recorded(&web, &app, completion_id).await?,
        (None, Some(fields)) => (invent(&web, &app, Some(&fields))?, None),
        (Some(_), Some(_)) => return Err(Problem::field("completion", "must not stand beside completionId")),
        (None, None) => return Err(Problem::field("completionId", "is required, or else completion")),
    };
    let (request, parts) = web.dispatcher.previews.preview(&app, &completion, delivery.as_ref())?;
    tracing::info!(app = app.id, token = caller.id(), completion = completion.id, "a callback was previewed");
    Ok(respond::ok(&Preview::of(request, parts)))
}

/// Sends a real callback of an invented completion, first in line, and answers with its outcome.
#[utoipa::path(post, path = "/v1/apps/{id}/test", tag = "apps", params(("id" = String, Path)), request_body = TestOf,
    responses(
        (status = 200, description = "The delivery with its attempt.", body = DeliveryWithAttempts),
        (status = 202, description = "It is still being sent.", body = DeliveryWithAttempts),
    ))]
pub(in crate::web) async fn test(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let app = web.actions.app(&caller, &id).await?;
    let given = BodyFields::read(&body, &["completion", "reversal", "secretId", "egressIpId"])?;
    let options = TestOptions {
        reversal: given.flag("reversal")?,
        secret_id: given.text("secretId")?,
        egress_ip_id: egress_ip_id(&caller, given.text("egressIpId")?)?,
    };
    let completion = invent(&web, &app, given.object("completion")?.as_ref())?;
    let (delivery_id, is_done) = match web.dispatcher.tests.send(&app.into(), completion, options).await? {
        Tested::Done { delivery_id } => (delivery_id, true),
        Tested::UnderWay { delivery_id } => (delivery_id, false),
        Tested::Refused(invalid) => return Err(invalid.into()),
        Tested::TooMany => {
            let detail = "At most 2 tests at a time are sent to an endpoint, and 64 in all; wait for those under way.";
            return Err(Problem::too_many(detail));
        }
    };
    let found = web.node.store.delivery(delivery_id).await?;
    let (delivery, attempts) = found.ok_or_else(|| Problem::not_found("delivery"))?;
    let view = DeliveryWithAttempts::new(&web.node, delivery, attempts);
    Ok(if is_done { respond::ok(&view) } else { respond::under_way(&view) })
}

fn egress_ip_id(caller: &Caller, given: Option<String>) -> Result<Option<String>, Problem> {
    if given.is_some() && caller.limited_to().is_some() {
        return Err(Problem::forbidden("Only an account manager or operator may choose the egress IP of a test."));
    }
    Ok(given)
}

/// A recorded completion and the first endpoint's delivery of it.
async fn recorded(web: &Web, app: &App, completion_id: String) -> Result<(Completion, Option<Delivery>), Problem> {
    let found = web.node.store.completion(completion_id).await?;
    let of_app = found.filter(|completion| completion.app_id == app.id);
    let unknown = || Problem::field("completionId", "the app has no such completion");
    let completion = of_app.ok_or_else(unknown)?;
    let first = app.first_endpoint().map(|endpoint| endpoint.id.as_str());
    let deliveries = web.node.store.deliveries_of(completion.id.clone()).await?;
    let is_first =
        |delivery: &Delivery| delivery.kind == DeliveryKind::Completion && Some(delivery.endpoint_id.as_str()) == first;
    Ok((completion, deliveries.into_iter().find(is_first)))
}

fn invent(web: &Web, app: &App, fields: Option<&Object>) -> Result<Completion, Problem> {
    let id = random::new_id("cmp");
    Ok(sample_completion::from_fields(fields, &app.id, id, web.node.clock.now())?)
}

/// The fields of a body, numbers still as they were written.
struct BodyFields(Object);

impl BodyFields {
    fn read(body: &Body, known: &[&str]) -> Result<Self, Problem> {
        let text = if body.bytes().is_empty() { b"{}" } else { &body.bytes()[..] };
        let object = Object::parse(text)?;
        let mut fields = Fields::of(&object);
        fields.refuse_unknown(known);
        fields.into_faults().into_result()?;
        Ok(Self(object))
    }

    /// A field's JSON, read by a reader that says what is wrong with it; `None` where it is absent or null.
    fn field<T>(&self, name: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Result<Option<T>, Problem> {
        let found = self.0.0.iter().find(|(key, value)| key == name && value.get() != "null");
        found.map(|(_, value)| read(value.get())).transpose().map_err(|fault| Problem::field(name, fault))
    }

    fn text(&self, name: &str) -> Result<Option<String>, Problem> {
        self.field(name, |json| serde_json::from_str(json).map_err(|_| "must be a text".to_owned()))
    }

    fn flag(&self, name: &str) -> Result<bool, Problem> {
        let flag = self.field(name, |json| serde_json::from_str(json).map_err(|_| "must be true or false".to_owned()));
        Ok(flag?.unwrap_or(false))
    }

    fn object(&self, name: &str) -> Result<Option<Object>, Problem> {
        self.field(name, |json| Object::parse(json.as_bytes()).map_err(|malformed| malformed.to_string()))
    }
}
