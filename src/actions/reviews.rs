//! Reviews: what was held for review is released or rejected by an account manager or operator.

use super::Actions;
use super::caller::Caller;
use super::completions::CompletionRecord;
use super::refusal::Refusal;
use crate::domain::reversal::Reason;
use crate::store::queue::Decided;

/// What a reversal that comes of a rejection is marked with.
const REJECTED: &str = "rejected in review";

impl Actions {
    /// Releases a completion from its review: its callbacks are due at once.
    pub async fn release_completion(&self, caller: &Caller, id: &str) -> Result<CompletionRecord, Refusal> {
        let completion = self.known_completion(caller, id).await?;
        let decided = self.dispatcher.reviews.release(completion.id.clone()).await?;
        self.decided_on(caller, &completion.id, decided, "released").await
    }

    /// Rejects a completion in its review: it is never called back, and the ledger shows a whole reversal of it. Without a
    /// reason it is fraud.
    pub async fn reject_completion(
        &self,
        caller: &Caller,
        id: &str,
        reason: Option<&str>,
    ) -> Result<CompletionRecord, Refusal> {
        let reason = reason.map_or(Ok(Reason::Fraud), read_reason)?;
        let completion = self.known_completion(caller, id).await?;
        let completion_id = completion.id.clone();
        let by = caller.mark(REJECTED.to_owned());
        let decided = self.dispatcher.reviews.reject(completion, reason, by).await?;
        self.decided_on(caller, &completion_id, decided, "rejected").await
    }

    async fn decided_on(
        &self,
        caller: &Caller,
        id: &str,
        decided: Decided,
        decision: &str,
    ) -> Result<CompletionRecord, Refusal> {
        match decided {
            Decided::Done => {
                tracing::info!(completion = id, by = caller.id(), decision, "a review was decided");
                self.completion(caller, id).await
            }
            Decided::NotInReview => {
                let detail = format!("The completion is not in review, or not any more; it can not be {decision}.");
                Err(Refusal::conflict(detail))
            }
            Decided::Unknown => Err(Refusal::Unknown("completion")),
        }
    }
}

fn read_reason(text: &str) -> Result<Reason, Refusal> {
    let words: Vec<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    Reason::parse(text).ok_or_else(|| Refusal::field("reason", format!("must be one of {}", words.join(", "))))
}
