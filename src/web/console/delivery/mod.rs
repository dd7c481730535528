//! `/deliveries/{id}`: one callback: where it stands, whose turn it is, what can be done, and all that happened, with the bytes. It
//! renews itself until it has ended.

mod acts;
mod facts;
mod fix;
mod timeline;

use actix_web::web::{Path, ServiceConfig};
use askama::Template;

use super::address::{LIVE, OFF};
use super::deliveries::rows;
use super::frame::{Frame, Live};
use super::page_request::PageRequest;
use super::parts::delivery_list::Whom;
use super::parts::lines::Link;
use super::parts::state::State;
use super::words::{instants, turns};
use super::{deliveries, filters, navigation, pages};
use crate::actions::deliveries::DeliveryDetail;
use crate::actions::delivery_list::DeliveryRow;
use crate::actions::refusal::Refusal;
use crate::domain::delivery::{Delivery, DeliveryKind, Status, WaitingFor};
use crate::web::Answer;
use crate::web::error::Problem;
use acts::Acts;
use facts::Facts;
use timeline::Timeline;

/// The attempt that is shown whole although newer ones are.
const ATTEMPT: &str = "attempt";
const PARAMETERS: [&str; 3] = [LIVE, ATTEMPT, "part"];

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(pages::resource("/deliveries/{delivery}").get(show))
        .service(pages::resource("/deliveries/{delivery}/replay").get(acts::ask_replay).post(acts::replay))
        .service(pages::resource("/deliveries/{delivery}/cancel").get(acts::ask_cancel).post(acts::cancel));
}

/// Where a delivery is shown.
pub(super) fn path(id: &str) -> String {
    format!("{}/{id}", deliveries::PATH)
}

#[derive(Template)]
#[template(path = "delivery.html")]
struct DeliveryPage {
    frame: Frame,
    shown: Shown,
}

#[derive(Template)]
#[template(path = "delivery_shown.html")]
struct ShownPart {
    frame: Frame,
    shown: Shown,
}

/// All that changes while it is looked at.
struct Shown {
    state: State,
    kind: &'static str,
    app: Link,
    turn: &'static str,
    next: String,
    acts: Acts,
    facts: Facts,
    timeline: Timeline,
    /// How long it is kept, once it has ended.
    kept: Option<String>,
    /// Where the same is asked for again, until it has ended.
    again: Option<String>,
}

async fn show(page: PageRequest, id: Path<String>) -> Answer {
    let query = page.query(&PARAMETERS)?;
    let is_live = query.word(LIVE, &[OFF], |word| word)?.is_none();
    let is_part = query.word("part", &["shown"], |word| word)?.is_some();
    let named = query.number(ATTEMPT, 1..=u16::MAX)?.map(u32::from);
    let detail = page.web.actions.delivery(page.caller(), &id).await?;
    let transaction = detail.delivery.transaction_id.clone();
    let is_over = detail.delivery.status.is_ended();
    let is_dead = detail.delivery.status == Status::Dead;
    let shown = Shown::of(&page, detail, named, is_live).await?;
    let crumbs = vec![Link::new("Deliveries", deliveries::PATH)];
    let parameters = match (is_live, named) {
        (true, None) => format!("?{LIVE}={OFF}"),
        (true, Some(named)) => format!("?{ATTEMPT}={named}&{LIVE}={OFF}"),
        (false, None) => String::new(),
        (false, Some(named)) => format!("?{ATTEMPT}={named}"),
    };
    let turned = format!("{}{parameters}", path(&id));
    let live = (!is_over).then_some(Live { on: is_live, turned });
    let mark = if is_dead { "✕ Dead · ".to_owned() } else { String::new() };
    let frame = Frame { crumbs, live, mark, ..page.frame(&transaction) };
    if is_part { page.part(&ShownPart { frame, shown }) } else { page.page(&DeliveryPage { frame, shown }) }
}

impl Shown {
    async fn of(
        page: &PageRequest,
        detail: DeliveryDetail,
        named: Option<u32>,
        is_live: bool,
    ) -> Result<Self, Problem> {
        let actions = &page.web.actions;
        let (id, now) = (detail.delivery.id.clone(), page.web.node.clock.now());
        let app = actions.app_of_record(page.caller(), &detail.delivery.app_id).await?;
        let listed = actions.deliveries_by_id(page.caller(), vec![id.clone()]).await?.pop();
        // It may have gone between two looks, as one that is too old.
        let listed = listed.ok_or(Refusal::Unknown("delivery"))?;
        let signed = actions.signed_texts(&detail).await?;
        let renews = is_live && !detail.delivery.status.is_ended();
        let show = if is_live { format!("?{ATTEMPT}=") } else { format!("?{LIVE}={OFF}&{ATTEMPT}=") };
        let parameter = named.map(|named| format!("&{ATTEMPT}={named}")).unwrap_or_default();
        let whom = rows::whom(&listed);
        let role = page.caller().role();
        Ok(Self {
            state: state(page, &listed, &detail),
            kind: kind(&detail.delivery),
            app: facts::link(&app),
            turn: turns::heading(detail.story.turn, role),
            next: detail.story.next.clone(),
            acts: Acts::of(page, &app, &detail, listed.waiting_for),
            facts: Facts::of(page, &app, &detail, listed, whom.clone()),
            kept: facts::kept(&detail.delivery, page.web.dispatcher.retention_days, now),
            timeline: Timeline::of(&app, detail, signed, named, whom == Some(Whom::Erased), &show, now),
            again: renews.then(|| format!("{}?part=shown{parameter}", path(&id))),
        })
    }
}

/// As in the list; where the receiver asked for a later attempt, that is said instead of how long it takes.
fn state(page: &PageRequest, listed: &DeliveryRow, detail: &DeliveryDetail) -> State {
    let state = rows::state(page, listed);
    let is_put_off =
        detail.attempts.last().is_some_and(|(last, _)| last.retry_after_seconds.is_some_and(|asked| asked > 0));
    match listed.delivery.due_at.filter(|_| is_put_off && listed.waiting_for == Some(WaitingFor::Retry)) {
        Some(due) => {
            let until = instants::listed(due, page.web.node.clock.now()).shown;
            state.because(format!("put off by {} until {until} UTC", page.caller().reader().server()))
        }
        None => state,
    }
}

fn kind(delivery: &Delivery) -> &'static str {
    match delivery.kind {
        DeliveryKind::Completion => "completion",
        DeliveryKind::Reversal => "reversal",
        DeliveryKind::Test => "test",
    }
}

/// The way to replay an app's deliveries since this one.
fn replay_since(app: &str, delivery: &Delivery) -> Option<String> {
    let is_there = navigation::is_built("/replays") && delivery.kind != DeliveryKind::Test;
    is_there.then(|| format!("/replays/new?app={app}&since={}", delivery.id))
}
