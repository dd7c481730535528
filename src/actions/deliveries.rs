//! What a person may do to a delivery: look at it, replay it, cancel it.

use super::Actions;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::domain::attempt::Attempt;
use crate::domain::delivery::Delivery;
use crate::domain::replay;
use crate::store::operator_actions::ActionOutcome;

/// A delivery and its attempts, oldest first.
pub type WithAttempts = (Delivery, Vec<Attempt>);

impl Actions {
    /// The delivery with this id, if the caller may know of its app.
    pub async fn delivery(&self, caller: &Caller, id: &str) -> Result<WithAttempts, Refusal> {
        let unknown = Refusal::Unknown("delivery");
        let Some(found) = self.node.store.delivery(id.to_owned()).await? else { return Err(unknown) };
        if self.may_know_of(caller, &found.0.app_id).await? { Ok(found) } else { Err(unknown) }
    }

    /// Sends an ended delivery again, under the same event id.
    pub async fn replay_delivery(&self, caller: &Caller, id: &str) -> Result<WithAttempts, Refusal> {
        self.delivery(caller, id).await?;
        let done = self.node.store.replay(id.to_owned(), self.node.clock.now()).await?;
        self.node.work_is_due();
        acted(done, "replayed only once it has ended: delivered, dead or canceled")?;
        self.delivery(caller, id).await
    }

    /// Ends a delivery that waits.
    pub async fn cancel_delivery(&self, caller: &Caller, id: &str) -> Result<WithAttempts, Refusal> {
        self.delivery(caller, id).await?;
        let done = self.node.store.cancel(id.to_owned(), self.node.clock.now()).await?;
        acted(done, "canceled only while it waits: pending, retrying or held")?;
        self.delivery(caller, id).await
    }
}

fn acted(done: ActionOutcome, rule: &str) -> Result<(), Refusal> {
    match done {
        ActionOutcome::Done => Ok(()),
        ActionOutcome::NotFrom(status) => {
            Err(Refusal::conflict(format!("The delivery is {}; it can be {rule}.", status.as_str())))
        }
        ActionOutcome::Refused(refusal) => Err(Refusal::conflict(why(refusal))),
        ActionOutcome::Unknown => Err(Refusal::Unknown("delivery")),
    }
}

/// Why a delivery cannot be told again.
fn why(refusal: replay::Refusal) -> &'static str {
    match refusal {
        replay::Refusal::Erased => "The user was erased; nobody can be told of what is nobody's any more.",
        replay::Refusal::Archived => "The app or endpoint is archived; nobody would receive it.",
        replay::Refusal::Reversed => {
            "What this delivery tells has been taken back, and the receiver knows of that; it can not be told once more."
        }
        replay::Refusal::InReview => "What this delivery tells is in review; it can be told once that is over.",
    }
}
