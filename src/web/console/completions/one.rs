//! One completion: whose turn it is, what is known, how its amounts came about, and what became of its callbacks.

use actix_web::web::Path;
use askama::Template;

use super::computed::computed;
use super::facts::{Fact, facts};
use super::reverse::REVERSES;
use super::row::of_review;
use crate::actions::lookup::CompletionFound;
use crate::domain::app::App;
use crate::domain::delivery::{Delivery, DeliveryKind};
use crate::domain::reversal::{self, Reversal};
use crate::domain::time::Timestamp;
use crate::store::callback_records::CallbackRecord;
use crate::store::support_look_up::Found;
use crate::web::Answer;
use crate::web::console::frame::Frame;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::happened::Happened;
use crate::web::console::parts::lines::Link;
use crate::web::console::parts::state::State;
use crate::web::console::words::cuts::{self, Long};
use crate::web::console::words::instants::{self, Moment};
use crate::web::console::words::{amounts, turns};
use crate::web::console::{navigation, sections};

/// Characters of a reason in a row.
const OF_A_REASON: usize = 120;

#[derive(Template)]
#[template(path = "completion.html")]
struct CompletionPage {
    frame: Frame,
    turn: &'static str,
    next: String,
    review: Option<State>,
    app: Link,
    facts: Vec<Fact>,
    computed: Vec<String>,
    deliveries: Vec<DeliveryRow>,
    reversals: Vec<ReversalRow>,
    events: Vec<Happened>,
    /// Where it is taken back, for those who may while something is left.
    reverse: Option<String>,
    /// Why it cannot be, for those who may.
    nothing_left: bool,
    /// Where its user is looked up.
    look_up: Option<String>,
}

struct DeliveryRow {
    state: State,
    what: &'static str,
    id: Long,
    href: Option<String>,
    /// Which one of its app, where there are several.
    endpoint_number: Option<usize>,
    endpoint: Long,
    told: &'static str,
    attempts: u32,
    created: Moment,
}

struct ReversalRow {
    recorded: Moment,
    what: String,
    reason: &'static str,
    /// Why, where it was done by hand.
    by_hand: Option<Long>,
    named: Option<Long>,
}

pub(super) async fn show(page: PageRequest, id: Path<String>) -> Answer {
    page.query(&[])?;
    let CompletionFound { found, story, .. } = page.web.actions.completion_told(page.caller(), &id).await?;
    let Found { completion, is_erased, reversals, deliveries, source_name } = found;
    let app = page.web.actions.app_or_archived(page.caller(), &completion.app_id).await?;
    let now = page.web.node.clock.now();
    let may_reverse = page.can(REVERSES);
    let has_rest = reversal::has_rest(&completion, &reversals);
    let crumbs = vec![Link::new("Completions", "/completions")];
    let user = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", &completion.user_id).finish();
    page.page(&CompletionPage {
        frame: Frame { crumbs, ..page.frame(&completion.transaction_id) },
        turn: turns::heading(story.turn, page.caller().role()),
        next: story.next,
        review: completion.review.map(|review| of_review(review, now)),
        app: Link::new(&app.settings.name, &sections::path(&app, "")),
        facts: facts(&completion, source_name.as_deref(), is_erased, now),
        computed: computed(&completion),
        deliveries: deliveries.iter().map(|record| delivery(record, &app, now)).collect(),
        reversals: reversals.iter().map(|reversal| reversed(reversal, &completion.currency, now)).collect(),
        events: Happened::briefly(story.events, now),
        reverse: (may_reverse && has_rest && !is_erased).then(|| format!("/completions/{}/reverse", completion.id)),
        nothing_left: may_reverse && !has_rest,
        look_up: (navigation::is_built("/lookup") && !is_erased).then(|| format!("/lookup?{user}")),
    })
}

fn delivery(record: &CallbackRecord, app: &App, now: Timestamp) -> DeliveryRow {
    let Delivery { id, endpoint_id, kind, status, told, counters, created_at, .. } = &record.delivery;
    let told = match told.as_str() {
        "never" => "nothing",
        "maybe" => "may have been told",
        _ => "acknowledged",
    };
    DeliveryRow {
        state: State::of(status.as_str()),
        what: if *kind == DeliveryKind::Reversal { "Reversal" } else { "Completion" },
        id: cuts::id(id),
        href: navigation::is_built("/deliveries").then(|| format!("/deliveries/{id}")),
        endpoint_number: app.endpoint_number(endpoint_id),
        endpoint: cuts::id(endpoint_id),
        told,
        attempts: counters.attempts_made,
        created: instants::listed(*created_at, now),
    }
}

fn reversed(reversal: &Reversal, currency: &str, now: Timestamp) -> ReversalRow {
    let taken = &reversal.taken;
    let minor =
        |amount: Option<i64>| amount.filter(|amount| *amount > 0).map(|amount| amounts::minor(amount, currency));
    let payout = minor(taken.payout_minor).map(|amount| format!("payout {amount}"));
    let in_currency = minor(taken.reward_minor).map(|amount| format!("reward {amount}"));
    let reward = taken.user_reward.as_ref().filter(|reward| !reward.is_zero());
    let reward = reward.map(|reward| format!("reward {}", amounts::reward(reward.as_str())));
    let parts: Vec<String> = payout.into_iter().chain(reward).chain(in_currency).collect();
    let what = match (taken.whole, parts.as_slice()) {
        (true, []) => "Whole".to_owned(),
        (true, parts) => format!("Whole: {}", parts.join(", ")),
        (false, parts) => format!("Part: {}", parts.join(", ")),
    };
    ReversalRow {
        recorded: instants::listed(reversal.recorded_at, now),
        what,
        reason: reversal.reason.as_str(),
        by_hand: reversal.manual.as_ref().map(|mark| cuts::text(&mark.reason, OF_A_REASON)),
        named: reversal.reversal_id.as_deref().map(cuts::id),
    }
}
