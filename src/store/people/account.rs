//! What a person changes of itself. It is one change, and none of the configuration: no node has to look at anything anew because
//! somebody prefers the dark.

use std::fmt;

use diesel::prelude::*;

use super::{find, proofs};
use crate::domain::person::{Person, Theme};
use crate::store::schema::users;
use crate::store::{Store, StoreError};

/// What is to be changed; `None` leaves it as it is. It does not show the hash.
#[derive(Clone, Default)]
pub struct AccountChange {
    /// The name.
    pub name: Option<String>,
    /// In which colours the person sees the console.
    pub theme: Option<Theme>,
    /// The hash of a new password, and the one session that does not end then.
    pub password: Option<(String, String)>,
}

impl fmt::Debug for AccountChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountChange").field("theme", &self.theme).finish_non_exhaustive()
    }
}

impl Store {
    /// Changes a person's own account, wholly or not at all; `None`: there is no such person.
    pub async fn change_account(&self, user_id: &str, change: AccountChange) -> Result<Option<Person>, StoreError> {
        let id = user_id.to_owned();
        self.write(move |conn| {
            if let Some(name) = change.name {
                diesel::update(users::table.find(&id)).set(users::name.eq(name)).execute(conn)?;
            }
            if let Some(theme) = change.theme {
                diesel::update(users::table.find(&id)).set(users::theme.eq(theme)).execute(conn)?;
            }
            if let Some((hash, kept)) = change.password {
                proofs::set_password(conn, &id, &hash, Some(&kept))?;
            }
            find(conn, &id)
        })
        .await
    }
}
