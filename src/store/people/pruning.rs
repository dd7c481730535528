//! What people left behind goes: sessions and links that are over, attempts to sign in that do not count any more.

use super::{attempts, invitations, sessions};
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

impl Store {
    /// Removes all of it that is over by now; answers how many rows that were.
    pub async fn prune_people(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.write(move |conn| {
            let attempts = attempts::remove_ended(conn, now)?;
            let sessions = sessions::remove_ended(conn, now)?;
            Ok(attempts + sessions + invitations::remove_ended(conn, now)?)
        })
        .await
    }
}
