//! Preparing: from a report to what is to be recorded of it, and what follows once it is.
//!
//! Everything is validated against the configuration as it is in memory; nothing is written. A permit or a place
//! that is taken here is given back by being dropped if the report is not recorded after all.

use std::sync::Arc;

use super::attribution::Subject;
use super::reversals::ReversalOutcome;
use super::{Intake, Receipt, unheard_of};
use crate::dispatch::node::routing::Readiness;
use crate::dispatch::sending::job::{CheckedDraft, Job};
use crate::dispatch::sending::pacing::Seat;
use crate::domain::app::{App, Endpoint};
use crate::domain::app_settings::{AppSettings, Callbacks};
use crate::domain::completion::Completion;
use crate::domain::delivery::{Status, WaitingFor};
use crate::domain::dialect::callback::CallbackEvent;
use crate::domain::dialect::compose;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect::requirements::check_report;
use crate::domain::identity::ReportedFields;
use crate::domain::invalid::Invalid;
use crate::domain::json::Object;
use crate::domain::manual::Reporter;
use crate::domain::new_delivery::{NewDelivery, Start};
use crate::domain::pricing::{Offered, Reported, price};
use crate::domain::report::Report;
use crate::domain::resolved::Resolved;
use crate::domain::reversal::ReversalReport;
use crate::random::{self, claim_token};
use crate::store::StoreError;
use crate::store::queue::NewCompletion;

/// A report that may be recorded, with what is to be done once it is.
pub(super) struct Prepared {
    pub(super) new: NewCompletion,
    pub(super) after: AfterCommit,
}

/// What a report turned out to be.
pub(super) enum Preparation {
    /// It may be recorded.
    Ready(Box<Prepared>),
    /// It reports that a completion is taken back.
    Reversal(ReversalReport),
    /// It reports what was taken back before, or contradicts it.
    ReversedBefore(Box<ReversalOutcome>),
    /// Fields are wrong or missing.
    Invalid(Invalid),
}

/// What follows once a report is on disk.
pub(super) struct AfterCommit {
    pub(super) receipt: Receipt,
    /// What this node claims along with the report: it is sent, or lines up, as soon as it is on disk. The claims are known
    /// from before that, so that none is ever taken for one that nobody works on.
    pub(super) at_once: Vec<(Job, Seat)>,
    /// Whether the worker has something to claim.
    pub(super) leaves_work: bool,
}

/// An endpoint that is called back.
struct Wanted<'a> {
    endpoint: &'a Endpoint,
    /// name@version.
    accepted: String,
    /// Nothing where this build cannot read it.
    recipe: Option<Arc<Recipe>>,
}

impl Intake {
    /// Validates a report by the configuration of this moment.
    pub(super) async fn prepare(
        &self,
        reporter: &Reporter,
        object: &Object,
        dry_run: bool,
    ) -> Result<Preparation, StoreError> {
        let now = self.node.now();
        let report = match Report::parse(object, now) {
            Ok(report) => report,
            Err(invalid) => return Box::pin(self.unless_recorded(reporter, object, invalid)).await,
        };
        if let Some(reversal) = report.as_reversal() {
            return Ok(match reporter {
                Reporter::Source(_) => Preparation::Reversal(reversal),
                Reporter::Person { .. } => {
                    let message = "is a reversal's; a completion is taken back by hand at its own path";
                    Preparation::Invalid(Invalid::field("eventType", message))
                }
            });
        }
        let transaction_id = match own_names(reporter, &report) {
            Ok(transaction_id) => transaction_id,
            Err(invalid) => return Ok(Preparation::Invalid(invalid)),
        };
        let named = self.named_app(reporter, &report).await?;
        let refused = match self.subject(reporter, &report, &named, now).await? {
            Ok(Subject { app, user_id, attribution }) => {
                let named = named.as_ref().ok().and_then(Option::as_ref).map(|app| app.id.as_str());
                let given = ReportedFields::of_report(&report, named, &transaction_id);
                let offered = self.offered(&report, attribution.as_ref());
                let currency = report.currency.clone();
                let resolved = Resolved {
                    id: random::new_id("cmp"),
                    source_id: reporter.source_id().map(str::to_owned),
                    app_id: app.id.clone(),
                    user_id,
                    transaction_id,
                    attribution,
                    manual: reporter.mark().cloned(),
                };
                let completion = report.into_completion(resolved, now);
                let wanted = self.wanted(&app, &completion)?;
                let priced = match reporter {
                    Reporter::Source(_) => priced(completion, currency, offered, &app.settings),
                    // A person says what is credited, whatever is agreed otherwise.
                    Reporter::Person { .. } => Ok(completion),
                };
                match priced.and_then(|completion| self.plan(&app, completion, wanted, given, dry_run)) {
                    Ok(prepared) => return Ok(Preparation::Ready(Box::new(prepared))),
                    Err(invalid) => invalid,
                }
            }
            Err(invalid) => invalid,
        };
        Box::pin(self.unless_recorded(reporter, object, refused)).await
    }

