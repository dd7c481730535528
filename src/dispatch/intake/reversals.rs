//! Reversals: from a reversal's report to the callbacks that tell of it.
//!
//! How each of the app's dialects tells a reversal is looked up here; what may be taken back and what waits for what is
//! decided where it is recorded. Nothing is sent from here: a reversal is never in such a hurry, and the worker sends it.

use std::sync::Arc;
use std::time::Duration;

use super::{ROUNDS, unheard_of};
use crate::dispatch::node::Node;
use crate::domain::app::App;
use crate::domain::app_settings::AppSettings;
use crate::domain::completion::Completion;
use crate::domain::delivery::Delivery;
use crate::domain::dialect::compose::reversal_silence;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::invalid::Invalid;
use crate::domain::json::Object;
use crate::domain::manual::{Manual, Reporter};
use crate::domain::reversal::{Reversal, ReversalReport};
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::StoreError;
use crate::store::queue::{NewReversal, ReversalPlan, Reversed};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Takes completions back.
#[derive(Clone, Debug)]
pub struct Reversals {
    node: Arc<Node>,
}

/// What a reversal is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReversalOutcome {
    /// It is recorded.
    Accepted(TakenBack),
    /// It was recorded before.
    Duplicate(TakenBack),
    /// There is no completion of that name, or none yet.
    Unknown,
    /// It asks for what cannot be.
    Invalid(Invalid),
    /// The `reversalId` is recorded with other values in these fields.
    Conflict(Vec<&'static str>),
}

/// A reversal that is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack {
    /// The reversal.
    pub reversal: Reversal,
    /// What receivers call the completion.
    pub transaction_id: String,
    /// The deliveries that tell of it.
    pub deliveries: Vec<Delivery>,
    /// The endpoints that are not told, and why.
    pub not_told: Vec<NotTold>,
}

/// An endpoint that a reversal is not told to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTold {
    /// The endpoint.
    pub endpoint_id: String,
    /// Why, in words.
    pub reason: &'static str,
}

impl Reversals {
    /// Of completions in this store.
    pub fn new(node: Arc<Node>) -> Self {
        Self { node }
    }

    /// Records a reversal that a source reports; it is on disk when this returns.
    pub async fn reverse(
        &self,
        reporter: &Reporter,
        report: &Object,
        dry_run: bool,
    ) -> Result<ReversalOutcome, StoreError> {
        match ReversalReport::parse(report, self.node.now()) {
            Ok(report) => self.take_back(reporter, report, dry_run).await,
            Err(refused) => {
                let before = match ReversalReport::parse_told_again(report) {
                    Ok(report) => self.recorded_before(reporter, report).await?,
                    Err(_) => None,
                };
                Ok(before.unwrap_or(ReversalOutcome::Invalid(refused)))
            }
        }
    }

    /// What is answered to a reversal that is refused by now, if one was recorded under its id: tried without being recorded, it
    /// must turn out to be that one, or to differ from it.
    pub(super) async fn recorded_before(
        &self,
        reporter: &Reporter,
        report: ReversalReport,
    ) -> Result<Option<ReversalOutcome>, StoreError> {
        let outcome = self.take_back(reporter, report, true).await?;
        let is_known = matches!(outcome, ReversalOutcome::Duplicate(_) | ReversalOutcome::Conflict(_));
        Ok(is_known.then_some(outcome))
    }

    /// Records a reversal whose fields are known to be good.
    pub(super) async fn take_back(
        &self,
        reporter: &Reporter,
        report: ReversalReport,
        dry_run: bool,
    ) -> Result<ReversalOutcome, StoreError> {
        let known = self.node.store.reported_completion(reporter.source_id(), report.external_id.clone()).await?;
        let Some(completion) = known else { return Ok(ReversalOutcome::Unknown) };
        self.take_back_of(completion, report, None, dry_run).await
    }

