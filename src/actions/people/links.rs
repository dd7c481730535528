//! Links that lead to `/join/…`: the first operator's, an invitation's, and one to a new password. Each is shown once, opens once
//! and for a while.

use std::time::Duration;

use super::another;
use super::texts;
use crate::actions::Actions;
use crate::actions::admission::Made;
use crate::actions::caller::Caller;
use crate::actions::refusal::Refusal;
use crate::actions::roles::AskedRole;
use crate::domain::account::Role;
use crate::domain::invalid::Invalid;
use crate::domain::made_by::MadeBy;
use crate::domain::naming;
use crate::domain::person::{EmailAddress, Invitation, Purpose};
use crate::domain::secret::SecretText;
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::StoreError;
use crate::store::page::{Listed, Page};
use crate::store::people::invitations::InvitationMade;
use crate::store::role_scope::RoleScope;

/// An invitation may wait for somebody who is away for a few days.
const INVITATION: Duration = Duration::from_secs(7 * 24 * 3_600);
/// The first operator and whoever wants a new password are there at that moment.
const AT_ONCE: Duration = Duration::from_secs(24 * 3_600);

/// Whom somebody invites.
#[derive(Clone, Debug)]
pub struct Invite {
    /// As it was typed.
    pub email: String,
    /// What the person is called; otherwise it says so itself.
    pub name: Option<String>,
    /// In which role.
    pub role: AskedRole,
}

/// A link that was just made.
#[derive(Clone, Debug)]
pub struct MadeLink {
    /// What it is for.
    pub invitation: Invitation,
    /// The whole link: shown in this answer alone.
    pub link: SecretText,
}

impl Made for MadeLink {
    fn made_id(&self) -> Option<String> {
        Some(self.invitation.id.clone())
    }
}

/// What a link is for, as whoever has it may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// What it is for, for whom, until when.
    pub invitation: Invitation,
    /// The name of the publisher whose people it leads to.
    pub publisher_name: Option<String>,
}

impl Actions {
    /// A new link for the first operator; `None` where somebody has joined already. Each node that starts may make one: all are
    /// void once somebody has used one of them.
    pub async fn first_operator_link(&self) -> Result<Option<SecretText>, StoreError> {
        let by_the_server = MadeBy { token_id: None, user_id: None, name: "ringback serve".to_owned() };
        let new = new(Purpose::FirstOperator, Role::Operator, by_the_server, self.node.clock.now());
        let text = texts::link();
        let made = self.node.store.create_invitation(new, RoleScope::All, text.expose()).await?;
        Ok((made == InvitationMade::Made).then(|| self.link(&text)))
    }

    /// Invites somebody to join in a role that is the caller's to give. That an address is taken is told to whoever reaches that
    /// person; anybody else would learn whose people sign in here, and the link finds it out.
    pub async fn invite(&self, caller: &Caller, given: Invite) -> Result<MadeLink, Refusal> {
        let role = self.given_role(caller, given.role, "Only an operator may invite people of this role.").await?;
        let mut invalid = Invalid::none();
        let email = invalid.take(EmailAddress::parse(&given.email));
        let name = invalid.take(given.name.as_deref().map(naming::name).transpose());
        invalid.into_result()?;
        let new = new(Purpose::Invitation, role, caller.made_by(), self.node.clock.now());
        self.made(caller, Invitation { email, name: name.flatten(), ..new }).await
    }

    /// A link by which a person gets a new password, for somebody else whom the caller reaches.
    pub async fn reset(&self, caller: &Caller, user_id: &str) -> Result<MadeLink, Refusal> {
        another::than(caller, user_id)?;
        let person = self.person(caller, user_id).await?;
        let new = new(Purpose::Reset, person.role, caller.made_by(), self.node.clock.now());
        let (email, name, user_id) = (Some(person.email), Some(person.name), Some(person.id));
        self.made(caller, Invitation { email, name, user_id, ..new }).await
    }

    async fn made(&self, caller: &Caller, invitation: Invitation) -> Result<MadeLink, Refusal> {
        let text = texts::link();
        match self.node.store.create_invitation(invitation.clone(), caller.scope(), text.expose()).await? {
            InvitationMade::Made => Ok(MadeLink { invitation, link: self.link(&text) }),
            InvitationMade::EmailTaken => Err(Refusal::conflict("Somebody signs in with this e-mail address already.")),
            InvitationMade::UnknownPublisher => Err(Refusal::unknown_publisher()),
            InvitationMade::UnknownPerson => Err(Refusal::Unknown("user")),
            InvitationMade::NotTheFirst => Err(Refusal::conflict("There is an operator already.")),
        }
    }

    /// What the link with this text is for; `None`: it opens nothing (any more).
    pub async fn invitation(&self, text: &str) -> Result<Option<Invited>, StoreError> {
        let found = self.node.store.invitation_by_text(text, self.node.clock.now()).await?;
        let Some(invitation) = found else { return Ok(None) };
        let publisher_name = match invitation.role.publisher_id() {
            Some(id) => self.node.store.publisher(id).await?.map(|publisher| publisher.name),
            None => None,
        };
        Ok(Some(Invited { invitation, publisher_name }))
    }

    /// The invitations that nobody has used yet and whose roles are the caller's to give, newest first.
    pub async fn invitations(&self, caller: &Caller, page: Page) -> Result<Listed<Invitation>, Refusal> {
        Ok(self.node.store.invitations(caller.scope(), self.node.clock.now(), page).await?)
    }

    /// Takes an invitation back: its link opens nothing from then on.
    pub async fn delete_invitation(&self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        let is_gone = self.node.store.delete_invitation(id, caller.scope()).await?;
        if is_gone { Ok(()) } else { Err(Refusal::Unknown("invitation")) }
    }

    fn link(&self, text: &SecretText) -> SecretText {
        SecretText::known(self.public_url.link(&format!("/join/{}", text.expose())))
    }
}

fn new(purpose: Purpose, role: Role, made_by: MadeBy, now: Timestamp) -> Invitation {
    Invitation {
        id: random::new_id("inv"),
        purpose,
        email: None,
        name: None,
        role,
        user_id: None,
        made_by,
        created_at: now,
        expires_at: now.plus(if purpose == Purpose::Invitation { INVITATION } else { AT_ONCE }),
    }
}
