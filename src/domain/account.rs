//! Accounts: publishers, and the tokens that speak for people.
//!
//! A token's text never gets here: it is shown once when it is made, and only its digest is kept.

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

/// Who a token speaks for.
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
    /// The word in the store and in the API.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::AccountManager => "account_manager",
            Self::Publisher { .. } => "publisher",
        }
    }

    /// Puts the role together from its word and the publisher beside it; `None` if they do not fit.
    pub fn from_parts(word: &str, publisher_id: Option<String>) -> Option<Self> {
        match (word, publisher_id) {
            ("operator", None) => Some(Self::Operator),
            ("account_manager", None) => Some(Self::AccountManager),
            ("publisher", Some(publisher_id)) => Some(Self::Publisher { publisher_id }),
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
}

impl Token {
    /// Whether it still opens anything.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}
