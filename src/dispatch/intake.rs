//! The intake: takes reports in, and starts at once what can be sent at once.
//!
//! Verified before it comes here, a report is parsed, resolved, checked against what the app's dialects need, and
//! recorded with its deliveries in one commit; only then is anybody told, and only then does anything leave. A permit is
//! taken before the commit, so that the committed row already bears this node's claim and needs no second write.

mod answer;

use std::sync::Arc;
use std::time::Duration;

pub use answer::{Answer, Known};

use super::job::Job;
use super::pacing::{Pacing, Permit};
use super::readiness::Readiness;
use super::sender::Sender;
use super::worker::{Worker, claim_token};
use crate::domain::app::{App, Endpoint};
use crate::domain::completion::Completion;
use crate::domain::delivery::{Status, WaitingFor};
use crate::domain::dialect::callback::Occasion;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect::requirements::check_report;
use crate::domain::ids;
use crate::domain::invalid::Invalid;
use crate::domain::json::Object;
use crate::domain::report::{Report, Resolved};
use crate::domain::source::Source;
use crate::domain::time::Timestamp;
use crate::store::deliveries::Delivery;
use crate::store::queue::{NewCompletion, NewDelivery, Recorded, Start};
use crate::store::{Hint, StoreError};

/// How long a reporter is kept waiting: most give up after ten or more seconds, and know nothing then.
const PATIENCE: Duration = Duration::from_secs(8);
/// How often a report is validated anew because the configuration changed meanwhile: nobody changes one app that fast.
const ROUNDS: usize = 3;

/// Takes reports in.
#[derive(Clone, Debug)]
pub struct Intake {
    /// Where what waits in the store is worked off.
    pub worker: Arc<Worker>,
    /// Permits to send at once.
    pub pacing: Arc<Pacing>,
}

/// A report that may be recorded, with what is to be done once it is.
struct Prepared {
    new: NewCompletion,
    then: Then,
}

/// What follows once a report is on disk.
struct Then {
    known: Known,
    completion: Completion,
    /// Deliveries that this node claimed along with the report.
    at_once: Vec<AtOnce>,
    /// Whether the worker has something to claim.
    leaves_work: bool,
}

/// A delivery that is sent as soon as it is on disk.
struct AtOnce {
    delivery: Delivery,
    node: Arc<str>,
    token: String,
    permit: Permit,
}

impl Intake {
    /// Answers reports in order; all that are accepted are on disk when this returns.
    ///
    /// The caller may go away at any moment: what was begun is finished all the same, because a row that bears our
    /// claim must be sent by us.
    pub async fn report(
        &self,
        source: Arc<Source>,
        reports: Vec<Object>,
        dry_run: bool,
    ) -> Result<Vec<Answer>, StoreError> {
        let this = self.clone();
        let finished = self.worker.start(async move { this.take_in(&source, &reports, dry_run).await });
        match tokio::time::timeout(PATIENCE, finished).await {
            Ok(finished) => finished.map_err(|_| StoreError::Closed)?,
            // A database that fails over; told again, the report is a duplicate or is accepted.
            Err(_) => Err(StoreError::Overloaded),
        }
    }

    async fn take_in(&self, source: &Source, reports: &[Object], dry_run: bool) -> Result<Vec<Answer>, StoreError> {
        let mut answers: Vec<Option<Answer>> = reports.iter().map(|_| None).collect();
        for _ in 0..ROUNDS {
            let (mut places, mut new, mut then) = (Vec::new(), Vec::new(), Vec::new());
            for (place, report) in reports.iter().enumerate() {
                if answers[place].is_some() {
                    continue;
                }
                match self.prepare(source, report, dry_run).await? {
                    Ok(ready) => {
                        places.push(place);
                        new.push(ready.new);
                        then.push(ready.then);
                    }
                    Err(invalid) => answers[place] = Some(Answer::Invalid(invalid)),
                }
            }
            let recorded = self.record(new, dry_run).await?;
            for ((place, then), recorded) in places.into_iter().zip(then).zip(recorded) {
                answers[place] = self.hand_over(then, recorded);
            }
            if answers.iter().all(Option::is_some) {
                break;
            }
            // The configuration changed between validating and recording: by what it is now.
            self.sender().directory.refresh().await?;
        }
        let answers: Vec<Answer> = answers.into_iter().collect::<Option<_>>().ok_or(StoreError::Overloaded)?;
        for answer in &answers {
            self.sender().metrics.reported(answer.word());
        }
        Ok(answers)
    }

