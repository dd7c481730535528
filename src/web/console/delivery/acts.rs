//! What a person may do to a delivery: set right what it waits for, replay it while that helps, cancel it while it waits. What
//! cannot be done now is a sentence that says why.

use actix_web::web::Path;

use super::fix::Fix;
use super::path;
use crate::actions::deliveries::{CHANGED, DeliveryDetail};
use crate::actions::refusal::Refusal;
use crate::domain::app::App;
use crate::domain::delivery::{Delivery, DeliveryKind, Status, Told, WaitingFor};
use crate::domain::refusal::may_be_of_a_signature;
use crate::web::Answer;
use crate::web::console::confirm::ConfirmPage;
use crate::web::console::deliveries::rows;
use crate::web::console::flash::Kind;
use crate::web::console::frame::Frame;
use crate::web::console::kinds::{self, Shape};
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::delivery_list::Whom;
use crate::web::console::parts::lines::Link;
use crate::web::console::place;
use crate::web::console::words::subjects;
use crate::web::console::{deliveries, sections};
use crate::web::error::Problem;
use crate::web::json::Body;

const LARGEST: usize = 4 * 1024;
/// What the page showed of a delivery when its replay was asked for.
const SEEN: &str = "seen";
const OF_REPLAY: &Shape<'_> = &[(SEEN, kinds::Kind::Text)];
const REPLAYS: &str = "POST /v1/deliveries/{id}/replay";
const CANCELS: &str = "POST /v1/deliveries/{id}/cancel";

/// What can be done, and why not what cannot.
pub(super) struct Acts {
    /// What it waits for or was refused for, and where that is set right.
    pub(super) fix: Option<Fix>,
    /// Where it is replayed.
    pub(super) replay: Option<Replay>,
    /// Where it is canceled.
    pub(super) cancel: Option<String>,
    /// Why something cannot be done now.
    pub(super) not: Vec<String>,
    /// Where a test is sent again.
    pub(super) test: Option<String>,
    /// Where the endpoint's doctor looks at what was refused.
    pub(super) doctor: Option<String>,
    /// Where all since this one are replayed, once it has ended.
    pub(super) since: Option<String>,
}

/// How it is replayed.
pub(super) struct Replay {
    pub(super) path: String,
    /// What was shown of it.
    pub(super) seen: String,
    /// Whether it is asked first, because the receiver may know of it.
    pub(super) asks: bool,
    /// Whether it is what comes next.
    pub(super) is_due: bool,
}

impl Acts {
    pub(super) fn of(page: &PageRequest, app: &App, detail: &DeliveryDetail, waiting_for: Option<WaitingFor>) -> Self {
        let delivery = &detail.delivery;
        let is_test = delivery.kind == DeliveryKind::Test;
        let is_living = app.archived_at.is_none();
        let mut not = Vec::new();
        match &detail.replay_refused {
            _ if is_test => {}
            Some(_) if !delivery.status.is_ended() => not.push("Replay: only once it has ended.".to_owned()),
            Some(reason) => not.push(format!("Replay: {}", lower(reason))),
            None => {}
        }
        if delivery.status.is_ended() && detail.replay_refused.is_none() && !is_test {
            not.push("Cancel: only while it waits.".to_owned());
        } else if delivery.status == Status::Sending {
            not.push("Cancel: not while it is being sent.".to_owned());
        }
        let can_replay = detail.replay_refused.is_none() && !is_test;
        let was_refused = detail.attempts.last().and_then(|(last, _)| last.status_code);
        let was_refused = was_refused.is_some_and(may_be_of_a_signature) && delivery.status != Status::Delivered;
        let doctor = || place::path(app, "doctor", Some(&delivery.endpoint_id), &[("delivery", &delivery.id)]);
        let fix = Fix::of(page, app, detail, waiting_for);
        Self {
            replay: can_replay.then(|| Replay {
                path: format!("{}/replay", path(&delivery.id)),
                seen: seen(delivery),
                asks: delivery.told != Told::Never,
                is_due: delivery.status != Status::Delivered && fix.is_none(),
            }),
            fix,
            cancel: detail.cancel_refused.is_none().then(|| format!("{}/cancel", path(&delivery.id))),
            not,
            test: (is_test && is_living && delivery.status.is_ended()).then(|| sections::path(app, "test")),
            doctor: (was_refused && is_living).then(doctor),
            since: (is_living && delivery.status.is_ended())
                .then(|| super::replay_since(app.called(), delivery))
                .flatten(),
        }
    }
}

/// Its state and the number of its last attempt: each replay changes one of them.
fn seen(delivery: &Delivery) -> String {
    format!("{} {}", delivery.status.as_str(), delivery.counters.last_number)
}

/// The same read; nothing of what no page of ours has said.
fn read(seen: &str) -> Option<(Status, u32)> {
    let (status, number) = seen.split_once(' ')?;
    Some((Status::parse(status)?, number.parse().ok()?))
}

/// A sentence behind a colon.
fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_lowercase).collect();
    format!("{first}{}", letters.as_str())
}

