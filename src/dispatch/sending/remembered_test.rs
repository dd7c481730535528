//! What is remembered of a test: that it was acknowledged, or that a wrong signature was refused. Nothing else of a test
//! outlives its delivery.

use super::job::Job;
use super::sender::Sender;
use crate::domain::delivery::Outcome;
use crate::domain::settlement::Settlement;
use crate::domain::setup::{TestResult, Tested};

impl Sender {
    /// Remembers how a test ended, for the secret that it was signed with.
    pub(super) async fn remember_test(&self, job: &Job, settlement: &Settlement) {
        let Some(result) = result(job, settlement) else { return };
        let endpoint_id = &job.delivery.endpoint_id;
        let app = self.node.directory.app_of_endpoint(endpoint_id);
        let Some(endpoint) = app.as_ref().and_then(|app| app.endpoint(endpoint_id)) else { return };
        // Where nothing is signed, no secret has shown anything; one that is there stands for the endpoint all the same.
        let active = || endpoint.active_secret().map(|secret| secret.id.clone());
        let signed_with = settlement.attempts.last().and_then(|attempt| attempt.secret_id.clone());
        let tested = Tested {
            endpoint_id: endpoint_id.clone(),
            dialect: endpoint.config.settings.dialect.clone(),
            secret_id: signed_with.or_else(active),
        };
        if let Err(error) = self.node.store.remember_test(tested, result, settlement.at).await {
            tracing::warn!(endpoint = endpoint_id, %error, "how a test ended was not written down");
        }
    }
}

/// What the end of a test says of its receiver; nothing where it says nothing for certain.
fn result(job: &Job, settlement: &Settlement) -> Option<TestResult> {
    let attempt = settlement.attempts.last()?;
    let asked = job.test.as_ref()?;
    // What a receiver says to a recipe that is not published yet says nothing of the endpoint's own dialect.
    if asked.draft.is_some() {
        return None;
    }
    let is_wrong = asked.tamper;
    match (is_wrong, attempt.outcome, attempt.status_code) {
        (false, Outcome::Delivered, _) => Some(TestResult::Acknowledged),
        (true, Outcome::Delivered, _) => Some(TestResult::WrongAccepted),
        (true, _, Some(400..=499)) => Some(TestResult::WrongRefused),
        _ => None,
    }
}