    async fn record(&self, new: Vec<NewCompletion>, dry_run: bool) -> Result<Vec<Recorded>, StoreError> {
        if !dry_run {
            return self.sender().store.record(new).await;
        }
        let mut recorded = Vec::with_capacity(new.len());
        for new in new {
            recorded.push(self.sender().store.would_record(new).await?);
        }
        Ok(recorded)
    }

    /// Starts what can be sent at once, now that it is on disk, and says what became of the report.
    /// Nothing if it must be validated anew.
    fn hand_over(&self, then: Then, recorded: Recorded) -> Option<Answer> {
        Some(match recorded {
            Recorded::Accepted => {
                for AtOnce { delivery, node, token, permit } in then.at_once {
                    let (sender, completion) = (Arc::clone(self.sender()), then.completion.clone());
                    let job = Job { delivery, completion, occasion: Occasion::Completed, test: None, node, token };
                    self.worker.start(async move { sender.deliver(job, permit).await });
                }
                if then.leaves_work {
                    self.worker.wake.notify_one();
                    self.sender().store.hint(Hint::Work);
                }
                Answer::Accepted(then.known)
            }
            Recorded::Duplicate { completion_id, transaction_id, ignored, deliveries } => {
                let deliveries = deliveries.into_iter().map(|delivery| {
                    let waiting_for = self.sender().outlook().waiting_for(&delivery);
                    (delivery.id, delivery.status, waiting_for)
                });
                let known = Known { completion_id, transaction_id, deliveries: deliveries.collect() };
                Answer::Duplicate(known, ignored)
            }
            Recorded::Conflict { fields } => Answer::Conflict(fields),
            Recorded::TransactionIdTaken => Answer::TransactionIdTaken(then.known.transaction_id),
            Recorded::Outdated => return None,
        })
    }

    async fn prepare(
        &self,
        source: &Source,
        report: &Object,
        dry_run: bool,
    ) -> Result<Result<Prepared, Invalid>, StoreError> {
        let now = self.sender().clock.now();
        let report = match Report::parse(report, now) {
            Ok(report) => report,
            Err(invalid) => return Ok(Err(invalid)),
        };
        let app = self.resolve_app(source, &report).await?;
        let occurred_at_given = report.occurred_at;
        let refused = match app {
            Ok(app) => {
                let resolved = match resolve(source, app.id.clone(), &report) {
                    Ok(resolved) => resolved,
                    Err(invalid) => return Ok(Err(invalid)),
                };
                let completion = report.clone().into_completion(resolved, now);
                match self.plan(&app, completion, occurred_at_given, dry_run) {
                    Ok(prepared) => return Ok(Ok(prepared)),
                    Err(invalid) => invalid,
                }
            }
            Err(invalid) => invalid,
        };
        // What was recorded once stays a duplicate, even if its app was archived or its dialect wants more by now.
        let external_id = report.external_id.clone();
        let Some(kept) = self.sender().store.reported_completion(source.id.clone(), external_id).await? else {
            return Ok(Err(refused));
        };
        // A ref that means nothing any more meant the app that was recorded; another app's id is a difference.
        let other_app = report.app_id.clone().filter(|named| ids::is_id(named));
        Ok(resolve(source, other_app.unwrap_or(kept.app_id), &report).map(|resolved| {
            let completion = report.into_completion(resolved, now);
            let known = Known { completion_id: kept.id, transaction_id: kept.transaction_id, deliveries: Vec::new() };
            let then = Then { known, completion: completion.clone(), at_once: Vec::new(), leaves_work: false };
            Prepared { new: NewCompletion { completion, occurred_at_given, deliveries: Vec::new() }, then }
        }))
    }

    async fn resolve_app(&self, source: &Source, report: &Report) -> Result<Result<Arc<App>, Invalid>, StoreError> {
        let Some(named) = report.app_id.as_deref().or_else(|| source.only_app()) else {
            return Ok(Err(Invalid::field("appId", "is required, since the source is not bound to one app")));
        };
        let app = self.sender().directory.find_app(named).await?;
        // An app that is another source's is as unknown as one that does not exist.
        let app = app.filter(|app| source.may_report_for(&app.id));
        Ok(app
            .ok_or_else(|| Invalid::field("appId", format!("there is no app {named:?} that this source reports for"))))
    }

