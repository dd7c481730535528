//! Taking a completion back by hand, as a page that says what is left of it and who will be told. Sent twice, it reverses once: a
//! part bears a name that was made with the form, and of the whole there is only one.

use actix_web::web::Path;
use askama::Template;

use super::reverse_form::{self, Fields, SHAPE};
use crate::actions::completions::CompletionRecord;
use crate::actions::manual::Untold;
use crate::actions::recorded::RecordedReversal;
use crate::actions::refusal::Refusal;
use crate::dispatch::intake::reversals::NotTold;
use crate::domain::app::App;
use crate::domain::delivery::{DeliveryKind, Extent, Status};
use crate::domain::invalid::Invalid;
use crate::domain::reversal::{self, Order};
use crate::web::Answer;
use crate::web::console::flash::Kind;
use crate::web::console::frame::Frame;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::lines::Link;
use crate::web::console::words::{cuts, subjects};
use crate::web::console::{faults, render};
use crate::web::error::Problem;
use crate::web::json::Body;

const LARGEST: usize = 16 * 1024;
/// The call that takes back.
pub(super) const REVERSES: &str = "POST /v1/completions/{id}/reversals";
/// What of a refusal is about the completion as a whole.
const WHOLE: &str = "externalId";

#[derive(Template)]
#[template(path = "completion_reverse.html")]
struct ReversePage {
    frame: Frame,
    path: String,
    back: String,
    /// Of whom it is, for what, and where, in a line.
    about: String,
    /// What is left, each with its name.
    left: Vec<(String, String)>,
    facts: Vec<String>,
    fields: Fields,
    reversal_id: String,
    others: Vec<String>,
}

impl ReversePage {
    async fn of(page: &PageRequest, record: &CompletionRecord) -> Result<Self, Problem> {
        let CompletionRecord { completion, reversals, .. } = record;
        let app = page.web.actions.app_or_archived(page.caller(), &completion.app_id).await?;
        let untold = page.web.actions.untold_of_reversal(page.caller(), &completion.id).await?;
        let back = back(&completion.id);
        let crumbs = vec![Link::new("Completions", "/completions"), Link::new(&completion.transaction_id, &back)];
        let left = reversal::left(completion, reversals);
        Ok(Self {
            frame: Frame { crumbs, ..page.frame("Reverse") },
            path: format!("{back}/reverse"),
            back,
            about: about(record, &app.settings.name, matches!(untold, Untold::All)),
            left: reverse_form::shown(&left, &completion.currency),
            facts: told(record, &app, &untold),
            fields: Fields::of(&left, &completion.currency),
            reversal_id: page.web.actions.new_form_key(),
            others: Vec::new(),
        })
    }

    fn refused(mut self, wrong: Invalid) -> Answer {
        let problem = Problem::from(wrong.clone());
        self.others = faults::show(&mut self.fields.all_mut(), &wrong);
        self.frame.mark = "Error: ".to_owned();
        render::refused(&self, &problem)
    }
}

pub(super) async fn ask(page: PageRequest, id: Path<String>) -> Answer {
    page.may_perform(REVERSES)?;
    page.query(&[])?;
    let record = page.web.actions.completion(page.caller(), &id).await?;
    if !reversal::has_rest(&record.completion, &record.reversals) {
        return Ok(page.go_on(&back(&id), Kind::Partly, "Nothing is left of it to reverse."));
    }
    page.page(&ReversePage::of(&page, &record).await?)
}

