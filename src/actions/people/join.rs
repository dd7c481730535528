//! Joining: whoever has a link becomes a person, or gets a new password, and is signed in.
//!
//! A link proves that somebody was invited, or may have a new password. It is no second factor: whoever has one signs in with it
//! afterwards.

use super::sign_in::{SignedIn, Visitor, acting, session_of};
use super::texts;
use crate::actions::Actions;
use crate::actions::audit::{Entry, outcome};
use crate::actions::refusal::Refusal;
use crate::domain::audit::{Actor, Left};
use crate::domain::invalid::Invalid;
use crate::domain::naming;
use crate::domain::password::Password;
use crate::domain::person::{EmailAddress, Invitation, Person, Purpose, Theme};
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::people::invitations::Joined;
use crate::store::people::sessions::SessionBeginning;

/// What somebody gives who joins. It shows neither the link nor the password.
#[derive(Clone)]
pub struct Join {
    /// What stands behind `/join/` in the link.
    pub token: String,
    /// With the first operator's link: what it will sign in with. All others say for whom they are.
    pub email: Option<String>,
    /// What the person is called; not where its invitation says so, or for a new password.
    pub name: Option<String>,
    /// The password that it chooses.
    pub password: Password,
    /// Where from.
    pub from: Visitor,
}

impl std::fmt::Debug for Join {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Join").field("from", &self.from).finish_non_exhaustive()
    }
}

/// Somebody who has joined, or has a new password.
#[derive(Clone, Debug)]
pub struct HasJoined {
    /// Who.
    pub person: Person,
    /// Its session; `None` where a second factor is still to be shown.
    pub signed_in: Option<SignedIn>,
}

impl Actions {
    /// Makes a person of a link, or gives one a new password. A link that opens nothing is a fault of the field `token`.
    pub async fn join(&self, given: Join) -> Result<HasJoined, Refusal> {
        let now = self.node.clock.now();
        let found = self.node.store.invitation_by_text(&given.token, now).await?;
        let invitation = found.ok_or_else(void)?;
        let person = match &invitation.user_id {
            Some(user_id) => {
                let person = self.node.store.person(user_id).await?;
                person.filter(|person| person.role == invitation.role).ok_or_else(void)?
            }
            None => joining(&invitation, &given, now)?,
        };
        refuse_needless(&invitation, &given)?;
        let password = Password::chosen("password", given.password.expose(), &person.name, &person.email)?;
        let entry = self.begin_audit_of(entry(&invitation, &person)).await?;
        let done = self.joined(&given, &invitation, person, password, now).await;
        let joined = done.as_ref().ok().filter(|_| invitation.user_id.is_none());
        let created_id = joined.map(|joined| joined.person.id.clone());
        self.end_audit(entry, outcome(&done), Left { created_id, recipe: None }).await;
        done
    }

    async fn joined(
        &self,
        given: &Join,
        invitation: &Invitation,
        person: Person,
        password: Password,
        now: Timestamp,
    ) -> Result<HasJoined, Refusal> {
        let (hash, store) = (self.people.hasher.hash(password).await?, &self.node.store);
        let (text, session) = (texts::session(), session_of(&person.id, &given.from, now));
        let beginning = SessionBeginning {
            session: session.clone(),
            password_hash: hash,
            has_second_factor: false,
            step: None,
            attempt: None,
        };
        let done = if invitation.purpose == Purpose::Reset {
            store.reset_password(&given.token, beginning, text.expose()).await?
        } else {
            store.join(&given.token, person.clone(), beginning, text.expose()).await?
        };
        match done {
            Joined::Joined => {
                let person = Person { last_sign_in_at: Some(now), ..person };
                let signed_in = Some(SignedIn { text, session, person: person.clone() });
                Ok(HasJoined { person, signed_in })
            }
            // A second factor may have come only now.
            Joined::MustSignIn => {
                let person = store.person(&person.id).await?.unwrap_or(person);
                Ok(HasJoined { person, signed_in: None })
            }
            Joined::Void => Err(void()),
            Joined::EmailTaken => Err(Refusal::conflict("Somebody signs in with this e-mail address already.")),
        }
    }
}

fn void() -> Refusal {
    Refusal::field("token", "opens nothing (any more): the link was used, has expired, or was taken back")
}

/// The person that a link makes.
fn joining(invitation: &Invitation, given: &Join, now: Timestamp) -> Result<Person, Refusal> {
    let mut invalid = Invalid::none();
    let email = match (&invitation.email, &given.email) {
        (Some(email), _) => Some(email.clone()),
        (None, Some(typed)) => invalid.take(EmailAddress::parse(typed)),
        (None, None) => invalid.take(Err(Invalid::field("email", "is required for the first operator"))),
    };
    let name = match (&given.name, &invitation.name) {
        (Some(typed), _) => invalid.take(naming::name(typed)),
        (None, Some(known)) => Some(known.clone()),
        (None, None) => invalid.take(Err(Invalid::field("name", "is required"))),
    };
    match (email, name) {
        (Some(email), Some(name)) => Ok(Person {
            id: random::new_id("usr"),
            email,
            name,
            role: invitation.role.clone(),
            theme: Theme::System,
            disabled: false,
            has_second_factor: false,
            created_at: now,
            last_sign_in_at: None,
        }),
        _ => Err(invalid.into()),
    }
}

/// What a link says already cannot be said otherwise.
fn refuse_needless(invitation: &Invitation, given: &Join) -> Result<(), Invalid> {
    let mut invalid = Invalid::none();
    if given.email.is_some() && invitation.purpose != Purpose::FirstOperator {
        invalid.push("email", "can not be given here: the link is for one address");
    }
    if given.name.is_some() && invitation.purpose == Purpose::Reset {
        invalid.push("name", "can not be given here: the link is for a new password");
    }
    invalid.into_result()
}

/// A new person acts under its own name; of what is done to whom only a new password has something to say.
fn entry(invitation: &Invitation, person: &Person) -> Entry {
    let actor: Actor = acting(person);
    let subject = invitation.user_id.clone().map(|id| (id, Some(person.name.clone())));
    Entry { subject, ..Entry::of(actor, "POST /v1/join") }
}
