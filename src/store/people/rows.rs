//! A person as `users` has it: without what proves that somebody is that person.

use diesel::prelude::*;

use crate::domain::account::Role;
use crate::domain::person::{EmailAddress, Person, Theme};
use crate::domain::time::Timestamp;
use crate::store::columns::read_as_row;
use crate::store::schema::users;

/// A row of `users`, as it is read. Of the second factor it is asked whether there is one.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct Row {
    id: String,
    email: String,
    name: String,
    role: String,
    publisher_id: Option<String>,
    theme: Theme,
    #[diesel(select_expression = users::second_factor_sealed.is_not_null())]
    has_second_factor: bool,
    disabled_at: Option<Timestamp>,
    created_at: Timestamp,
    last_sign_in_at: Option<Timestamp>,
}

impl TryFrom<Row> for Person {
    type Error = String;

    fn try_from(row: Row) -> Result<Self, String> {
        let role = Role::from_parts(&row.role, row.publisher_id);
        Ok(Self {
            role: role.ok_or_else(|| format!("users/{} has a role that this version does not know", row.id))?,
            id: row.id,
            email: EmailAddress::known(row.email),
            name: row.name,
            theme: row.theme,
            disabled: row.disabled_at.is_some(),
            has_second_factor: row.has_second_factor,
            created_at: row.created_at,
            last_sign_in_at: row.last_sign_in_at,
        })
    }
}

read_as_row!(Person, Row);

/// A person who joins.
#[derive(Insertable)]
#[diesel(table_name = users)]
pub(super) struct NewRow<'a> {
    id: &'a str,
    email: &'a str,
    email_key: String,
    name: &'a str,
    role: &'a str,
    publisher_id: Option<&'a str>,
    theme: Theme,
    password_hash: &'a str,
    created_at: Timestamp,
}

impl<'a> NewRow<'a> {
    /// The row of a person with this hash of its password.
    pub(super) fn of(person: &'a Person, password_hash: &'a str) -> Self {
        Self {
            id: &person.id,
            email: person.email.as_str(),
            email_key: person.email.key(),
            name: &person.name,
            role: person.role.as_str(),
            publisher_id: person.role.publisher_id(),
            theme: person.theme,
            password_hash,
            created_at: person.created_at,
        }
    }
}
