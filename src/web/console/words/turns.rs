//! Whose turn it is, to whoever reads it.

use crate::domain::account::Role;
use crate::domain::story::Turn;

/// The heading over what comes next.
pub fn heading(turn: Turn, reader: &Role) -> &'static str {
    match (turn, reader) {
        (Turn::Publisher, Role::Publisher { .. }) => "Your turn",
        (Turn::Publisher, Role::AccountManager | Role::Operator) => "The publisher's turn",
        (Turn::Ringback | Turn::Operator, _) => "Our turn",
        (Turn::OfferSystem, _) => "The offer system's turn",
        (Turn::Nobody, _) => "Nothing to do",
    }
}
