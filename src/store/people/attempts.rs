//! Attempts to sign in, counted per account and per address on all nodes together: ten that fail in a quarter of an hour, and
//! no further one is looked at.
//!
//! An attempt is written down before its password is checked and forgotten where it succeeds. If failures were written down
//! afterwards, a hundred attempts at a time would all be looked at before the first had failed.

use std::time::Duration;

use diesel::prelude::*;

use crate::domain::time::Timestamp;
use crate::store::backend::{Conn, Read};
use crate::store::schema::sign_in_attempts;
use crate::store::{Store, StoreError};

/// Attempts that may fail (the contract) …
pub const MOST: i64 = 10;
/// … in so much time.
pub const WITHIN: Duration = Duration::from_secs(15 * 60);

/// Whether an attempt may be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It may, and bears this id.
    Begun(String),
    /// Not before then.
    TooMany {
        /// When the oldest of those that failed does not count any more.
        until: Timestamp,
    },
}

impl Store {
    /// Begins an attempt under this new id, on this account and, where it comes by a network, from this address. Neither is
    /// kept as it was typed.
    pub async fn begin_attempt(
        &self,
        id: String,
        account: &str,
        address: Option<&str>,
        now: Timestamp,
    ) -> Result<Attempt, StoreError> {
        let digest = |kind: &[u8], text: &str| self.shared.digests.of(&[b"sign-in ", kind, text.as_bytes()]).to_vec();
        let account = Some(digest(b"account ", account));
        let address = address.map(|address| digest(b"address ", address));
        let throttled: Vec<Vec<u8>> = account.into_iter().chain(address).collect();
        // First without writing: whoever is shut out and goes on trying must not keep the writer busy.
        let looked_at = throttled.clone();
        if let Some(until) = self.look(move |conn| shut_until(conn, &looked_at, now)).await? {
            return Ok(Attempt::TooMany { until });
        }
        // Not in turn: nobody's sign-in waits for whoever holds another lock.
        self.write(move |conn| {
            conn.begin_counting_sign_ins()?;
            if let Some(until) = shut_until(conn, &throttled, now)? {
                return Ok(Attempt::TooMany { until });
            }
            for one in throttled {
                let row =
                    (sign_in_attempts::throttled.eq(one), sign_in_attempts::at.eq(now), sign_in_attempts::id.eq(&id));
                diesel::insert_into(sign_in_attempts::table).values(row).execute(conn)?;
            }
            Ok(Attempt::Begun(id))
        })
        .await
    }

    /// Forgets an attempt that did not fail.
    pub async fn forget_attempt(&self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.write(move |conn| forget(conn, &id, now)).await
    }
}

/// Until when no attempt on one of these is looked at.
fn shut_until(conn: &mut Conn, throttled: &[Vec<u8>], now: Timestamp) -> QueryResult<Option<Timestamp>> {
    let mut until: Option<Timestamp> = None;
    for one in throttled {
        let failed: Vec<Timestamp> = failures(one, now).load(conn)?;
        if let Some(oldest) = failed.get(usize::try_from(MOST - 1).unwrap_or(usize::MAX)) {
            until = until.max(Some(oldest.plus(WITHIN)));
        }
    }
    Ok(until)
}

/// Those of late that failed, newest first.
pub(in crate::store) fn failures(throttled: &[u8], now: Timestamp) -> impl Read<'_, Timestamp> {
    let of_late = sign_in_attempts::at.gt(now.minus(WITHIN));
    sign_in_attempts::table
        .filter(sign_in_attempts::throttled.eq(throttled))
        .filter(of_late)
        .order(sign_in_attempts::at.desc())
        .limit(MOST)
        .select(sign_in_attempts::at)
}

/// An attempt is over within moments, so it is among the newest.
pub(super) fn forget(conn: &mut Conn, id: &str, now: Timestamp) -> QueryResult<()> {
    let of_late = sign_in_attempts::table.filter(sign_in_attempts::at.gt(now.minus(WITHIN)));
    diesel::delete(of_late.filter(sign_in_attempts::id.eq(id))).execute(conn).map(drop)
}

/// Removes those that do not count any more.
pub(super) fn remove_ended(conn: &mut Conn, now: Timestamp) -> QueryResult<usize> {
    diesel::delete(sign_in_attempts::table.filter(sign_in_attempts::at.le(now.minus(WITHIN)))).execute(conn)
}
