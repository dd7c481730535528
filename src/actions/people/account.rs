//! A person's own account: name, password and theme.
//!
//! Whoever finds a browser open must not be able to take the account over: a new password takes the present one, unless that
//! was given a moment ago. A new one ends the other sessions.

use super::users::new_name;
use crate::actions::Actions;
use crate::actions::caller::{By, Caller};
use crate::actions::refusal::Refusal;
use crate::domain::invalid::Invalid;
use crate::domain::password::Password;
use crate::domain::patch::Patch;
use crate::domain::person::{Person, Theme};
use crate::domain::session::Session;
use crate::random;
use crate::store::people::AccountChange;
use crate::store::people::attempts::Attempt;
use crate::store::people::proofs::Proofs;

/// What a person changes of itself.
#[derive(Clone, Debug, Default)]
pub struct ChangeAccount {
    /// The name.
    pub name: Patch<String>,
    /// A new password.
    pub password: Patch<Password>,
    /// The present one, beside a new one; not needed in a session that has just begun.
    pub current_password: Option<Password>,
    /// In which colours it sees the console; by default as its machine is set.
    pub theme: Patch<Theme>,
}

impl Actions {
    /// The caller's own account.
    pub async fn account(&self, caller: &Caller) -> Result<Person, Refusal> {
        let (user_id, _) = signed_in(caller)?;
        self.node.store.person(user_id).await?.ok_or(Refusal::Unknown("user"))
    }

    /// Changes the caller's own account, wholly or not at all.
    pub async fn change_account(&self, caller: &Caller, given: ChangeAccount) -> Result<Person, Refusal> {
        let (user_id, session_id) = signed_in(caller)?;
        let proofs = self.proofs(user_id).await?;
        let mut invalid = Invalid::none();
        let name = invalid.take(new_name(given.name)).flatten();
        let password = invalid.take(given.password.never_null("password")).flatten();
        invalid.into_result()?;
        if password.is_none() && given.current_password.is_some() {
            return Err(Refusal::field("currentPassword", "belongs beside a new password"));
        }
        let mut new_password = None;
        if let Some(password) = password {
            let person = &proofs.person;
            let called = name.as_ref().unwrap_or(&person.name);
            let chosen = Password::chosen("password", password.expose(), called, &person.email)?;
            self.prove(&proofs, given.current_password, "currentPassword", session_id).await?;
            let hash = self.people.hasher.hash(chosen).await?;
            new_password = Some((hash, session_id.to_owned()));
        }
        let change = AccountChange { name, theme: given.theme.or_default(Theme::System), password: new_password };
        self.node.store.change_account(user_id, change).await?.ok_or(Refusal::Unknown("user"))
    }

    pub(super) async fn proofs(&self, user_id: &str) -> Result<Proofs, Refusal> {
        self.node.store.proofs_of(user_id).await?.ok_or(Refusal::Unknown("user"))
    }

    /// Refuses whoever does not know the person's password, under the name of the field that should have held it.
    pub(super) async fn prove(
        &self,
        proofs: &Proofs,
        password: Option<Password>,
        field: &str,
        session_id: &str,
    ) -> Result<(), Refusal> {
        let (store, now) = (&self.node.store, self.node.clock.now());
        let Some(password) = password else {
            let own = store.sessions_of(&proofs.person.id, now).await?;
            let has_just_begun = |session: &Session| session.id == session_id && session.has_just_begun(now);
            let is_fresh = own.iter().any(has_just_begun);
            return if is_fresh { Ok(()) } else { Err(Refusal::field(field, "is required: your current password")) };
        };
        // Counted apart from signing in, or whoever knows the address could keep its person from a new password.
        let (id, account) = (random::new_id("att"), format!("proof of {}", proofs.person.id));
        let attempt = match store.begin_attempt(id, &account, None, now).await? {
            Attempt::Begun(id) => id,
            Attempt::TooMany { until } => return Err(Refusal::TooManyAttempts { until }),
        };
        match self.people.hasher.is_right(password, Some(proofs.password_hash.clone())).await {
            Ok(true) => Ok(store.forget_attempt(&attempt, now).await?),
            Ok(false) => Err(Refusal::field(field, "is not your current password")),
            Err(error) => {
                self.forget_attempt(&attempt, now).await;
                Err(error.into())
            }
        }
    }
}

/// The caller's own id and session; only a person has any.
pub(in crate::actions) fn signed_in(caller: &Caller) -> Result<(&str, &str), Refusal> {
    match caller.by() {
        By::Person { id, session_id, .. } => Ok((id, session_id)),
        By::Token { .. } | By::CommandLine => Err(Refusal::forbidden(crate::actions::calls::PEOPLE_ALONE)),
    }
}
