//! Where a person is signed in, and how it signs out there.

use super::account::signed_in;
use crate::actions::Actions;
use crate::actions::caller::Caller;
use crate::actions::refusal::Refusal;
use crate::domain::session::Session;

impl Actions {
    /// The caller's open sessions, newest first; [`Caller::session_id`] says which of them is this one.
    pub async fn own_sessions(&self, caller: &Caller) -> Result<Vec<Session>, Refusal> {
        let (user_id, _) = signed_in(caller)?;
        Ok(self.node.store.sessions_of(user_id, self.node.clock.now()).await?)
    }

    /// Ends one of the caller's sessions, perhaps this very one.
    pub async fn end_own_session(&self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        let (user_id, _) = signed_in(caller)?;
        let is_gone = self.node.store.end_session(user_id, id).await?;
        if is_gone { Ok(()) } else { Err(Refusal::Unknown("session")) }
    }

    /// Ends all of the caller's sessions but this one.
    pub async fn end_other_sessions(&self, caller: &Caller) -> Result<(), Refusal> {
        let (user_id, session_id) = signed_in(caller)?;
        Ok(self.node.store.end_other_sessions(user_id, session_id).await?)
    }
}