    /// Who is called back for a completion, and under which version.
    fn wanted<'a>(&self, app: &'a App, completion: &Completion) -> Result<Vec<Wanted<'a>>, StoreError> {
        let catalog = self.node.catalog();
        let wants = |endpoint: &&Endpoint| {
            app.settings.callbacks == Callbacks::On && endpoint.config.settings.wants(&completion.event_type)
        };
        let wanted = app.endpoints.iter().filter(wants).map(|endpoint| {
            let dialect = &endpoint.config.settings.dialect;
            let accepted = catalog.accepted_under(dialect).ok_or_else(|| unheard_of(dialect))?;
            Ok(Wanted { endpoint, accepted, recipe: catalog.get(dialect).cloned() })
        });
        wanted.collect()
    }

    /// Which deliveries the completion gets and how each begins.
    fn plan(
        &self,
        app: &App,
        mut completion: Completion,
        wanted: Vec<Wanted<'_>>,
        given: ReportedFields,
        dry_run: bool,
    ) -> Result<Prepared, Invalid> {
        let is_told = |wanted: &Wanted<'_>| {
            let config = &wanted.endpoint.config;
            wanted.recipe.as_ref().is_none_or(|recipe| compose::is_told(recipe, config, &completion))
        };
        let wanted: Vec<Wanted<'_>> = wanted.into_iter().filter(is_told).collect();
        let mut faults = Invalid::none();
        let check = |wanted: &Wanted<'_>| {
            let checked = check_report(wanted.recipe.as_ref()?, &wanted.endpoint.config, &completion);
            faults.take(checked).flatten().map(|draft| CheckedDraft::new(draft, app))
        };
        let drafts: Vec<Option<CheckedDraft>> = wanted.iter().map(check).collect();
        faults.into_result()?;
        // Where nobody is called back there is nothing to hold, and what a person credits has been looked at.
        let looked_at = wanted.is_empty() || completion.manual.is_some();
        let rule = app.settings.review.as_ref().filter(|_| !looked_at);
        completion.review = rule.and_then(|rule| rule.review_of(&completion));
        let completion = Arc::new(completion);
        let mut deliveries = Vec::with_capacity(wanted.len());
        let mut shown = Vec::with_capacity(wanted.len());
        let mut at_once = Vec::new();
        let mut leaves_work = false;
        for (Wanted { endpoint, accepted, recipe }, draft) in wanted.into_iter().zip(drafts) {
            // What cannot be read here is left to nodes that can.
            let is_left = dry_run || recipe.is_none();
            let (start, seat, waiting_for) = match completion.review {
                Some(review) => (Start::InReview(review.until), None, Some(WaitingFor::Review)),
                None => self.start(app, endpoint, is_left),
            };
            // What waits for a receiver that is down is found when it is probed.
            leaves_work |= start == Start::Pending && waiting_for != Some(WaitingFor::Circuit);
            let (id, endpoint_id) = (random::new_id("dlv"), endpoint.id.clone());
            // Claimed or not, nothing will have left when the report is answered.
            let status =
                if matches!(start, Start::Held(_) | Start::InReview(_)) { Status::Held } else { Status::Pending };
            shown.push((id.clone(), status, waiting_for));
            let new = NewDelivery { id, endpoint_id, recipe: accepted, start };
            if let (Start::Claimed { node, token } | Start::InLine { node, token }, Some(seat)) = (&new.start, seat) {
                let claim = self.node.cluster.claims.work_on(Arc::clone(node), token);
                let (delivery, completion) = (new.of(&completion), Arc::clone(&completion));
                let event = CallbackEvent::Completed;
                at_once.push((Job { delivery, completion, event, test: None, draft, claim }, seat));
            }
            deliveries.push(new);
        }
        let after = AfterCommit { receipt: Receipt::of(&completion, shown), at_once, leaves_work };
        let completion = Arc::unwrap_or_clone(completion);
        Ok(Prepared { new: NewCompletion { completion, given, deliveries }, after })
    }

    /// How a delivery begins: claimed by this node with a permit or a place in line, left to the worker, or held; and what
    /// it waits for.
    fn start(&self, app: &App, endpoint: &Endpoint, is_left: bool) -> (Start, Option<Seat>, Option<WaitingFor>) {
        match self.node.routing().readiness(app, endpoint) {
            Readiness::Blocked(reason) => (Start::Held(reason), None, Some(reason)),
            Readiness::NoEgress => (Start::Pending, None, Some(WaitingFor::EgressIp)),
            Readiness::CircuitOpen => (Start::Pending, None, Some(WaitingFor::Circuit)),
            Readiness::Ready if !is_left => {
                // Without a lease nothing may be claimed, and the seat stays for whoever may.
                let node = self.node.cluster.lease.node();
                match node.and_then(|node| Some((node, self.pacing.admit(app, endpoint)?))) {
                    Some((node, seat)) => (start_of(&seat, node), Some(seat), None),
                    None => (Start::Pending, None, None),
                }
            }
            Readiness::Ready | Readiness::Elsewhere => (Start::Pending, None, None),
        }
    }
}

fn start_of(seat: &Seat, node: Arc<str>) -> Start {
    let token = claim_token();
    match seat {
        Seat::Permit(_) => Start::Claimed { node, token },
        Seat::Place(_) => Start::InLine { node, token },
    }
}

/// The completion with the amounts that are recorded and called back, by the app's terms of now.
fn priced(
    reported: Completion,
    currency_given: Option<String>,
    offered: Option<Offered>,
    terms: &AppSettings,
) -> Result<Completion, Invalid> {
    let amounts = Reported::of(&reported, currency_given);
    Ok(price(amounts, offered, terms)?.into_completion(reported))
}

/// What a report must say of itself whatever else is known: which transaction it is, and whose where no click does.
pub(super) fn own_names(reporter: &Reporter, report: &Report) -> Result<String, Invalid> {
    let mut faults = Invalid::none();
    if report.user_id.is_none() && report.click_id.is_none() {
        faults.push("userId", "is required");
    }
    let transaction_id = faults.take(report.transaction_id(reporter.transaction_prefix()));
    faults.into_result().map(|()| transaction_id.unwrap_or_default())
}
