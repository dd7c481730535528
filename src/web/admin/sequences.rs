//! `/v1/apps/{id}/test/sequence`: a completion, the same once more and its reversal, as tests, and what the balance has to be after
//! each.

use actix_web::web::{Data, Path, ServiceConfig};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::body_fields::BodyFields;
use crate::actions::caller::Caller;
use crate::actions::sequences::{Sequence, StepSent};
use crate::actions::testing::TestAsked;
use crate::dispatch::node::Node;
use crate::dispatch::sending::stored_test::TestOptions;
use crate::domain::test_sequence::{Balance, Step, StepState};
use crate::web::json::Body;
use crate::web::views::DeliveryWithAttempts;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/apps/{id}/test/sequence").post(send));
}

/// What a sequence of tests is to send.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "described here for OpenAPI; read by hand, because the amounts' digits must be kept")]
pub struct SequenceOf {
    /// Fields of the invented completion; harmless values stand in for the rest. Without a transaction id it gets one that was not
    /// used before.
    #[schema(value_type = Option<Object>)]
    completion: Option<Value>,
    /// One of the app's endpoints; default: the first.
    endpoint_id: Option<String>,
    /// Sign with this secret, whatever its state.
    secret_id: Option<String>,
    /// Leave from this egress IP (account managers).
    egress_ip_id: Option<String>,
}

/// A sequence of tests, as far as it came.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SequenceView {
    endpoint_id: String,
    /// Whether a step was not acknowledged, or not sent: then no balance can be told behind it.
    stopped: bool,
    /// Three, in the order in which they are sent.
    #[schema(min_items = 3, max_items = 3)]
    steps: Vec<StepView>,
}

/// A step of a sequence.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    #[schema(inline)]
    step: Step,
    #[schema(inline)]
    state: StepState,
    /// Why it was not acknowledged, or not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Where it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<DeliveryWithAttempts>,
    /// What the user's balance has to be by now, compared with the one before the sequence.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_balance: Option<BalanceView>,
    /// Balances that are wrong by now, with what a receiver does whose balance it is; none of a reward of nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    wrong_balances: Vec<BalanceView>,
}

/// A balance, compared with the one before the sequence.
#[derive(Debug, Serialize, ToSchema)]
pub struct BalanceView {
    /// By how much it is higher, in the app's reward currency.
    #[schema(example = "100")]
    change: String,
    /// That it is right, or what it means.
    text: String,
}

impl From<Balance> for BalanceView {
    fn from(Balance { change, text }: Balance) -> Self {
        Self { change, text }
    }
}

impl SequenceView {
    fn new(node: &Node, sequence: Sequence) -> Self {
        let stopped = sequence.stopped();
        let step = |StepSent { step, state, reason, delivery, balance, wrong }| StepView {
            step,
            state,
            reason,
            delivery: delivery.map(|(delivery, attempts)| DeliveryWithAttempts::new(node, delivery, attempts)),
            expected_balance: balance.map(BalanceView::from),
            wrong_balances: wrong.into_iter().map(BalanceView::from).collect(),
        };
        Self { endpoint_id: sequence.endpoint_id, stopped, steps: sequence.steps.into_iter().map(step).collect() }
    }
}

/// Sends a completion, the same completion once more (same transaction id, same event id) and its reversal, one after the other and
/// marked as tests, and answers what the user's balance has to be after each. A step that is not acknowledged is the last one. The
/// reversal is skipped, with the reason, where the endpoint is not told of any. Balances are those of a server that credits tests; one
/// that leaves them out shows 0 throughout, and that is right.
#[utoipa::path(post, path = "/v1/apps/{id}/test/sequence", tag = "apps", params(("id" = String, Path)),
    request_body = SequenceOf,
    responses(
        (status = 200, description = "What became of each step.", body = SequenceView),
        (status = 202, description = "A step is still being sent; the sequence ends with it.", body = SequenceView),
    ))]
pub(in crate::web) async fn send(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let app = web.actions.app(&caller, &id).await?;
    let given = BodyFields::read(&body, &["completion", "endpointId", "secretId", "egressIpId"])?;
    let options = TestOptions {
        secret_id: given.text("secretId")?,
        egress_ip_id: given.text("egressIpId")?,
        ..TestOptions::default()
    };
    let (endpoint_id, completion) = (given.text("endpointId")?, given.object("completion")?);
    let asked = TestAsked { completion, endpoint_id, recipe: None, options };
    let sequence = web.actions.test_sequence(&caller, app, asked).await?;
    let is_under_way = sequence.is_under_way();
    let view = SequenceView::new(&web.node, sequence);
    Ok(if is_under_way { respond::under_way(&view) } else { respond::ok(&view) })
}
