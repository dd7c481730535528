//! Signing in: e-mail, password and, where there is a second factor, its six digits.
//!
//! An unknown address, a wrong password and a person who may not sign in get one answer, and each costs the hash of a
//! password. Attempts are counted before they are looked at (see the store's `attempts`), per account and per address.

use std::net::IpAddr;

use crate::actions::Actions;
use crate::actions::audit::Entry;
use crate::actions::caller::Caller;
use crate::actions::refusal::too_many_attempts;
use crate::domain::audit::{Actor, Left, Outcome};
use crate::domain::made_by::MadeBy;
use crate::domain::password::Password;
use crate::domain::person::{EmailAddress, Person};
use crate::domain::secret::SecretText;
use crate::domain::session::{LONGEST, Session, shortened_agent};
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::StoreError;
use crate::store::people::attempts::Attempt;
use crate::store::people::proofs::Proofs;
use crate::store::people::sessions::SessionBeginning;

use super::texts;

/// What somebody shows who wants to sign in. It does not show itself: into the field for an address a password may be typed.
#[derive(Clone)]
pub struct SignIn {
    /// As it was typed.
    pub email: String,
    /// As it was typed.
    pub password: Password,
    /// The six digits of a second factor.
    pub code: Option<String>,
    /// Where from.
    pub from: Visitor,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("from", &self.from).finish_non_exhaustive()
    }
}

/// Who comes by the network: nothing of it is believed, it is only counted and shown.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The address that the attempt comes from.
    pub address: IpAddr,
    /// What the program calls itself.
    pub agent: Option<String>,
}

/// A session that has begun.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// What opens it: shown in this answer alone.
    pub text: SecretText,
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub person: Person,
}

/// Why somebody was not signed in.
#[derive(Debug)]
pub enum SignInRefusal {
    /// The address, the password or both are wrong, or the person may not sign in.
    Wrong,
    /// All that was given is right, and the six digits are missing.
    CodeNeeded,
    /// All that was given is right but the six digits, or they were used before.
    WrongCode,
    /// Too many attempts of this account or from this address have failed.
    TooMany {
        /// Before then no further one is looked at.
        until: Timestamp,
    },
    /// We failed.
    Store(StoreError),
}