pub(super) async fn reverse(page: PageRequest, id: Path<String>, body: Body<LARGEST>) -> Answer {
    page.may_perform(REVERSES)?;
    let form = page.form(body.bytes(), SHAPE)?;
    let record = page.web.actions.completion(page.caller(), &id).await?;
    let completion = &record.completion;
    let left = reversal::left(completion, &record.reversals);
    let is_named = record.reversals.iter().any(|known| known.reversal_id.as_deref() == Some(form.typed("reversalId")));
    let done = match reverse_form::given(&form, &left, &completion.currency, is_named) {
        Ok(given) => {
            let takes = page.web.actions.take_back(page.caller(), &completion.id, given);
            page.perform(REVERSES, &[&completion.id], takes).await
        }
        Err(wrong) => Err(wrong),
    };
    let refusal = match done {
        Ok(made) => {
            let (kind, text) = said(&made.made);
            return Ok(page.go_on(&back(&id), kind, text));
        }
        Err(refusal) => refusal,
    };
    if let Refusal::Invalid(wrong) = &refusal
        && wrong.0.iter().any(|fault| fault.field == WHOLE)
    {
        return Ok(page.go_on(&back(&id), Kind::Failed, "It was reversed meanwhile, and nothing is left of it."));
    }
    let wrong = reverse_form::renamed(faults::faults_of(refusal)?);
    let mut shown = ReversePage::of(&page, &record).await?;
    shown.fields = shown.fields.typed(&form);
    shown.refused(wrong)
}

fn about(record: &CompletionRecord, app: &str, is_erased: bool) -> String {
    let completion = &record.completion;
    let user = if is_erased { "erased".to_owned() } else { cuts::external(&completion.user_id).shown };
    let offer = completion.offer_name.as_deref().or(completion.offer_id.as_deref());
    subjects::about(Some(user), offer, completion.user_reward.as_ref(), app)
}

fn back(id: &str) -> String {
    format!("/completions/{id}")
}

/// How it ended: what was recorded, and who is told.
fn said(recorded: &RecordedReversal) -> (Kind, String) {
    let told = &recorded.taken_back;
    if !recorded.is_new {
        return (Kind::Partly, "This was reversed before; nothing is reversed twice.".to_owned());
    }
    let is_told = told.deliveries.iter().any(|delivery| delivery.status != Status::Canceled);
    match (is_told, told.not_told.first()) {
        (true, None) => (Kind::Done, "Reversed. The publisher's server is told.".to_owned()),
        (true, Some(NotTold { reason, .. })) => {
            (Kind::Partly, format!("Reversed. The publisher's server is told, but not every endpoint of it: {reason}."))
        }
        (false, Some(NotTold { reason, .. })) => (Kind::Partly, format!("Reversed. Nobody is told: {reason}.")),
        (false, None) => (Kind::Done, "Reversed before anything was sent, so nobody is told.".to_owned()),
    }
}

/// Who will be told, and when, if all that is left is taken back.
fn told(record: &CompletionRecord, app: &App, untold: &Untold) -> Vec<String> {
    let mut facts = match untold {
        Untold::All => vec!["The user was erased, so nobody is told.".to_owned()],
        Untold::Endpoints(not_told) => told_but(record, app, not_told),
    };
    facts.push(
        "It stands in the ledger of today, and cannot be undone; what was reversed by mistake is credited by hand."
            .to_owned(),
    );
    facts
}

/// The same where some endpoints are not told.
fn told_but(record: &CompletionRecord, app: &App, not_told: &[NotTold]) -> Vec<String> {
    let is_silent = |endpoint: &str| not_told.iter().any(|silent| silent.endpoint_id == endpoint);
    let own =
        record.deliveries.iter().filter(|one| one.kind == DeliveryKind::Completion && !is_silent(&one.endpoint_id));
    let orders: Vec<Order> = own.map(|one| reversal::order(one.status, one.told, Extent::Whole)).collect();
    let mut facts = Vec::new();
    if orders.contains(&Order::Go) {
        facts.push("The publisher's server knows of it, and is told at once that it is reversed.".to_owned());
    }
    if orders.contains(&Order::Wait) {
        facts.push("The callback may still arrive: the publisher's server is told of the reversal once it has acknowledged that.".to_owned());
    }
    if orders.contains(&Order::CancelBoth) {
        facts.push(
            "Nothing was sent yet: if all is reversed, the callback is canceled and nobody is told of either."
                .to_owned(),
        );
    }
    for NotTold { endpoint_id, reason } in not_told {
        let endpoint =
            if app.endpoints.len() > 1 { cuts::id(endpoint_id).shown } else { "the publisher's server".to_owned() };
        facts.push(format!("Not told is {endpoint}: {reason}."));
    }
    if facts.is_empty() {
        facts.push("No callback belongs to it, so nobody is told.".to_owned());
    }
    facts
}
