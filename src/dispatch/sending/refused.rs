//! The sender and runs of refusals: a refusal is noted until it belongs to a trouble, an acknowledgement ends what was noted.
//!
//! Both are written before the delivery is settled, so that whoever sees it refused sees the trouble as well. A write that fails
//! costs one refusal of a count, or tells of a trouble until the next acknowledgement: no callback waits for it.

use super::job::Job;
use super::sender::Sender;
use crate::domain::delivery::Outcome;
use crate::domain::dialect::callback::CallbackEvent;
use crate::domain::dialect::callback_url::UrlUse;
use crate::domain::refusal_run::{Refused, RunOf};
use crate::domain::settlement::Settlement;

impl Sender {
    /// Takes note of how the last exchange of a send ended. A test that is refused is no callback; one that is acknowledged as
    /// callbacks are signed now shows that the trouble is over.
    pub(super) async fn note_refusal(&self, job: &Job, settlement: &Settlement) {
        let Some(last) = settlement.attempts.last() else { return };
        let (endpoint_id, url_use) = (&job.delivery.endpoint_id, self.url_use(job));
        if last.outcome == Outcome::Delivered {
            let is_as_usual = job.test.as_ref().is_none_or(|test| !test.tamper && test.secret_id.is_none());
            if is_as_usual && self.node.refusal_runs.has_any(endpoint_id, url_use) {
                self.end_refusals(endpoint_id, url_use).await;
            }
            return;
        }
        let Some(refused) = Refused::by(last, settlement.at).filter(|_| job.test.is_none()) else { return };
        let of = RunOf { endpoint_id: endpoint_id.clone(), url_use, kind: refused.kind };
        if self.node.refusal_runs.is_raised(&of) {
            return;
        }
        match self.node.store.note_refusal(of, refused).await {
            Ok(run) => {
                if run.raised_at == Some(settlement.at) {
                    let kind = run.of.kind.as_str();
                    tracing::warn!(endpoint = endpoint_id, kind, "a receiver refuses one callback after the other");
                }
                self.node.refusal_runs.set(run);
            }
            Err(error) => tracing::warn!(endpoint = endpoint_id, %error, "a refusal was not counted"),
        }
    }

    async fn end_refusals(&self, endpoint_id: &str, url_use: UrlUse) {
        match self.node.store.end_refusals(endpoint_id.to_owned(), url_use).await {
            Ok(()) => self.node.refusal_runs.end(endpoint_id, url_use),
            Err(error) => tracing::warn!(endpoint = endpoint_id, %error, "a run of refusals was not ended"),
        }
    }

    /// Which of the endpoint's URLs a job goes to.
    fn url_use(&self, job: &Job) -> UrlUse {
        if matches!(job.event, CallbackEvent::Completed) {
            return UrlUse::Callback;
        }
        let catalog = self.node.catalog();
        let recipe = catalog.get_version(&job.delivery.recipe);
        if recipe.is_some_and(|recipe| recipe.takes_reversal_url()) { UrlUse::Reversal } else { UrlUse::Callback }
    }
}
