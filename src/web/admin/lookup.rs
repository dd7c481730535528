//! `GET /v1/lookup`: "Where is my reward?", asked by the user, the transaction, the click or any id, answered in words and
//! facts.

use actix_web::HttpRequest;
use actix_web::web::{Data, ServiceConfig};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::actions::lookup::{ClickFound, CompletionFound, LookUp};
use crate::dispatch::node::Node;
use crate::domain::click::Click;
use crate::domain::invalid::Invalid;
use crate::domain::story::ClickOutlook;
use crate::domain::time::Timestamp;
use crate::store::support_look_up::Found;
use crate::web::query::Query;
use crate::web::views::{CompletionView, DeliveryView, EventView, ReversalView};
use crate::web::{Answer, Web, resource, respond};

/// What can be asked by.
const KEYS: [&str; 4] = ["userId", "transactionId", "clickId", "q"];

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/lookup").get(read));
}

/// What was found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::web) struct LookupView {
    /// Newest first, at most 50.
    #[schema(max_items = 50)]
    items: Vec<LookedUp>,
    /// Clicks that no report has named, newest first, at most 50; not asked by transaction.
    #[schema(max_items = 50)]
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
    /// What happened, oldest first.
    story: Vec<EventView>,
    /// Who has to do something or is about to: `publisher`, `ringback`, `operator` or `nobody`.
    turn: &'static str,
    /// What comes next, and who has to do what.
    next: String,
    /// What the end user may be told, to be passed on as it is.
    reply: String,
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
    story: Vec<EventView>,
    /// `offer_system` while the click counts, then `nobody`.
    turn: &'static str,
    /// What comes next.
    next: String,
    /// What the end user may be told, to be passed on as it is.
    reply: String,
}

impl From<ClickFound> for ClickView {
    fn from(ClickFound { click, outlook: ClickOutlook { story, reply } }: ClickFound) -> Self {
        let Click { id, offer_id, app_id, user_id, sub, clicked_at } = click;
        let events = story.events.into_iter().map(EventView::from).collect();
        let (turn, next) = (story.turn.as_str(), story.next);
        Self { id, app_id, offer_id, user_id, sub, clicked_at, story: events, turn, next, reply }
    }
}

impl LookedUp {
    fn new(node: &Node, CompletionFound { found, story, reply }: CompletionFound) -> Self {
        let Found { completion, reversals, deliveries, .. } = found;
        Self {
            completion: CompletionView::new(completion, &reversals),
            deliveries: deliveries.into_iter().map(|record| DeliveryView::new(node, record.delivery)).collect(),
            reversals: reversals.into_iter().map(ReversalView::from).collect(),
            story: story.events.into_iter().map(EventView::from).collect(),
            turn: story.turn.as_str(),
            next: story.next,
            reply,
        }
    }
}

/// Tells what became of completions, and of clicks that have become nothing, whose turn it is, and what their user may be told.
#[utoipa::path(get, path = "/v1/lookup", tag = "completions",
    params(("userId" = Option<String>, Query), ("transactionId" = Option<String>, Query),
        ("clickId" = Option<String>, Query),
        ("q" = Option<String>, Query, description = "A user, a transaction, a click, what a source calls a completion \
            (externalId), or the id of a completion, a delivery, a reversal or a click. Exactly one of the four is given"),
        ("appId" = Option<String>, Query)),
    responses((status = 200, description = "What was found.", body = LookupView)))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let query = Query::read(request.query_string(), &["userId", "transactionId", "clickId", "q", "appId"])?;
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
        "clickId" => LookUp::Click(text),
        _ => LookUp::Any(text),
    };
    let found = web.actions.look_up(&caller, query.text("appId"), by).await?;
    let items = found.completions.into_iter().map(|found| LookedUp::new(&web.node, found)).collect();
    let clicks = found.clicks.into_iter().map(ClickView::from).collect();
    Ok(respond::ok(&LookupView { items, clicks, hint: found.hint }))
}