pub(super) async fn ask_replay(page: PageRequest, id: Path<String>) -> Answer {
    page.query(&[])?;
    let detail = page.web.actions.delivery(page.caller(), &id).await?;
    if let Some(reason) = detail.replay_refused {
        return Err(Refusal::conflict(reason).into());
    }
    let server = page.caller().reader().server_first();
    let known = match detail.delivery.told {
        Told::Never => format!("{server} was told nothing yet."),
        Told::Maybe if detail.delivery.kind == DeliveryKind::Reversal => {
            format!("{server} may have taken the reward back already.")
        }
        Told::Maybe => format!("{server} may have credited this already."),
        Told::Yes => format!("{server} has acknowledged this already."),
    };
    let again = match detail.delivery.told {
        Told::Never => "It is sent now, under the same transaction id.",
        Told::Maybe | Told::Yes => {
            "It is told again with the same transaction id; a receiver that keeps ids ignores it."
        }
    };
    page.page(&ConfirmPage {
        question: "Replay this delivery?".to_owned(),
        facts: vec![
            about(&page, &id).await?,
            format!("{known} {again}"),
            "It goes first in its app's line, with a new round of attempts.".to_owned(),
        ],
        hidden: Some((SEEN, seen(&detail.delivery))),
        act: "Replay".to_owned(),
        is_danger: false,
        path: format!("{}/replay", path(&id)),
        ..confirm(&page, &detail.delivery, "Replay")
    })
}

pub(super) async fn replay(page: PageRequest, id: Path<String>, body: Body<LARGEST>) -> Answer {
    let form = page.form(body.bytes(), OF_REPLAY)?;
    form.check()?;
    let done = match read(form.typed(SEEN)) {
        Some(seen) => {
            let act = page.web.actions.replay_delivery_as_seen(page.caller(), &id, seen);
            page.perform(REPLAYS, &[&id], act).await
        }
        // A foreign one is not there, whatever the form says.
        None => page.web.actions.delivery(page.caller(), &id).await.and(Err(Refusal::conflict(CHANGED))),
    };
    match done {
        Ok(()) => Ok(page.go_on(&path(&id), Kind::Done, "Replayed. It is sent again now.")),
        Err(Refusal::Conflict(sentence)) if sentence == CHANGED => Ok(page.go_on(&path(&id), Kind::Partly, CHANGED)),
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn ask_cancel(page: PageRequest, id: Path<String>) -> Answer {
    page.query(&[])?;
    let detail = page.web.actions.delivery(page.caller(), &id).await?;
    if let Some(reason) = detail.cancel_refused {
        return Err(Refusal::conflict(reason).into());
    }
    let server = page.caller().reader().server_first();
    let known = match detail.delivery.told {
        Told::Never => format!("{server} was told nothing, and is not told now."),
        Told::Maybe => format!("{server} may have been told already; no further attempt is made."),
        Told::Yes => format!("{server} acknowledged it once; it is not told again."),
    };
    let stays = match detail.delivery.kind {
        DeliveryKind::Completion => {
            "The completion stays recorded, and stays in the ledger. A replay sends it after all."
        }
        DeliveryKind::Reversal => "The reversal stays recorded, and stays in the ledger. A replay sends it after all.",
        DeliveryKind::Test => "It is a test: nobody is credited either way.",
    };
    page.page(&ConfirmPage {
        question: "Cancel this delivery?".to_owned(),
        facts: vec![about(&page, &id).await?, known, stays.to_owned()],
        act: "Cancel delivery".to_owned(),
        is_danger: true,
        path: format!("{}/cancel", path(&id)),
        ..confirm(&page, &detail.delivery, "Cancel")
    })
}

pub(super) async fn cancel(page: PageRequest, id: Path<String>, body: Body<LARGEST>) -> Answer {
    page.form(body.bytes(), &[])?.check()?;
    let act = async { page.web.actions.cancel_delivery(page.caller(), &id).await.map(drop) };
    page.perform(CANCELS, &[&id], act).await?;
    Ok(page.go_on(&path(&id), Kind::Done, "Canceled. It is not sent any more."))
}

async fn about(page: &PageRequest, id: &str) -> Result<String, Problem> {
    let found = page.web.actions.deliveries_by_id(page.caller(), vec![id.to_owned()]).await?.pop();
    let found = found.ok_or(Refusal::Unknown("delivery"))?;
    let user = rows::whom(&found).map(|whom| match whom {
        Whom::Known(user) => user.shown,
        Whom::Erased => "erased".to_owned(),
    });
    Ok(subjects::about(user, found.offer_name.as_deref(), found.user_reward.as_ref(), &found.app.name))
}

fn confirm(page: &PageRequest, delivery: &Delivery, heading: &str) -> ConfirmPage {
    let back = path(&delivery.id);
    let crumbs = vec![Link::new("Deliveries", deliveries::PATH), Link::new(&delivery.transaction_id, &back)];
    ConfirmPage {
        frame: Frame { crumbs, ..page.frame(heading) },
        question: String::new(),
        facts: Vec::new(),
        warning: None,
        choice: None,
        others: Vec::new(),
        hidden: None,
        path: String::new(),
        act: String::new(),
        is_danger: false,
        back,
    }
}