    /// Records a reversal of this completion. A person is bound by no window: the user's complaint may come late.
    pub async fn take_back_of(
        &self,
        completion: Completion,
        report: ReversalReport,
        by_hand: Option<Manual>,
        dry_run: bool,
    ) -> Result<ReversalOutcome, StoreError> {
        let node = &self.node;
        for _ in 0..ROUNDS {
            let now = node.now();
            // An app that was archived has no endpoints to tell; what was recorded for it can be taken back all the same.
            let app = node.directory.find_app(&completion.app_id).await?;
            let usual = || AppSettings::default().refund_window_days;
            let days = app.as_ref().map_or_else(usual, |app| app.settings.refund_window_days);
            let ways = app.as_ref().map_or_else(|| Ok(Vec::new()), |app| self.ways(app))?;
            let new = NewReversal {
                id: random::new_id("rev"),
                completion_id: completion.id.clone(),
                report: report.clone(),
                not_before: if by_hand.is_none() { now.minus(DAY * days) } else { Timestamp::from_millis(0) },
                plans: ways.iter().map(|(plan, _)| plan.clone()).collect(),
                now,
                manual: by_hand.clone(),
            };
            let taken_back = |reversal, deliveries: Vec<Delivery>, are_known: bool| TakenBack {
                reversal,
                transaction_id: completion.transaction_id.clone(),
                not_told: not_told(&ways, are_known.then_some(deliveries.as_slice())),
                deliveries,
            };
            let refused = |field: &str, message: String| Ok(ReversalOutcome::Invalid(Invalid::field(field, message)));
            let reversed = if dry_run { node.store.would_reverse(new).await? } else { node.store.reverse(new).await? };
            match reversed {
                Reversed::Recorded(reversal, deliveries) => {
                    node.work_is_due();
                    return Ok(ReversalOutcome::Accepted(taken_back(reversal, deliveries, !dry_run)));
                }
                Reversed::Duplicate(reversal, deliveries) => {
                    return Ok(ReversalOutcome::Duplicate(taken_back(reversal, deliveries, true)));
                }
                Reversed::Conflict(fields) => return Ok(ReversalOutcome::Conflict(fields)),
                Reversed::Invalid(invalid) => return Ok(ReversalOutcome::Invalid(invalid)),
                Reversed::TooLate => {
                    let message = format!(
                        "was recorded at {}; the app's refund window of {days} days is over",
                        completion.recorded_at
                    );
                    return refused("externalId", message);
                }
                Reversed::PartNotTold(endpoint_id) => {
                    let dialect = app
                        .as_ref()
                        .and_then(|app| app.endpoint(&endpoint_id))
                        .map(|one| one.config.settings.dialect.as_str());
                    let dialect = dialect.unwrap_or("of an endpoint");
                    return refused(
                        "payoutMinor",
                        format!("the dialect {dialect} can tell of the whole alone, not of a part"),
                    );
                }
                Reversed::Unknown => return Ok(ReversalOutcome::Unknown),
                Reversed::Outdated => {
                    node.directory.refresh().await?;
                }
            }
        }
        Err(StoreError::Overloaded)
    }

    /// How each endpoint of an app would be told. By a version that cannot be read here it may be told all: what it cannot tell is
    /// held where it can be read.
    fn ways(&self, app: &App) -> Result<Vec<Way>, StoreError> {
        let catalog = self.node.catalog();
        let ways = app.endpoints.iter().map(|endpoint| {
            let dialect = &endpoint.config.settings.dialect;
            let accepted = catalog.accepted_under(dialect).ok_or_else(|| unheard_of(dialect))?;
            let recipe = catalog.get(dialect);
            let silence = recipe.and_then(|recipe| reversal_silence(recipe, &endpoint.config));
            let tells_part = |recipe: &Recipe| recipe.reversal().is_some_and(|reversal| reversal.part);
            let plan = ReversalPlan {
                endpoint_id: endpoint.id.clone(),
                delivery_id: random::new_id("dlv"),
                recipe: accepted,
                is_told: silence.is_none(),
                knows_parts: recipe.is_none_or(|recipe| tells_part(recipe)),
            };
            Ok((plan, silence))
        });
        ways.collect()
    }
}

/// How an endpoint is told, and why it is not.
type Way = (ReversalPlan, Option<&'static str>);

/// Why an endpoint is not told although it could be.
const NOT_BESIDE: &str = "it was not called back for this completion, that is no longer kept, or the user was erased";

/// The endpoints that are not told. Of a reversal that would be recorded the deliveries are not known.
fn not_told(ways: &[Way], deliveries: Option<&[Delivery]>) -> Vec<NotTold> {
    let is_told = |plan: &ReversalPlan| {
        deliveries.is_none_or(|told| told.iter().any(|delivery| delivery.endpoint_id == plan.endpoint_id))
    };
    let reason = |(plan, silence): &Way| {
        let reason = silence.or_else(|| (!is_told(plan)).then_some(NOT_BESIDE))?;
        Some(NotTold { endpoint_id: plan.endpoint_id.clone(), reason })
    };
    ways.iter().filter_map(reason).collect()
}
