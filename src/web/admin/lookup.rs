//! `GET /v1/lookup`: "Where is my reward?", asked by the user, the transaction or the click, answered in words and facts.

use actix_web::HttpRequest;
use actix_web::web::{Data, ServiceConfig};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::actions::lookup::LookUp;
use crate::dispatch::node::Node;
use crate::domain::click::Click;
use crate::domain::invalid::Invalid;
use crate::domain::time::Timestamp;
use crate::store::completion_lists::Found;
use crate::web::explain::{CallbackHistory, Explanation, explain, explain_click};
use crate::web::query::Query;
use crate::web::views::{CompletionView, DeliveryView, ReversalView};
use crate::web::{Answer, Web, resource, respond};

/// What can be asked by.
const KEYS: [&str; 3] = ["userId", "transactionId", "clickId"];

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/lookup").get(read));
}

/// What was found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::web) struct LookupView {
    /// Newest first, at most 50.
    items: Vec<LookedUp>,
    /// Clicks that no report has named, newest first, at most 50; asked by user or click.
    clicks: Vec<ClickView>,
    /// What that means where nothing was found, and whom to ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'static str>,
}

/// A completion and what became of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::web) struct LookedUp {
    completion: CompletionView,
    /// Oldest first.
    deliveries: Vec<DeliveryView>,
    /// Oldest first.
    reversals: Vec<ReversalView>,
    /// What happened, in order, each line with its instant.
    story: Vec<String>,
    /// Who has to do something or is about to: `publisher`, `ringback`, `operator` or `nobody`.
    turn: &'static str,
    /// What comes next, and who has to do what.
    next: String,
}

/// A click that nothing has come of.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct ClickView {
    id: String,
    app_id: String,
    offer_id: String,
    user_id: String,
    sub: Option<String>,
    clicked_at: Timestamp,
    /// What happened.
    story: Vec<String>,
    /// `offer_system` while the click counts, then `nobody`.
    turn: &'static str,
    /// What comes next.
    next: String,
}

impl ClickView {
    fn new(node: &Node, click: Click, counts_until: Option<Timestamp>) -> Self {
        let Explanation { lines, responsible, next } = explain_click(&click, counts_until, node.clock.now());
        let Click { id, offer_id, app_id, user_id, sub, clicked_at } = click;
        Self { id, app_id, offer_id, user_id, sub, clicked_at, story: lines, turn: responsible.as_str(), next }
    }
}

impl LookedUp {
    fn new(node: &Node, found: Found) -> Self {
        let Found { completion, reversals, deliveries } = found;
        let callbacks: Vec<CallbackHistory<'_>> = deliveries
            .iter()
            .map(|(delivery, attempts)| CallbackHistory { delivery, attempts, waiting_for: node.waiting_for(delivery) })
            .collect();
        let Explanation { lines, responsible, next } = explain(&completion, &reversals, &callbacks);
        Self {
            completion: CompletionView::new(completion, &reversals),
            deliveries: deliveries.into_iter().map(|(delivery, _)| DeliveryView::new(node, delivery)).collect(),
            reversals: reversals.into_iter().map(ReversalView::from).collect(),
            story: lines,
            turn: responsible.as_str(),
            next,
        }
    }
}

/// Tells what became of a user's, a transaction's or a click's completions, and of clicks that have become nothing, and
/// whose turn it is.
#[utoipa::path(get, path = "/v1/lookup", tag = "completions",
    params(("userId" = Option<String>, Query), ("transactionId" = Option<String>, Query),
        ("clickId" = Option<String>, Query, description = "Exactly one of the three"), ("appId" = Option<String>, Query)),
    responses((status = 200, description = "What was found.", body = LookupView)))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let query = Query::read(request.query_string(), &["userId", "transactionId", "clickId", "appId"])?;
    let given: Vec<&str> = KEYS.into_iter().filter(|key| query.text(key).is_some()).collect();
    let [key] = given[..] else {
        let mut invalid = Invalid::none();
        for key in if given.is_empty() { &KEYS[..] } else { &given[..] } {
            invalid.push(*key, format!("exactly one of {} must be given", KEYS.join(", ")));
        }
        return Err(invalid.into());
    };
    let text = query.text(key).unwrap_or_default().to_owned();
    let by = match key {
        "userId" => LookUp::User(text),
        "transactionId" => LookUp::Transaction(text),
        _ => LookUp::Click(text),
    };
    let found = web.actions.look_up(&caller, query.text("appId"), by).await?;
    let items: Vec<LookedUp> = found.completions.into_iter().map(|found| LookedUp::new(&web.node, found)).collect();
    let clicks: Vec<ClickView> =
        found.clicks.into_iter().map(|(click, until)| ClickView::new(&web.node, click, until)).collect();
    let hint = (items.is_empty() && clicks.is_empty()).then(|| hint(key));
    Ok(respond::ok(&LookupView { items, clicks, hint }))
}

fn hint(key: &str) -> &'static str {
    match key {
        "userId" => {
            "Nothing was reported for this user: ask the offer system whether it has reported the completion, and under \
             which user id. User ids are compared exactly, upper and lower case included."
        }
        "transactionId" => {
            "No completion bears this transaction id: ask the offer system whether it has reported it, and whether this \
             is its own id, before which the source's prefix may stand here."
        }
        _ => {
            "No such click is known, or not any more: clicks that nothing came of are kept as long as they count. \
             Otherwise ask the offer system with which clickId it has reported the completion."
        }
    }
}
