//! Who acts: by a token, as a person who signed in, or at the command line.

use crate::domain::account::{Role, Token};
use crate::domain::audit::Actor;

/// Whoever acts, and in which role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    role: Role,
    by: By,
}

/// By what a caller is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// A bearer token.
    Token {
        /// `tok_…`
        id: String,
        /// What it is called.
        name: String,
    },
    /// Whoever has the machine.
    CommandLine,
}

impl Caller {
    /// Whoever bears this token.
    pub fn by_token(token: Token) -> Self {
        Self { role: token.role, by: By::Token { id: token.id, name: token.name } }
    }

    /// Whoever has the machine may do everything.
    pub fn at_the_command_line() -> Self {
        Self { role: Role::Operator, by: By::CommandLine }
    }

    /// The role.
    pub fn role(&self) -> &Role {
        &self.role
    }

    /// By what it is known.
    pub fn by(&self) -> &By {
        &self.by
    }

    /// The id of the token, to mark what is done by hand.
    pub fn token_id(&self) -> Option<&str> {
        match &self.by {
            By::Token { id, .. } => Some(id),
            By::CommandLine => None,
        }
    }

    /// The name that people know it by.
    pub fn name(&self) -> &str {
        match &self.by {
            By::Token { name, .. } => name,
            By::CommandLine => "command line",
        }
    }

    /// What it is told apart by from all other callers.
    pub fn id(&self) -> &str {
        self.token_id().unwrap_or("command line")
    }

    /// Whether it is an operator.
    pub fn is_operator(&self) -> bool {
        self.role == Role::Operator
    }

    /// The publisher that it is limited to; `None` for those who see all.
    pub fn limited_to(&self) -> Option<&str> {
        self.role.publisher_id()
    }

    /// Whether it may know of what belongs to this publisher.
    pub fn sees(&self, publisher_id: &str) -> bool {
        self.limited_to().is_none_or(|own| own == publisher_id)
    }

    /// As the audit names it.
    pub fn actor(&self) -> Actor {
        Actor {
            token_id: self.token_id().map(str::to_owned),
            name: self.name().to_owned(),
            role: self.role.as_str().to_owned(),
        }
    }
}
