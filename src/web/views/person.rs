//! People, their sessions and links as they are answered. What opens something stands in the answer that makes it alone.

use serde::Serialize;
use utoipa::ToSchema;

use super::CreatedBy;
use crate::actions::people::links::MadeLink;
use crate::domain::person::{Invitation, Person};
use crate::domain::session::Session;
use crate::domain::time::Timestamp;

/// Somebody who signs in.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserView {
    id: String,
    email: String,
    name: String,
    /// `operator`, `account_manager` or `publisher`.
    role: &'static str,
    /// Whose people it belongs to; exactly where the role is `publisher`.
    publisher_id: Option<String>,
    /// Whether it may not sign in.
    disabled: bool,
    /// Whether it also needs six digits to sign in.
    second_factor: bool,
    created_at: Timestamp,
    last_sign_in_at: Option<Timestamp>,
}

impl From<Person> for UserView {
    fn from(person: Person) -> Self {
        Self {
            id: person.id,
            email: person.email.as_str().to_owned(),
            name: person.name,
            role: person.role.as_str(),
            publisher_id: person.role.publisher_id().map(str::to_owned),
            disabled: person.disabled,
            second_factor: person.has_second_factor,
            created_at: person.created_at,
            last_sign_in_at: person.last_sign_in_at,
        }
    }
}

/// One of a person's sessions.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    id: String,
    /// Whether it is the one that this call is made in.
    current: bool,
    created_at: Timestamp,
    /// To the minute.
    last_seen_at: Timestamp,
    /// When it ends at the latest; without use it ends after 12 hours.
    expires_at: Timestamp,
    /// The program that it was begun with, as that called itself.
    user_agent: Option<String>,
    /// The address that it was begun from.
    address: String,
}

impl SessionView {
    /// A session, beside the id of the one that asks.
    pub fn new(session: Session, current: Option<&str>) -> Self {
        Self {
            current: current == Some(session.id.as_str()),
            id: session.id,
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.expires_at,
            user_agent: session.user_agent,
            address: session.address,
        }
    }
}

/// An invitation, without its link.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationView {
    id: String,
    email: Option<String>,
    /// What the person is called; null: it says so itself.
    name: Option<String>,
    /// `operator`, `account_manager` or `publisher`.
    role: &'static str,
    publisher_id: Option<String>,
    created_by: CreatedBy,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl From<Invitation> for InvitationView {
    fn from(invitation: Invitation) -> Self {
        Self {
            id: invitation.id,
            email: invitation.email.map(|email| email.as_str().to_owned()),
            name: invitation.name,
            role: invitation.role.as_str(),
            publisher_id: invitation.role.publisher_id().map(str::to_owned),
            created_by: invitation.made_by.into(),
            created_at: invitation.created_at,
            expires_at: invitation.expires_at,
        }
    }
}

/// A link that was just made.
#[derive(Serialize, ToSchema)]
pub struct LinkView {
    #[serde(flatten)]
    invitation: InvitationView,
    /// Opens once; shown in this answer alone.
    link: String,
}

impl From<MadeLink> for LinkView {
    fn from(made: MadeLink) -> Self {
        Self { invitation: made.invitation.into(), link: made.link.expose().to_owned() }
    }
}
