//! Roles, as people read them.

use crate::domain::account::Role;

/// The role as a word that stands alone.
pub fn word(role: &Role) -> &'static str {
    match role {
        Role::Operator => "Operator",
        Role::AccountManager => "Account manager",
        Role::Publisher { .. } => "Publisher",
    }
}

/// Somebody in that role; of a publisher, whose name is this one.
pub fn somebody(role: &Role, publisher: Option<&str>) -> String {
    match (role, publisher) {
        (Role::Operator, _) => "an operator".to_owned(),
        (Role::AccountManager, _) => "an account manager".to_owned(),
        (Role::Publisher { .. }, Some(name)) => format!("somebody of {name}"),
        (Role::Publisher { .. }, None) => "somebody of a publisher".to_owned(),
    }
}
