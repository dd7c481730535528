//! `/v1/apps/{id}/test`: sends a real callback that means nothing.

use actix_web::web::{Data, Path, ServiceConfig};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::body_fields::BodyFields;
use crate::actions::caller::Caller;
use crate::actions::testing::{TestAsked, TestSent};
use crate::dispatch::sending::stored_test::TestOptions;
use crate::domain::setup::Verdict;
use crate::web::json::Body;
use crate::web::views::DeliveryWithAttempts;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/apps/{id}/test").post(test));
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
    /// One of the app's endpoints; default: the first.
    endpoint_id: Option<String>,
    /// Sign with this secret, whatever its state.
    secret_id: Option<String>,
    /// Leave from this egress IP (account managers).
    egress_ip_id: Option<String>,
    /// `name#draft`: send by the draft of this recipe instead of the endpoint's dialect (account managers); one at a time.
    recipe: Option<String>,
    /// `signature`: change one character of the signature, to see whether the receiver refuses it.
    tamper: Option<String>,
}

/// A test's delivery, and what it shows of the receiver.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestView {
    #[serde(flatten)]
    delivery: DeliveryWithAttempts,
    /// `verified` (right signatures are accepted and wrong ones refused), `answered`, `not_checked` (a wrong signature was
    /// accepted), `refused`, `no_answer`; absent while it is still being sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    verdict: Option<Verdict>,
}

/// Sends a real callback of an invented completion, first in line, and answers with its outcome.
#[utoipa::path(post, path = "/v1/apps/{id}/test", tag = "apps", params(("id" = String, Path)), request_body = TestOf,
    responses(
        (status = 200, description = "The delivery with its attempt.", body = TestView),
        (status = 202, description = "It is still being sent.", body = TestView),
    ))]
pub(in crate::web) async fn test(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let app = web.actions.app(&caller, &id).await?;
    let known = ["completion", "reversal", "endpointId", "secretId", "egressIpId", "recipe", "tamper"];
    let given = BodyFields::read(&body, &known)?;
    let options = TestOptions {
        reversal: given.flag("reversal")?,
        secret_id: given.text("secretId")?,
        egress_ip_id: given.text("egressIpId")?,
        tamper: given.word("tamper", &["signature"])?.is_some(),
        draft: None,
        repeats: None,
    };
    let (endpoint_id, completion) = (given.text("endpointId")?, given.object("completion")?);
    let recipe = given.text("recipe")?;
    let TestSent { delivery: (delivery, attempts), verdict, is_done } =
        web.actions.test(&caller, app, TestAsked { completion, endpoint_id, recipe, options }).await?;
    let view = TestView { delivery: DeliveryWithAttempts::new(&web.node, delivery, attempts), verdict };
    Ok(if is_done { respond::ok(&view) } else { respond::under_way(&view) })
}
