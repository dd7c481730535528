//! The intake: takes reports in, and starts at once what can be sent at once.
//!
//! Verified before it comes here, a report is parsed, resolved, checked against what the app's dialects need, and
//! recorded with its deliveries in one commit; only then is anybody told, and only then does anything leave. A permit,
//! or a place in line, is taken before the commit, so that the committed row already bears this node's claim.

mod attribution;
mod prepare;
mod receipt;
pub mod reversals;
mod told_again;
pub mod tracking;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use prepare::{AfterCommit, Preparation};
pub use receipt::{Receipt, ReportAnswer};
use reversals::Reversals;

use crate::dispatch::node::Node;
use crate::dispatch::sending::pacing::Pacing;
use crate::dispatch::sending::sender::Sender;
use crate::domain::json::Object;
use crate::domain::manual::Reporter;
use crate::store::StoreError;
use crate::store::queue::{NewCompletion, Recorded};

/// How long a reporter is kept waiting: most give up after ten or more seconds, and know nothing after.
const PATIENCE: Duration = Duration::from_secs(8);
/// How often a report, or a reversal, is validated anew because the configuration changed meanwhile: nobody changes one
/// app that fast.
const ROUNDS: usize = 3;

/// Takes reports in.
#[derive(Clone, Debug)]
pub struct Intake {
    /// By whose configuration.
    pub node: Arc<Node>,
    /// Sends what can be sent at once.
    pub sender: Arc<Sender>,
    /// Permits for that.
    pub pacing: Arc<Pacing>,
    /// Takes back what is reported as reversed.
    pub reversals: Reversals,
}

impl Intake {
    /// Answers reports in order; all that are accepted are on disk when this returns.
    ///
    /// The caller may go away at any moment: what was begun is finished all the same, because a row that bears our
    /// claim must be sent by us.
    pub async fn report(
        &self,
        reporter: Reporter,
        reports: Vec<Object>,
        dry_run: bool,
    ) -> Result<Vec<ReportAnswer>, StoreError> {
        let (this, asked) = (self.clone(), reports.len());
        let finished = self.node.tasks.start(async move { this.take_in(&reporter, &reports, dry_run).await });
        let answers = match tokio::time::timeout(PATIENCE, finished).await {
            Ok(finished) => finished.map_err(|_| StoreError::Closed)?,
            // A database that fails over; told again, the report is a duplicate or is accepted.
            Err(_) => Err(StoreError::Unreachable(format!("no answer within {} s", PATIENCE.as_secs()))),
        };
        if answers.is_err() {
            (0..asked).for_each(|_| self.node.metrics.reported("unavailable"));
        }
        answers
    }

    /// What is rarely awaited here is boxed: it would take room in the task of every report.
    async fn take_in(
        &self,
        reporter: &Reporter,
        reports: &[Object],
        dry_run: bool,
    ) -> Result<Vec<ReportAnswer>, StoreError> {
        let mut answers: Vec<Option<ReportAnswer>> = reports.iter().map(|_| None).collect();
        let mut reversals = BTreeMap::new();
        for _ in 0..ROUNDS {
            let (mut places, mut new, mut afters) = (Vec::new(), Vec::new(), Vec::new());
            for (place, report) in reports.iter().enumerate() {
                if answers[place].is_some() || reversals.contains_key(&place) {
                    continue;
                }
                match self.prepare(reporter, report, dry_run).await? {
                    Preparation::Ready(ready) => {
                        places.push(place);
                        new.push(ready.new);
                        afters.push(ready.after);
                    }
                    Preparation::Invalid(invalid) => answers[place] = Some(ReportAnswer::Invalid(invalid)),
                    Preparation::Reversal(report) => drop(reversals.insert(place, report)),
                    Preparation::ReversedBefore(outcome) => answers[place] = Some(ReportAnswer::Reversal(outcome)),
                }
            }
            let recorded = self.record(new, dry_run).await?;
            // What is recorded is handed over before anybody is told that a part of the batch is not.
            let lost = recorded.contains(&Recorded::Lost);
            for ((place, after), recorded) in places.into_iter().zip(afters).zip(recorded) {
                answers[place] = self.hand_over(after, recorded);
            }
            if lost {
                return Err(StoreError::Unreachable("a part of the batch could not be recorded".to_owned()));
            }
            if answers.iter().flatten().count() + reversals.len() == answers.len() {
                break;
            }
            // The configuration changed between validating and recording: by what it is now.
            self.node.directory.refresh().await?;
        }
        // Behind the completions, one of which may be what is taken back.
        for (place, report) in reversals {
            let answer = Box::pin(self.reversals.take_back(reporter, report, dry_run)).await?;
            answers[place] = Some(ReportAnswer::Reversal(Box::new(answer)));
        }
        let answers: Vec<ReportAnswer> = answers.into_iter().collect::<Option<_>>().ok_or(StoreError::Overloaded)?;
        for answer in &answers {
            self.node.metrics.reported(answer.word());
        }
        Ok(answers)
    }

    async fn record(&self, new: Vec<NewCompletion>, dry_run: bool) -> Result<Vec<Recorded>, StoreError> {
        if !dry_run {
            return self.node.store.record(new).await;
        }
        let mut recorded = Vec::with_capacity(new.len());
        for new in new {
            recorded.push(Box::pin(self.node.store.would_record(new)).await?);
        }
        Ok(recorded)
    }

    /// Starts what can be sent at once, now that it is on disk, and says what became of the report.
    /// Nothing if it must be validated anew.
    fn hand_over(&self, after: AfterCommit, recorded: Recorded) -> Option<ReportAnswer> {
        Some(match recorded {
            Recorded::Accepted => {
                for (job, seat) in after.at_once {
                    self.sender.take(job, seat);
                }
                if after.leaves_work {
                    self.node.work_is_due();
                }
                ReportAnswer::Accepted(after.receipt)
            }
            Recorded::Duplicate { completion_id, transaction_id, ignored, deliveries } => {
                let deliveries = deliveries.into_iter().map(|delivery| {
                    let waiting_for = self.node.waiting_for(&delivery);
                    (delivery.id, delivery.status, waiting_for)
                });
                // The same click was given, or none.
                let attributed = after.receipt.attributed;
                let receipt = Receipt { completion_id, transaction_id, attributed, deliveries: deliveries.collect() };
                ReportAnswer::Duplicate(receipt, ignored)
            }
            Recorded::Conflict { fields } => ReportAnswer::Conflict(fields),
            Recorded::TransactionIdTaken => ReportAnswer::TransactionIdTaken(after.receipt.transaction_id),
            Recorded::ClickConverted => ReportAnswer::ClickConverted,
            Recorded::Outdated | Recorded::Lost => return None,
        })
    }
}

/// Nothing is accepted for an endpoint of a dialect that this build has never heard of, since nobody could say by which version it
/// is to be told: told again, a newer node takes it in.
fn unheard_of(dialect: &str) -> StoreError {
    StoreError::NewerDialect { dialect: dialect.to_owned() }
}
