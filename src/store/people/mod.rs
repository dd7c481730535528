//! People as rows: who they are, their sessions, the links by which they join, and what is counted of attempts to sign in.
//!
//! # Who is who
//! * `rows` is a person as `users` has it; this file reads, changes and deletes one. The last operator who can sign in stays:
//!   whoever takes one away does it after every other change of the configuration, on whichever node.
//! * [`proofs`] holds what proves that somebody is that person: the hash of the password, the sealed key of the second
//!   factor, and which of its codes was used. It leaves the store for nobody but the action that checks it.
//! * `account` is what a person changes of itself, in one change.
//! * [`sessions`], [`invitations`]: of the texts that open them there are digests alone, so that a stolen copy opens nothing.
//! * `ending` is what a change of a person ends.
//! * [`attempts`] counts on all nodes together; `pruning` removes what is over.
//!
//! Nothing here checks a password or decides who may do something, and nothing here keeps a text that somebody typed.

mod account;
pub mod attempts;
mod ending;
pub mod invitations;
pub mod proofs;
mod pruning;
mod rows;
pub mod sessions;

pub use account::AccountChange;
use diesel::dsl::{exists, select};
use diesel::prelude::*;

use super::backend::{Conn, Engine};
use super::page::{Listed, Page};
use super::role_scope::{RoleScope, within_scope};
use super::schema::{publishers, users};
use super::{Store, StoreError};
use crate::domain::account::Role;
use crate::domain::person::Person;
use crate::domain::time::Timestamp;

/// What is to be changed of a person; `None` leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonChange {
    /// The name.
    pub name: Option<String>,
    /// What it may do.
    pub role: Option<Role>,
    /// Whether it may not sign in; its sessions end then.
    pub disabled: Option<bool>,
}

/// What became of a change of a person, or of its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonChanged {
    /// It stands so; of a deletion: it stood so.
    Done(Person),
    /// There is no such person, or none that the scope takes in.
    Unknown,
    /// There is no such publisher.
    UnknownPublisher,
    /// Nobody could sign in as an operator any more.
    LastOperator,
}

impl Store {
    /// Whether anybody has joined yet.
    pub async fn has_people(&self) -> Result<bool, StoreError> {
        self.look(has_people).await
    }

    /// The person with this id.
    pub async fn person(&self, id: &str) -> Result<Option<Person>, StoreError> {
        let id = id.to_owned();
        self.read(move |conn| find(conn, &id)).await
    }

    /// People, newest first.
    pub async fn people(&self, scope: RoleScope, page: Page) -> Result<Listed<Person>, StoreError> {
        let (rows, before) = (page.rows(), page.before.clone());
        let found = self.read(move |conn| {
            let mut query = users::table.select(Person::as_select()).into_boxed::<Engine>();
            query = within_scope!(query, users, scope);
            if let Some(before) = before {
                query = query.filter(users::id.lt(before));
            }
            query.order(users::id.desc()).limit(rows).load(conn)
        });
        Ok(page.cut(found.await?, |person: &Person| &person.id))
    }

    /// Changes a person. Links to a new password of before are void where it is disabled or gets another role: whoever made one
    /// may not do so any more. So are the open links and the tokens that it made itself, unless it becomes an operator, who may
    /// make each.
    pub async fn change_person(
        &self,
        id: &str,
        change: PersonChange,
        scope: RoleScope,
        now: Timestamp,
    ) -> Result<PersonChanged, StoreError> {
        let id = id.to_owned();
        self.configure(move |conn| {
            let Some(before) = find(conn, &id)?.filter(|found| scope.holds(&found.role)) else {
                return Ok(PersonChanged::Unknown);
            };
            let mut after = before.clone();
            let is_renamed = change.name.is_some();
            after.name = change.name.unwrap_or(after.name);
            after.role = change.role.unwrap_or(after.role);
            after.disabled = change.disabled.unwrap_or(after.disabled);
            if !is_known_publisher(conn, &after.role)? {
                return Ok(PersonChanged::UnknownPublisher);
            }
            if takes_last_operator(conn, &before, Some(&after))? {
                return Ok(PersonChanged::LastOperator);
            }
            let role = (users::role.eq(after.role.as_str()), users::publisher_id.eq(after.role.publisher_id()));
            diesel::update(users::table.find(&id)).set(role).execute(conn)?;
            // Only what changes: the person itself may be changing its account at this moment.
            if is_renamed {
                diesel::update(users::table.find(&id)).set(users::name.eq(&after.name)).execute(conn)?;
            }
            if before.disabled != after.disabled {
                let since = after.disabled.then_some(now);
                diesel::update(users::table.find(&id)).set(users::disabled_at.eq(since)).execute(conn)?;
            }
            if after.disabled || after.role != before.role {
                ending::void_resets_of(conn, &id)?;
            }
            if after.disabled || (after.role != before.role && after.role != Role::Operator) {
                ending::end_made_by(conn, &id)?;
            }
            if after.disabled {
                ending::end_sessions(conn, &id)?;
            }
            Ok(PersonChanged::Done(after))
        })
        .await
    }

    /// Deletes a person with its sessions, the links to a new password for it, and the open ones and the tokens that it made.
    pub async fn delete_person(&self, id: &str, scope: RoleScope) -> Result<PersonChanged, StoreError> {
        let id = id.to_owned();
        self.configure(move |conn| {
            let Some(person) = find(conn, &id)?.filter(|found| scope.holds(&found.role)) else {
                return Ok(PersonChanged::Unknown);
            };
            if takes_last_operator(conn, &person, None)? {
                return Ok(PersonChanged::LastOperator);
            }
            ending::end_sessions(conn, &id)?;
            ending::void_resets_of(conn, &id)?;
            ending::end_made_by(conn, &id)?;
            diesel::delete(users::table.find(&id)).execute(conn)?;
            Ok(PersonChanged::Done(person))
        })
        .await
    }
}

fn find(conn: &mut Conn, id: &str) -> QueryResult<Option<Person>> {
    users::table.find(id).select(Person::as_select()).first(conn).optional()
}

fn has_people(conn: &mut Conn) -> QueryResult<bool> {
    select(exists(users::table.select(users::id))).get_result(conn)
}

/// Whether the publisher of a role exists, if it has one.
fn is_known_publisher(conn: &mut Conn, role: &Role) -> QueryResult<bool> {
    match role.publisher_id() {
        Some(id) => select(exists(publishers::table.find(id))).get_result(conn),
        None => Ok(true),
    }
}

/// Whether nobody could sign in as an operator any more if this person became that one, or nobody.
fn takes_last_operator(conn: &mut Conn, before: &Person, after: Option<&Person>) -> QueryResult<bool> {
    if !before.is_operator_who_can_sign_in() || after.is_some_and(Person::is_operator_who_can_sign_in) {
        return Ok(false);
    }
    let others = users::table
        .filter(users::role.eq(Role::Operator.as_str()))
        .filter(users::disabled_at.is_null())
        .filter(users::id.ne(&before.id));
    select(exists(others)).get_result(conn).map(|others: bool| !others)
}
