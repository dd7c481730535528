//! Who acts: by a token, as a person who signed in, or at the command line.

use crate::domain::account::{Role, Token};
use crate::domain::audit::Actor;
use crate::domain::made_by::MadeBy;
use crate::domain::manual::Manual;
use crate::domain::person::Person;
use crate::domain::session::Session;
use crate::domain::story::Reader;
use crate::store::role_scope::RoleScope;

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
        /// The person who made it, if one did.
        made_by: Option<String>,
    },
    /// A person who signed in.
    Person {
        /// `usr_…`
        id: String,
        /// What the person is called.
        name: String,
        /// `ses_…`: where it is signed in.
        session_id: String,
    },
    /// Whoever has the machine.
    CommandLine,
}

impl Caller {
    /// Whoever bears this token.
    pub fn by_token(token: Token) -> Self {
        let made_by = token.created_by.and_then(|by| by.user_id);
        Self { role: token.role, by: By::Token { id: token.id, name: token.name, made_by } }
    }

    /// A person, signed in by this session.
    pub fn signed_in(person: &Person, session: &Session) -> Self {
        let by = By::Person { id: person.id.clone(), name: person.name.clone(), session_id: session.id.clone() };
        Self { role: person.role.clone(), by }
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

    /// The id of the token.
    pub fn token_id(&self) -> Option<&str> {
        match &self.by {
            By::Token { id, .. } => Some(id),
            By::Person { .. } | By::CommandLine => None,
        }
    }

    /// The id of the person.
    pub fn user_id(&self) -> Option<&str> {
        match &self.by {
            By::Person { id, .. } => Some(id),
            By::Token { .. } | By::CommandLine => None,
        }
    }

    /// Whether it is this person, or a token that this person made.
    pub fn is_of(&self, user_id: &str) -> bool {
        match &self.by {
            By::Person { id, .. } => id == user_id,
            By::Token { made_by, .. } => made_by.as_deref() == Some(user_id),
            By::CommandLine => false,
        }
    }

    /// The id of the session that the person acts in.
    pub fn session_id(&self) -> Option<&str> {
        match &self.by {
            By::Person { session_id, .. } => Some(session_id),
            By::Token { .. } | By::CommandLine => None,
        }
    }

    /// The name that people know it by.
    pub fn name(&self) -> &str {
        match &self.by {
            By::Token { name, .. } | By::Person { name, .. } => name,
            By::CommandLine => "command line",
        }
    }

    /// What it is told apart by from all other callers.
    pub fn id(&self) -> &str {
        self.token_id().or(self.user_id()).unwrap_or("command line")
    }

    /// Whether it is an operator.
    pub fn is_operator(&self) -> bool {
        self.role == Role::Operator
    }

    /// The publisher that it is limited to; `None` for those who see all.
    pub fn limited_to(&self) -> Option<&str> {
        self.role.publisher_id()
    }

    /// In whose words it is told of a publisher's server.
    pub fn reader(&self) -> Reader {
        match self.limited_to() {
            Some(_) => Reader::Publisher,
            None => Reader::Staff,
        }
    }

    /// Whether it may know of what belongs to this publisher.
    pub fn sees(&self, publisher_id: &str) -> bool {
        self.limited_to().is_none_or(|own| own == publisher_id)
    }

    /// Whose tokens, people and invitations it reaches.
    pub fn scope(&self) -> RoleScope {
        match &self.role {
            Role::Operator => RoleScope::All,
            Role::AccountManager => RoleScope::OfPublishers,
            Role::Publisher { publisher_id } => RoleScope::OfPublisher(publisher_id.clone()),
        }
    }

    /// As what it makes is marked.
    pub fn made_by(&self) -> MadeBy {
        MadeBy {
            token_id: self.token_id().map(str::to_owned),
            user_id: self.user_id().map(str::to_owned),
            name: self.name().to_owned(),
        }
    }

    /// As what it does by hand is marked, with its reason.
    pub fn mark(&self, reason: String) -> Manual {
        let MadeBy { token_id, user_id, .. } = self.made_by();
        Manual { token_id, user_id, reason }
    }

    /// As the audit names it.
    pub fn actor(&self) -> Actor {
        Actor { by: self.made_by(), role: self.role.as_str().to_owned() }
    }
}
