//! People and invitations, as lists show them.

use std::collections::HashMap;

use crate::domain::account::Role;
use crate::domain::person::{Invitation, Person};
use crate::domain::time::Timestamp;
use crate::web::console::words::cuts::{self, Long, OF_A_NAME};
use crate::web::console::words::instants::{self, Moment};
use crate::web::console::words::roles;

/// A person of the list.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) href: String,
    pub(super) name: Long,
    pub(super) email: Long,
    pub(super) role: &'static str,
    pub(super) publisher: Long,
    pub(super) last_sign_in: Option<Moment>,
    pub(super) is_disabled: bool,
    /// Whether it is whoever reads the page.
    pub(super) is_own: bool,
}

impl Row {
    pub(super) fn of(person: &Person, names: &HashMap<String, String>, own: Option<&str>, now: Timestamp) -> Self {
        Self {
            href: format!("/people/{}", person.id),
            name: cuts::text(&person.name, OF_A_NAME),
            email: cuts::text(person.email.as_str(), OF_A_NAME),
            role: roles::word(&person.role),
            publisher: publisher(&person.role, names),
            last_sign_in: person.last_sign_in_at.map(|at| instants::listed(at, now)),
            is_disabled: person.disabled,
            is_own: own == Some(person.id.as_str()),
        }
    }
}

/// Somebody who was invited and has not joined yet.
#[derive(Debug)]
pub(super) struct Invited {
    pub(super) id: String,
    pub(super) email: Long,
    pub(super) role: &'static str,
    pub(super) publisher: Long,
    pub(super) by: Long,
    pub(super) until: Moment,
}

impl Invited {
    pub(super) fn of(invitation: &Invitation, names: &HashMap<String, String>, now: Timestamp) -> Self {
        let email = invitation.email.as_ref().map_or("", |email| email.as_str());
        Self {
            id: invitation.id.clone(),
            email: cuts::text(email, OF_A_NAME),
            role: roles::word(&invitation.role),
            publisher: publisher(&invitation.role, names),
            by: cuts::text(&invitation.made_by.name, OF_A_NAME),
            until: instants::listed(invitation.expires_at, now),
        }
    }
}

/// The name of a role's publisher; nothing where it has none.
pub(super) fn publisher(role: &Role, names: &HashMap<String, String>) -> Long {
    let name = role.publisher_id().map_or("", |id| names.get(id).map_or(id, String::as_str));
    cuts::text(name, OF_A_NAME)
}
