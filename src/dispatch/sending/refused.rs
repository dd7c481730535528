//! The sender and runs of refusals: a refusal is noted until it belongs to a trouble, an acknowledgement ends what was noted.
//!
//! Both are written before the delivery is settled, so that whoever sees it refused sees the trouble as well. A write that fails
//! costs one refusal of a count, or tells of a trouble until the next acknowledgement: no callback waits for it.

use super::job::Job;
use super::sender::Sender;
use crate::domain::app::Endpoint;
use crate::domain::delivery::Outcome;
use crate::domain::dialect::callback::CallbackEvent;
use crate::domain::dialect::callback_url::UrlUse;
use crate::domain::refusal_run::{Refused, RunOf};
use crate::domain::settlement::Settlement;

impl Sender {
    /// Takes note of how the last exchange of a send ended. Of one delivery only the first attempt counts, since the later ones tell
    /// the same once more. A test that is refused is no callback; one that is acknowledged, and went out as callbacks do, shows that
    /// the trouble is over.
    pub(super) async fn note_refusal(&self, job: &Job, settlement: &Settlement) {
        let Some(last) = settlement.attempts.last() else { return };
        let endpoint_id = &job.delivery.endpoint_id;
        // Almost every callback ends here.
        if last.outcome == Outcome::Delivered && !self.node.refusal_runs.knows(endpoint_id) {
            return;
        }
        let app = self.node.directory.app_of_endpoint(endpoint_id);
        // Of an endpoint that is archived nobody is told any more.
        let Some(endpoint) = app.as_ref().and_then(|app| app.endpoint(endpoint_id)) else { return };
        let url_use = self.url_use(job, endpoint);
        if last.outcome == Outcome::Delivered {
            let active = endpoint.active_secret().map(|secret| secret.id.as_str());
            if job.test.as_ref().is_none_or(|test| test.is_as_usual(active))
                && self.node.refusal_runs.has_any(endpoint_id, url_use)
            {
                self.end_refusals(endpoint_id, url_use).await;
            }
            return;
        }
        let is_counted = job.test.is_none() && job.delivery.counters.attempts_made == 0;
        let Some(refused) = Refused::by(last, settlement.at).filter(|_| is_counted) else { return };
        let of = RunOf { endpoint_id: endpoint_id.clone(), url_use, kind: refused.kind };
        if self.node.refusal_runs.tells(&of, &refused) {
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

    /// Of all that are acknowledged at this moment the first one writes: the others find no run any more.
    async fn end_refusals(&self, endpoint_id: &str, url_use: UrlUse) {
        let runs = &self.node.refusal_runs;
        let ended = runs.end(endpoint_id, url_use);
        match self.node.store.end_refusals(endpoint_id.to_owned(), url_use).await {
            // Once more: what was read meanwhile may have brought them back.
            Ok(()) => drop(runs.end(endpoint_id, url_use)),
            Err(error) => {
                tracing::warn!(endpoint = endpoint_id, %error, "a run of refusals was not ended");
                ended.into_iter().for_each(|run| runs.set(run));
            }
        }
    }

    /// Which of the endpoint's URLs a job goes to: by the recipe that it is sent by.
    fn url_use(&self, job: &Job, endpoint: &Endpoint) -> UrlUse {
        if matches!(job.event, CallbackEvent::Completed) {
            return UrlUse::Callback;
        }
        let catalog = self.node.catalog();
        let recipe = catalog.in_force(&job.delivery.recipe, &endpoint.config.settings.dialect);
        if recipe.is_some_and(|recipe| recipe.takes_reversal_url()) { UrlUse::Reversal } else { UrlUse::Callback }
    }
}
