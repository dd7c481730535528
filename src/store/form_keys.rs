//! Keys of forms that were used up: a form whose answer shows a secret works once, on whichever node it arrives.

use diesel::dsl::{exists, select};
use diesel::prelude::*;

use super::schema::form_keys;
use super::{Store, StoreError};

impl Store {
    /// Uses the key of a form up, in this session; false: it was used before. Of two nodes that do it at the same instant one
    /// fails.
    pub async fn use_form_key(&self, session_id: &str, key: &str) -> Result<bool, StoreError> {
        let (session_id, key) = (session_id.to_owned(), key.to_owned());
        self.write(move |conn| {
            let same = form_keys::table.find((&session_id, &key));
            if select(exists(same)).get_result(conn)? {
                return Ok(false);
            }
            let row = (form_keys::session_id.eq(&session_id), form_keys::form_key.eq(&key));
            diesel::insert_into(form_keys::table).values(row).execute(conn).map(|_| true)
        })
        .await
    }

    /// Has a form's key work once more.
    pub async fn free_form_key(&self, session_id: &str, key: &str) -> Result<(), StoreError> {
        let (session_id, key) = (session_id.to_owned(), key.to_owned());
        self.write(move |conn| diesel::delete(form_keys::table.find((session_id, key))).execute(conn).map(drop)).await
    }
}
