//! The door that every act goes through, wherever it comes from: is the call open to this role, and is it written down?

use super::audit::outcome;
use super::caller::Caller;
use super::calls::Call;
use super::refusal::Refusal;
use super::standalone::Standalone;
use crate::domain::audit::Left;

/// An act that made something.
pub trait Made {
    /// The id of what was made.
    fn made_id(&self) -> Option<String>;

    /// The text of the recipe that it was about.
    fn recipe(&self) -> Option<String> {
        None
    }
}

/// What is written down of an act that was done.
pub fn left(made: &impl Made) -> Left {
    Left { created_id: made.made_id(), recipe: made.recipe() }
}

impl Made for () {
    fn made_id(&self) -> Option<String> {
        None
    }
}

/// What an act has made, for whoever asked, with its id for the audit.
#[derive(Debug)]
pub struct Created<T> {
    id: String,
    /// What was made.
    pub made: T,
}

impl<T> Created<T> {
    /// This was made, and has this id.
    pub fn new(id: String, made: T) -> Self {
        Self { id, made }
    }
}

impl<T> Made for Created<T> {
    fn made_id(&self) -> Option<String> {
        Some(self.id.clone())
    }
}

/// Refuses a caller to whom a call is not open.
pub fn admit(caller: &Caller, call: &Call) -> Result<(), Refusal> {
    let is_open = call.is_open_to(caller.role(), caller.user_id().is_some());
    if is_open { Ok(()) } else { Err(Refusal::forbidden(call.refusal())) }
}

impl Standalone {
    /// Does what a call does, for a caller to whom it is open, with its entry in the audit. `named` is what the call names in
    /// its path, by id or `ref`. The API has a way of its own, because it audits a call whose body never arrives as well.
    pub async fn perform<T: Made>(
        &self,
        caller: &Caller,
        call: &Call,
        named: &[String],
        act: impl Future<Output = Result<T, Refusal>>,
    ) -> Result<T, Refusal> {
        let entry = self.begin_audit(caller, call.name, named).await?;
        let done = match admit(caller, call) {
            Ok(()) => act.await,
            Err(refused) => Err(refused),
        };
        let left = done.as_ref().ok().map(left).unwrap_or_default();
        self.end_audit(entry, outcome(&done), left).await;
        done
    }
}