    /// Which deliveries the completion gets and how each begins.
    fn plan(
        &self,
        app: &App,
        completion: Completion,
        occurred_at_given: Option<Timestamp>,
        dry_run: bool,
    ) -> Result<Prepared, Invalid> {
        let catalog = &self.sender().catalog;
        let wants = |endpoint: &&Endpoint| app.callbacks && endpoint.wants(&completion.event_type);
        let wanted: Vec<(&Endpoint, &Arc<Recipe>)> = (app.endpoints.iter().filter(wants))
            .filter_map(|endpoint| Some((endpoint, catalog.get(&endpoint.dialect)?)))
            .collect();
        let mut faults = Invalid::none();
        for (endpoint, recipe) in &wanted {
            faults.take(check_report(recipe, &endpoint.receiver, &completion));
        }
        faults.into_result()?;
        let mut deliveries = Vec::with_capacity(wanted.len());
        let mut known = Vec::with_capacity(wanted.len());
        let mut at_once = Vec::new();
        for (endpoint, recipe) in wanted {
            let (start, permit, waiting_for) = self.start(app, endpoint, dry_run);
            let (id, endpoint_id) = (ids::new("dlv"), endpoint.id.clone());
            // Claimed or not, nothing will have left when the report is answered.
            let status = if matches!(start, Start::Held(_)) { Status::Held } else { Status::Pending };
            known.push((id.clone(), status, waiting_for));
            let delivery = NewDelivery { id, endpoint_id, recipe: recipe.id(), start };
            if let (Start::Claimed { node, token }, Some(permit)) = (&delivery.start, permit) {
                let (node, token) = (Arc::clone(node), token.clone());
                at_once.push(AtOnce { delivery: delivery.of(&completion), node, token, permit });
            }
            deliveries.push(delivery);
        }
        let then = Then {
            known: Known {
                completion_id: completion.id.clone(),
                transaction_id: completion.transaction_id.clone(),
                deliveries: known,
            },
            completion: completion.clone(),
            at_once,
            leaves_work: deliveries.iter().any(|delivery| delivery.start == Start::Pending),
        };
        Ok(Prepared { new: NewCompletion { completion, occurred_at_given, deliveries }, then })
    }

    /// How a delivery begins: claimed by this node with a permit, left to the worker, or held; and what it waits for.
    fn start(&self, app: &App, endpoint: &Endpoint, dry_run: bool) -> (Start, Option<Permit>, Option<WaitingFor>) {
        match self.sender().outlook().readiness(app, endpoint) {
            Readiness::Blocked(reason) => (Start::Held(reason), None, Some(reason)),
            Readiness::NoEgress => (Start::Pending, None, Some(WaitingFor::EgressIp)),
            Readiness::Ready if !dry_run => {
                // Without a lease nothing may be claimed, and the permit stays for whoever may.
                let node = self.sender().cluster.lease.node();
                match node.and_then(|node| Some((node, self.pacing.permit_for_new(&endpoint.id)?))) {
                    Some((node, permit)) => (Start::Claimed { node, token: claim_token() }, Some(permit), None),
                    None => (Start::Pending, None, None),
                }
            }
            Readiness::Ready | Readiness::Elsewhere => (Start::Pending, None, None),
        }
    }

    fn sender(&self) -> &Arc<Sender> {
        &self.worker.sender
    }
}

/// The names of a report that are not the app's: user, transaction and click.
fn resolve(source: &Source, app_id: String, report: &Report) -> Result<Resolved, Invalid> {
    let mut faults = Invalid::none();
    if let Some(click) = &report.click_id {
        faults.push("clickId", format!("there is no click {click:?}"));
    }
    if report.user_id.is_none() {
        faults.push("userId", "is required");
    }
    let transaction_id = faults.take(report.transaction_id(source.transaction_prefix.as_deref()));
    faults.into_result()?;
    Ok(Resolved {
        id: ids::new("cmp"),
        source_id: Some(source.id.clone()),
        app_id,
        user_id: report.user_id.clone().unwrap_or_default(),
        transaction_id: transaction_id.unwrap_or_default(),
    })
}