impl From<StoreError> for SignInRefusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl std::fmt::Display for SignInRefusal {
    /// In words for whoever tried.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Wrong => f.write_str("E-mail or password is wrong."),
            Self::CodeNeeded => f.write_str("The six digits of your second factor are needed too."),
            Self::WrongCode => f.write_str("These six digits are wrong, or were used before."),
            Self::TooMany { until } => f.write_str(&too_many_attempts(*until)),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl Actions {
    /// Signs somebody in, by the rules above.
    pub async fn sign_in(&self, given: SignIn) -> Result<SignedIn, SignInRefusal> {
        let now = self.node.clock.now();
        let (id, address) = (random::new_id("att"), throttled(given.from.address));
        let account = given.email.trim().to_lowercase();
        let attempt = match self.node.store.begin_attempt(id, &account, Some(&address), now).await? {
            Attempt::Begun(id) => id,
            Attempt::TooMany { until } => return Err(SignInRefusal::TooMany { until }),
        };
        let done = self.attempted(given, attempt.clone(), now).await;
        if matches!(done, Err(SignInRefusal::Store(_))) {
            self.forget_attempt(&attempt, now).await;
        }
        done
    }

    /// What we fail at is no failure of whoever tries.
    pub(super) async fn forget_attempt(&self, attempt: &str, now: Timestamp) {
        if let Err(error) = self.node.store.forget_attempt(attempt, now).await {
            tracing::warn!(%error, "an attempt to sign in at which we failed counts as failed");
        }
    }

    async fn attempted(&self, given: SignIn, attempt: String, now: Timestamp) -> Result<SignedIn, SignInRefusal> {
        let found = match EmailAddress::parse(&given.email) {
            Ok(email) => self.node.store.proofs_by_email(&email).await?,
            Err(_) => None,
        };
        let actor = found.as_ref().map_or_else(Actor::nobody_known, |proofs| acting(&proofs.person));
        let entry = self.begin_audit_of(Entry::of(actor, "POST /v1/sessions")).await?;
        let done = self.signed_in(given, found, attempt, now).await;
        let outcome = match &done {
            Ok(_) => Outcome::Done,
            Err(SignInRefusal::Store(_)) => Outcome::Failed,
            Err(_) => Outcome::Refused,
        };
        let created_id = done.as_ref().ok().map(|signed_in| signed_in.session.id.clone());
        self.end_audit(entry, outcome, Left { created_id, recipe: None }).await;
        done
    }

    async fn signed_in(
        &self,
        given: SignIn,
        found: Option<Proofs>,
        attempt: String,
        now: Timestamp,
    ) -> Result<SignedIn, SignInRefusal> {
        let hash = found.as_ref().map(|proofs| proofs.password_hash.clone());
        let is_right = self.people.hasher.is_right(given.password, hash).await?;
        let found = found.filter(|proofs| is_right && !proofs.person.disabled);
        let Some(proofs) = found else { return Err(SignInRefusal::Wrong) };
        let step = match (&proofs.second_factor, given.code) {
            (None, _) => None,
            (Some(_), None) => {
                self.node.store.forget_attempt(&attempt, now).await?;
                return Err(SignInRefusal::CodeNeeded);
            }
            (Some(key), Some(code)) => Some(key.accepts(&code, now, proofs.used_step).ok_or(SignInRefusal::WrongCode)?),
        };
        let beginning = SessionBeginning {
            session: session_of(&proofs.person.id, &given.from, now),
            password_hash: proofs.password_hash,
            has_second_factor: proofs.second_factor.is_some(),
            step,
            attempt: Some(attempt),
        };
        let (text, session) = (texts::session(), beginning.session.clone());
        if !self.node.store.begin_session(beginning, text.expose()).await? {
            return Err(if step.is_some() { SignInRefusal::WrongCode } else { SignInRefusal::Wrong });
        }
        Ok(SignedIn { text, session, person: Person { last_sign_in_at: Some(now), ..proofs.person } })
    }

    /// Ends the caller's own session; nothing where it has none.
    pub async fn sign_out(&self, caller: &Caller) -> Result<(), StoreError> {
        match (caller.user_id(), caller.session_id()) {
            (Some(user_id), Some(session_id)) => self.node.store.end_session(user_id, session_id).await.map(drop),
            _ => Ok(()),
        }
    }
}

/// A session that begins now.
pub(super) fn session_of(user_id: &str, from: &Visitor, now: Timestamp) -> Session {
    Session {
        id: random::new_id("ses"),
        user_id: user_id.to_owned(),
        created_at: now,
        last_seen_at: now,
        expires_at: now.plus(LONGEST),
        user_agent: from.agent.as_deref().and_then(shortened_agent),
        address: from.address.to_canonical().to_string(),
    }
}

/// A person, as the audit names whoever signs in as that person.
pub(super) fn acting(person: &Person) -> Actor {
    let by = MadeBy { token_id: None, user_id: Some(person.id.clone()), name: person.name.clone() };
    Actor { by, role: person.role.as_str().to_owned() }
}

/// What attempts are counted by: of IPv6 the network of 64 bits, since whoever has one address there has all of them.
fn throttled(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_to_sign_in_does_not_show_in_a_log() {
        let from = Visitor { address: [192, 0, 2, 1].into(), agent: None };
        let given = SignIn {
            email: "hush1".to_owned(),
            password: Password::typed("hush2"),
            code: Some("hush3".to_owned()),
            from,
        };
        let shown = format!("{given:?}");
        assert!(shown.contains("192.0.2.1") && !shown.contains("hush"), "{shown}");
    }

    #[test]
    fn addresses_that_one_machine_has_are_counted_together() {
        let of = |text: &str| throttled(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::"));
        assert_ne!(of("2001:db8:1:2::4"), of("2001:db8:1:3::4"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
