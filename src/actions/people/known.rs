//! Who shows a text: a bearer token's, or a session's. Both are looked up in the store at every call, so that what was deleted
//! or ended on one node opens nothing on any.

use std::sync::Arc;

use crate::actions::Actions;
use crate::actions::caller::Caller;
use crate::domain::person::Person;
use crate::domain::secret::SecretText;
use crate::domain::session::Session;
use crate::domain::session_seal;
use crate::store::StoreError;

use super::texts;

/// A person at work, in one of its sessions.
#[derive(Clone, Debug)]
pub struct Visit {
    /// As whom it acts.
    pub caller: Caller,
    /// Who it is.
    pub person: Person,
    /// Where it is signed in.
    pub session: Session,
    csrf: SecretText,
}

impl Visit {
    /// The token that each form of this session's pages bears, and must come back with.
    pub fn csrf(&self) -> &SecretText {
        &self.csrf
    }
}

impl Actions {
    /// Whoever bears this text: a token that is valid, or an open session of a person who may sign in.
    pub async fn caller_of(&self, text: &str) -> Result<Option<Caller>, StoreError> {
        if texts::is_session(text) {
            return Ok(self.person_of_session(text).await?.map(|visit| visit.caller));
        }
        let (store, now) = (&self.node.store, self.node.clock.now());
        let Some(token) = store.token_by_text(text).await?.filter(|token| token.is_valid(now)) else {
            return Ok(None);
        };
        if self.people.uses.is_due(&token.id, token.last_used_at, now) {
            let (node, id) = (Arc::clone(&self.node), token.id.clone());
            self.node.tasks.start_apart(async move { log(node.store.used_token(&id, now).await) });
        }
        Ok(Some(Caller::by_token(token)))
    }

    /// The person whose session opens with this text, if that is open.
    pub async fn person_of_session(&self, text: &str) -> Result<Option<Visit>, StoreError> {
        let (store, now) = (&self.node.store, self.node.clock.now());
        let found = store.session_by_text(text).await?;
        let Some((session, person)) = found.filter(|(session, person)| session.is_open(now) && !person.disabled) else {
            return Ok(None);
        };
        if self.people.uses.is_due(&session.id, Some(session.last_seen_at), now) {
            let (node, id) = (Arc::clone(&self.node), session.id.clone());
            self.node.tasks.start_apart(async move { log(node.store.saw_session(&id, now).await) });
        }
        let caller = Caller::signed_in(&person, &session);
        Ok(Some(Visit { caller, person, session, csrf: SecretText::known(session_seal::form_token(text)) }))
    }

    /// Whether nobody has joined yet, so that nobody can sign in.
    pub async fn is_nobody_here_yet(&self) -> Result<bool, StoreError> {
        self.node.store.has_people().await.map(|has| !has)
    }
}

fn log(written: Result<(), StoreError>) {
    if let Err(error) = written {
        tracing::warn!(%error, "when a token or a session was used was not written down");
    }
}
