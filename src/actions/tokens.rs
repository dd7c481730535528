//! Tokens: who may call. Operators make every kind, account managers those of publishers.
//!
//! A token's text is made here and told to whoever makes it, once; only its digest is kept.

use super::admission::Created;
use super::caller::Caller;
use super::generate;
use super::refusal::Refusal;
use super::standalone::Standalone;
use crate::domain::account::{Role, RoleWord, Token};
use crate::domain::naming;
use crate::domain::secret::SecretText;
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::page::{Listed, Page};
use crate::store::tokens::{TokenCreated, TokenDeleted, TokenScope};

/// A token as it is asked for.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// For people: who or what uses it.
    pub name: String,
    /// Who it speaks for.
    pub role: RoleWord,
    /// Whose it is, by id or `ref`; exactly where it is a publisher's.
    pub publisher: Option<String>,
    /// From then on it opens nothing.
    pub expires_at: Option<Timestamp>,
}

/// A token that was just made.
#[derive(Debug)]
pub struct TokenWithText {
    /// The token.
    pub token: Token,
    /// What it opens with, told this once.
    pub text: SecretText,
}

impl Standalone {
    /// Makes a token.
    pub async fn create_token(&self, caller: &Caller, new: NewToken) -> Result<Created<TokenWithText>, Refusal> {
        if new.role != RoleWord::Publisher && !caller.is_operator() {
            return Err(Refusal::forbidden("Only an operator may make tokens of this role."));
        }
        let now = self.clock.now();
        let name = naming::name(&new.name)?;
        if new.expires_at.is_some_and(|expires_at| expires_at <= now) {
            return Err(Refusal::field("expiresAt", "must lie in the future"));
        }
        let role = self.role(caller, new.role, new.publisher.as_deref()).await?;
        let token = Token { id: random::new_id("tok"), name, role, expires_at: new.expires_at, created_at: now };
        let text = generate::token();
        match self.store.create_token(token.clone(), &text).await? {
            TokenCreated::Created => {
                Ok(Created::new(&token.id.clone(), TokenWithText { token, text: SecretText::known(text) }))
            }
            TokenCreated::UnknownPublisher => Err(Refusal::unknown_publisher()),
        }
    }

    async fn role(&self, caller: &Caller, word: RoleWord, publisher: Option<&str>) -> Result<Role, Refusal> {
        match (word, publisher) {
            (RoleWord::Operator, None) => Ok(Role::Operator),
            (RoleWord::AccountManager, None) => Ok(Role::AccountManager),
            (RoleWord::Publisher, Some(publisher)) => {
                Ok(Role::Publisher { publisher_id: self.publisher_in_body(caller, publisher).await? })
            }
            (RoleWord::Publisher, None) => Err(Refusal::field("publisherId", "is required for the role publisher")),
            (_, Some(_)) => Err(Refusal::field("publisherId", "belongs to the role publisher alone")),
        }
    }

    /// All tokens that the caller may know of: an account manager of those of publishers.
    pub async fn tokens(&self, caller: &Caller, page: Page) -> Result<Listed<Token>, Refusal> {
        Ok(self.store.tokens(scope(caller), page).await?)
    }

    /// Deletes a token: it opens nothing from then on.
    pub async fn delete_token(&self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        match self.store.delete_token(id, scope(caller), self.clock.now()).await? {
            TokenDeleted::Deleted => Ok(()),
            TokenDeleted::Unknown => Err(Refusal::Unknown("token")),
            TokenDeleted::LastOperator => {
                Err(Refusal::conflict("This is the last operator token; make another one before deleting it."))
            }
        }
    }
}

fn scope(caller: &Caller) -> TokenScope {
    if caller.is_operator() { TokenScope::All } else { TokenScope::OfPublishers }
}
