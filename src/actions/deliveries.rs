//! What a person may do to a delivery: look at it, replay it, cancel it.

use super::Actions;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::domain::attempt::Attempt;
use crate::domain::delivery::{Delivery, Status, Told};
use crate::domain::plan::Planned;
use crate::domain::replay::{self, Obstacle};
use crate::domain::story::Story;
use crate::store::operator_actions::{Canceled, Replayed};

/// What whoever acts on what is no longer so is told.
pub const CHANGED: &str = "It changed meanwhile; look again.";

/// A delivery with all that is to be said of it.
#[derive(Debug)]
pub struct DeliveryDetail {
    /// The delivery.
    pub delivery: Delivery,
    /// Its attempts, oldest first, each with the beginning of the body that it sent, composed again.
    pub attempts: Vec<(Attempt, Option<String>)>,
    /// Its attempts that are still to come.
    pub plan: Vec<Planned>,
    /// What happened, whose turn it is, and what comes next.
    pub story: Story,
    /// Why it cannot be replayed now.
    pub replay_refused: Option<String>,
    /// Why it cannot be canceled now.
    pub cancel_refused: Option<String>,
}

impl Actions {
    /// The delivery with this id, if the caller may know of its app.
    pub async fn delivery(&self, caller: &Caller, id: &str) -> Result<DeliveryDetail, Refusal> {
        let unknown = Refusal::Unknown("delivery");
        let Some(record) = self.node.store.delivery_record(id.to_owned()).await? else { return Err(unknown) };
        if !self.may_know_of(caller, &record.callback.delivery.app_id).await? {
            return Err(unknown);
        }
        let (plan, story) = self.story_of_delivery(caller, &record);
        let (delivery, attempts) = (record.callback.delivery, record.callback.attempts);
        let bodies = self.dispatcher.previews.shown_bodies(&delivery, &attempts).await?;
        Ok(DeliveryDetail {
            attempts: attempts.into_iter().zip(bodies).collect(),
            plan,
            story,
            replay_refused: replay::obstacle(&delivery, record.callback.refusal)
                .map(|obstacle| not_replayed(obstacle, &delivery)),
            cancel_refused: (!delivery.status.may_be_canceled()).then(|| not_canceled(delivery.status)),
            delivery,
        })
    }

    /// The text that was signed of each of a delivery's attempts, computed again; nothing where that cannot be done.
    pub async fn signed_texts(&self, detail: &DeliveryDetail) -> Result<Vec<Option<String>>, Refusal> {
        let attempts: Vec<Attempt> = detail.attempts.iter().map(|(attempt, _)| attempt.clone()).collect();
        Ok(self.dispatcher.previews.signed_texts(&detail.delivery, &attempts).await?)
    }

    /// Sends an ended delivery again, under the same event id.
    pub async fn replay_delivery(&self, caller: &Caller, id: &str) -> Result<DeliveryDetail, Refusal> {
        let delivery = self.known_delivery(caller, id).await?;
        let done = self.node.store.replay(id.to_owned(), self.node.clock.now()).await?;
        self.replayed(done, &delivery)?;
        self.delivery(caller, id).await
    }

    /// The same, if its state and the number of its last attempt are still those that somebody has seen: a form that is sent
    /// twice replays once.
    pub async fn replay_delivery_as_seen(&self, caller: &Caller, id: &str, seen: (Status, u32)) -> Result<(), Refusal> {
        let delivery = self.known_delivery(caller, id).await?;
        let done = self.node.store.replay_as_seen(id.to_owned(), seen, self.node.clock.now()).await?;
        self.replayed(done, &delivery)
    }

    fn replayed(&self, done: Replayed, delivery: &Delivery) -> Result<(), Refusal> {
        self.node.work_is_due();
        match done {
            Replayed::Done => Ok(()),
            Replayed::Not(obstacle) => Err(Refusal::conflict(not_replayed(obstacle, delivery))),
            Replayed::Changed => Err(Refusal::conflict(CHANGED)),
            Replayed::Unknown => Err(Refusal::Unknown("delivery")),
        }
    }

    /// Ends a delivery that waits.
    pub async fn cancel_delivery(&self, caller: &Caller, id: &str) -> Result<DeliveryDetail, Refusal> {
        self.known_delivery(caller, id).await?;
        match self.node.store.cancel(id.to_owned(), self.node.clock.now()).await? {
            Canceled::Done => self.delivery(caller, id).await,
            Canceled::NotFrom(status) => Err(Refusal::conflict(not_canceled(status))),
            Canceled::Unknown => Err(Refusal::Unknown("delivery")),
        }
    }

    /// The delivery, if the caller may know of its app.
    async fn known_delivery(&self, caller: &Caller, id: &str) -> Result<Delivery, Refusal> {
        let unknown = Refusal::Unknown("delivery");
        let Some((delivery, _)) = self.node.store.delivery(id.to_owned()).await? else { return Err(unknown) };
        if self.may_know_of(caller, &delivery.app_id).await? { Ok(delivery) } else { Err(unknown) }
    }
}

/// Why a delivery is not replayed, to whoever tries and to whoever looks.
fn not_replayed(obstacle: Obstacle, delivery: &Delivery) -> String {
    match obstacle {
        Obstacle::NotEnded(status) => not_from(status, "replayed only once it has ended: delivered, dead or canceled"),
        Obstacle::Refused(refusal) => why(refusal, delivery).to_owned(),
    }
}

/// Why a delivery in this state is not canceled, likewise.
fn not_canceled(status: Status) -> String {
    not_from(status, "canceled only while it waits: pending, retrying or held")
}

fn not_from(status: Status, rule: &str) -> String {
    format!("The delivery is {}; it can be {rule}.", status.as_str())
}

/// Why a delivery cannot be told again.
fn why(refusal: replay::Refusal, delivery: &Delivery) -> &'static str {
    match refusal {
        replay::Refusal::Erased => "The user was erased; nobody can be told of what is nobody's any more.",
        replay::Refusal::Archived => "The app or endpoint is archived; nobody would receive it.",
        replay::Refusal::Reversed if delivery.was_taken_back_unsent() => {
            "What this delivery tells of was taken back before the receiver was told anything; there is nothing to tell it."
        }
        // Its reversal may have been told all the same.
        replay::Refusal::Reversed if delivery.told == Told::Never => {
            "What this delivery tells has been taken back since; it is not told any more."
        }
        replay::Refusal::Reversed => {
            "What this delivery tells has been taken back, and the receiver knows of that; it can not be told once more."
        }
        replay::Refusal::InReview => "What this delivery tells is in review; it can be told once that is over.",
    }
}
