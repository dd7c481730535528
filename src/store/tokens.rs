//! Tokens: who may call the admin API. Only digests are kept, so nothing that lies here opens anything.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::domain::account::{Role, Token};
use crate::domain::made_by::MadeBy;
use crate::domain::time::Timestamp;
use crate::random;

use super::backend::Engine;
use super::page::{Listed, Page};
use super::role_scope::{RoleScope, within_scope};
use super::schema::{invitations, publishers, tokens};
use super::{Store, StoreError};

/// What became of a new token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenCreated {
    /// It opens from now on.
    Created,
    /// There is no such publisher.
    UnknownPublisher,
}

/// What became of a token that was to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenDeleted {
    /// It opens nothing any more.
    Deleted,
    /// There is no such token.
    Unknown,
    /// It is the last one that can make operator tokens.
    LastOperator,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = tokens)]
struct TokenRow {
    id: String,
    name: String,
    role: String,
    publisher_id: Option<String>,
    expires_at: Option<Timestamp>,
    created_at: Timestamp,
    by_token_id: Option<String>,
    by_user_id: Option<String>,
    by_name: Option<String>,
    last_used_at: Option<Timestamp>,
}

impl TokenRow {
    fn read(self) -> Result<Token, StoreError> {
        let role = Role::from_parts(&self.role, self.publisher_id);
        let role = role.ok_or_else(|| StoreError::Unreadable { place: format!("tokens/{}", self.id) })?;
        let (token_id, user_id) = (self.by_token_id, self.by_user_id);
        Ok(Token {
            id: self.id,
            name: self.name,
            role,
            expires_at: self.expires_at,
            created_at: self.created_at,
            created_by: self.by_name.map(|name| MadeBy { token_id, user_id, name }),
            last_used_at: self.last_used_at,
        })
    }
}

/// A token is long and random, so a fast digest is as good as a slow one.
pub(super) fn digest(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

fn insert(conn: &mut super::backend::Conn, token: &Token, digest: Vec<u8>) -> QueryResult<()> {
    let by = token.created_by.as_ref();
    let row = (
        tokens::id.eq(&token.id),
        tokens::name.eq(&token.name),
        tokens::role.eq(token.role.as_str()),
        tokens::publisher_id.eq(token.role.publisher_id()),
        tokens::token_hash.eq(digest),
        tokens::expires_at.eq(token.expires_at),
        tokens::created_at.eq(token.created_at),
        tokens::by_token_id.eq(by.and_then(|by| by.token_id.as_ref())),
        tokens::by_user_id.eq(by.and_then(|by| by.user_id.as_ref())),
        tokens::by_name.eq(by.map(|by| &by.name)),
    );
    diesel::insert_into(tokens::table).values(row).execute(conn).map(drop)
}

impl Store {
    /// Adds a token that opens with `text`.
    pub async fn create_token(&self, token: Token, text: &str) -> Result<TokenCreated, StoreError> {
        let digest = digest(text);
        self.configure(move |conn| {
            if let Some(publisher_id) = token.role.publisher_id() {
                let known = publishers::table.find(publisher_id);
                if !select(exists(known)).get_result(conn)? {
                    return Ok(TokenCreated::UnknownPublisher);
                }
            }
            insert(conn, &token, digest)?;
            Ok(TokenCreated::Created)
        })
        .await
    }

    /// Makes `text` the first operator token; answers false, and does nothing, where there is one already.
    pub async fn bootstrap_operator(&self, text: &str, now: Timestamp) -> Result<bool, StoreError> {
        let token = Token {
            id: random::new_id("tok"),
            name: "bootstrap".to_owned(),
            role: Role::Operator,
            expires_at: None,
            created_at: now,
            created_by: None,
            last_used_at: None,
        };
        let digest = digest(text);
        self.configure(move |conn| {
            let operators = tokens::table.filter(tokens::role.eq(Role::Operator.as_str()));
            if select(exists(operators)).get_result(conn)? {
                return Ok(false);
            }
            insert(conn, &token, digest)?;
            Ok(true)
        })
        .await
    }

    /// The token that opens with this text, expired or not.
    pub async fn token_by_text(&self, text: &str) -> Result<Option<Token>, StoreError> {
        let digest = digest(text);
        let found: Option<TokenRow> = self
            .look(move |conn| {
                let matching = tokens::table.filter(tokens::token_hash.eq(digest));
                matching.select(TokenRow::as_select()).first(conn).optional()
            })
            .await?;
        found.map(TokenRow::read).transpose()
    }

    /// Writes down that a token is used. Only ever later: nodes may write this in any order.
    pub async fn used_token(&self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.write(move |conn| {
            let is_earlier = tokens::last_used_at.is_null().or(tokens::last_used_at.lt(now));
            let earlier = tokens::table.filter(tokens::id.eq(id)).filter(is_earlier);
            diesel::update(earlier).set(tokens::last_used_at.eq(now)).execute(conn).map(drop)
        })
        .await
    }

    /// The token with this id.
    pub async fn token(&self, id: &str) -> Result<Option<Token>, StoreError> {
        let id = id.to_owned();
        let found = self.read(move |conn| tokens::table.find(id).select(TokenRow::as_select()).first(conn).optional());
        found.await?.map(TokenRow::read).transpose()
    }

    /// Tokens, newest first.
    pub async fn tokens(&self, scope: RoleScope, page: Page) -> Result<Listed<Token>, StoreError> {
        let rows = page.rows();
        let before = page.before.clone();
        let found: Vec<TokenRow> = self
            .read(move |conn| {
                let mut query = tokens::table.select(TokenRow::as_select()).into_boxed::<Engine>();
                if let Some(before) = before {
                    query = query.filter(tokens::id.lt(before));
                }
                query = within_scope!(query, tokens, scope);
                query.order(tokens::id.desc()).limit(rows).load(conn)
            })
            .await?;
        let tokens = found.into_iter().map(TokenRow::read).collect::<Result<Vec<_>, _>>()?;
        Ok(page.cut(tokens, |token| &token.id))
    }

    /// Deletes a token with the links that it made and that nobody has used yet. The last operator token that is valid stays,
    /// because nobody could make another one.
    pub async fn delete_token(&self, id: &str, scope: RoleScope, now: Timestamp) -> Result<TokenDeleted, StoreError> {
        let id = id.to_owned();
        self.configure(move |conn| {
            let found = tokens::table.find(&id).select((tokens::role, tokens::publisher_id));
            let found: Option<(String, Option<String>)> = found.first(conn).optional()?;
            let role = found.and_then(|(role, publisher_id)| Role::from_parts(&role, publisher_id));
            let Some(role) = role.filter(|role| scope.holds(role)) else {
                return Ok(TokenDeleted::Unknown);
            };
            let others = tokens::table
                .filter(tokens::role.eq(Role::Operator.as_str()))
                .filter(tokens::id.ne(&id))
                .filter(tokens::expires_at.is_null().or(tokens::expires_at.gt(now)));
            if role == Role::Operator && !select(exists(others)).get_result::<bool>(conn)? {
                return Ok(TokenDeleted::LastOperator);
            }
            let open =
                invitations::table.filter(invitations::by_token_id.eq(&id)).filter(invitations::used_at.is_null());
            diesel::delete(open).execute(conn)?;
            diesel::delete(tokens::table.find(&id)).execute(conn)?;
            Ok(TokenDeleted::Deleted)
        })
        .await
    }
}
