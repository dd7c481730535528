//! Accounts: publishers, roles, and the tokens that programs bear. People are in `person`.
//!
//! A token's text never gets here: it is shown once when it is made, and only its digest is kept.

use super::made_by::MadeBy;
use super::time::Timestamp;
use super::words::words;

/// An account that owns apps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publisher {
    /// `pub_…`
    pub id: String,
    /// The operator's own name for it, accepted wherever the id is.
    pub reference: Option<String>,
    /// For people.
    pub name: String,
    /// When it was created.
    pub created_at: Timestamp,
}

words! {
    /// A role's word.
    RoleWord {
        /// May do everything.
        Operator = "operator",
        /// May do everything about publishers, apps and egress IPs.
        AccountManager = "account_manager",
        /// May do what concerns its own apps.
        Publisher = "publisher",
    }
}

/// Who a token or a person speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// May do everything.
    Operator,
    /// May do everything about publishers, apps and egress IPs.
    AccountManager,
    /// May do what concerns its own apps.
    Publisher {
        /// Whose token it is.
        publisher_id: String,
    },
}

impl Role {
    /// Which role it is.
    pub fn word(&self) -> RoleWord {
        match self {
            Self::Operator => RoleWord::Operator,
            Self::AccountManager => RoleWord::AccountManager,
            Self::Publisher { .. } => RoleWord::Publisher,
        }
    }

    /// The word in the store and in the API.
    pub fn as_str(&self) -> &'static str {
        self.word().as_str()
    }

    /// Puts the role together from its word and the publisher beside it; `None` if they do not fit.
    pub fn from_parts(word: &str, publisher_id: Option<String>) -> Option<Self> {
        match (RoleWord::parse(word)?, publisher_id) {
            (RoleWord::Operator, None) => Some(Self::Operator),
            (RoleWord::AccountManager, None) => Some(Self::AccountManager),
            (RoleWord::Publisher, Some(publisher_id)) => Some(Self::Publisher { publisher_id }),
            _ => None,
        }
    }

    /// The publisher that it is limited to.
    pub fn publisher_id(&self) -> Option<&str> {
        match self {
            Self::Publisher { publisher_id } => Some(publisher_id),
            Self::Operator | Self::AccountManager => None,
        }
    }
}

/// A bearer token, without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// `tok_…`
    pub id: String,
    /// For people.
    pub name: String,
    /// Who it speaks for.
    pub role: Role,
    /// From then on it opens nothing.
    pub expires_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// Who created it; `None`: the server, at its first start.
    pub created_by: Option<MadeBy>,
    /// When it was used last, to the minute; `None`: not yet.
    pub last_used_at: Option<Timestamp>,
}

impl Token {
    /// Whether it still opens anything.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}
