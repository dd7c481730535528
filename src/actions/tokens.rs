//! Tokens: who may call. Operators make every kind, account managers those of publishers, a publisher its own.
//!
//! A token's text is made here and told to whoever makes it, once; only its digest is kept.

use super::admission::Created;
use super::caller::Caller;
use super::generate;
use super::refusal::Refusal;
use super::roles::{AskedRole, refuse_role};
use super::standalone::Standalone;
use crate::domain::account::{RoleWord, Token};
use crate::domain::naming;
use crate::domain::secret::SecretText;
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::page::{Listed, Page};
use crate::store::tokens::{TokenCreated, TokenDeleted};

/// What somebody is told whose roles are not so many.
const FORBIDDEN: &str = "Only an operator may make tokens of this role.";

/// A token as it is asked for.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// For people: who or what uses it.
    pub name: String,
    /// Who it speaks for.
    pub role: RoleWord,
    /// Whose it is, by id or `ref`; exactly where it is a publisher's, who need not say so.
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
        let asked = AskedRole { word: new.role, publisher: new.publisher };
        refuse_role(caller, &asked, FORBIDDEN)?;
        let now = self.clock.now();
        let name = naming::name(&new.name)?;
        if new.expires_at.is_some_and(|expires_at| expires_at <= now) {
            return Err(Refusal::field("expiresAt", "must lie in the future"));
        }
        let token = Token {
            id: random::new_id("tok"),
            name,
            role: self.given_role(caller, asked, FORBIDDEN).await?,
            expires_at: new.expires_at,
            created_at: now,
            created_by: Some(caller.made_by()),
            last_used_at: None,
        };
        let text = generate::token();
        match self.store.create_token(token.clone(), &text).await? {
            TokenCreated::Created => {
                Ok(Created::new(token.id.clone(), TokenWithText { token, text: SecretText::known(text) }))
            }
            TokenCreated::UnknownPublisher => Err(Refusal::unknown_publisher()),
        }
    }

    /// All tokens that the caller may know of: an account manager of those of publishers, a
    /// publisher of its own.
    pub async fn tokens(&self, caller: &Caller, page: Page) -> Result<Listed<Token>, Refusal> {
        Ok(self.store.tokens(caller.scope(), page).await?)
    }

    /// The token with this id, if the caller may know of it.
    pub async fn token(&self, caller: &Caller, id: &str) -> Result<Token, Refusal> {
        let found = self.store.token(id).await?;
        found.filter(|token| caller.scope().holds(&token.role)).ok_or(Refusal::Unknown("token"))
    }

    /// Deletes a token: it opens nothing from then on.
    pub async fn delete_token(&self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        match self.store.delete_token(id, caller.scope(), self.clock.now()).await? {
            TokenDeleted::Deleted => Ok(()),
            TokenDeleted::Unknown => Err(Refusal::Unknown("token")),
            TokenDeleted::LastOperator => {
                Err(Refusal::conflict("This is the last operator token; make another one before deleting it."))
            }
        }
    }
}
