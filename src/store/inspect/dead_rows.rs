//! Dead rows: what changed rows leave in a PostgreSQL table and in its indexes until a vacuum removes it. Measurements and tests
//! let them pile up, and count what looking for due deliveries and claiming them reads beside them.
//!
//! An SQLite file has none: a changed row is changed in its place.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error;

use super::explain::buffers_of;
use crate::domain::delivery::Delivery;
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::backend::{self, Begin, Conn, on_backend};
use crate::store::keys::{ClaimKey, DeliveryKey, NodeKey};
use crate::store::queue::{Wanted, queries};
use crate::store::unknown_words::Words;
use crate::store::{Location, Store, StoreError};

/// Pages that a statement touched in the memory of the database or read into it, several times each where it went there
/// several times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buffers {
    /// Looking for the endpoints that have something due, from the fronts of their queues that are known now.
    pub due: u64,
    /// The same from the beginning of all queues, as is done once a second.
    pub due_from_beginning: u64,
    /// Finding an endpoint's due deliveries, and changing their rows to claimed ones.
    pub claim: u64,
}

/// A transaction that sees the database as it was: while it is open, no vacuum removes what was changed since. It ends with its
/// connection.
pub struct OldSnapshot(#[expect(dead_code, reason = "held, and never used")] Conn);

impl OldSnapshot {
    /// Holds the present; on SQLite there is nothing to hold back.
    pub fn hold(location: &Location) -> Result<Option<Self>, StoreError> {
        if !location.is_shared() {
            return Ok(None);
        }
        let mut conn = backend::connect(location)?;
        // Plain statements: this transaction stays open beyond any closure, and past the time-out of those that are idle.
        conn.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        // The first statement takes the snapshot.
        conn.batch_execute("SELECT 1 FROM deliveries LIMIT 1")?;
        Ok(Some(Self(conn)))
    }
}

impl Store {
    /// From now on no vacuum comes by the deliveries.
    pub async fn let_dead_rows_lie(&self) -> Result<(), StoreError> {
        self.look(|conn| {
            on_backend!(conn,
                sqlite(_) => Ok(()),
                postgres(conn) => conn.batch_execute("ALTER TABLE deliveries SET (autovacuum_enabled = off)"),
            )
        })
        .await
    }

    /// The next look for what is due is at everything, as it is once a second.
    pub fn look_at_everything_next(&self) {
        self.shared.fronts.forget();
    }

    /// What looks and such a claim read, which is undone. `None` on SQLite, which does not count.
    pub async fn buffers(&self, wanted: Wanted, now: Timestamp) -> Result<Option<Buffers>, StoreError> {
        if !self.is_shared() {
            return Ok(None);
        }
        let fronts = self.shared.fronts.all();
        self.look(move |conn| {
            let mut counted = None;
            let undone: QueryResult<()> = conn.within(Begin::Change, |conn| {
                if let Conn::Postgres(conn) = conn {
                    let due = buffers_of(conn, queries::due_endpoints_from(&fronts))?;
                    let due_from_beginning = buffers_of(conn, queries::due_endpoints_from(&[]))?;
                    counted = Some(Buffers { due, due_from_beginning, claim: buffers_of_claim(conn, &wanted, now)? });
                }
                Err(Error::RollbackTransaction)
            });
            match undone {
                Err(Error::RollbackTransaction) | Ok(()) => Ok(counted),
                Err(error) => Err(error),
            }
        })
        .await
    }
}

fn buffers_of_claim(conn: &mut PgConnection, wanted: &Wanted, now: Timestamp) -> QueryResult<u64> {
    let due = || queries::due_and_free(std::slice::from_ref(wanted), now, Words::Any);
    let finding = buffers_of(conn, due())?;
    let found: Vec<Delivery> = due().load(conn)?;
    let keys: Vec<DeliveryKey> = found.iter().map(|delivery| DeliveryKey::of(&delivery.id)).collect();
    let tokens = found.iter().map(|_| ClaimKey::of(&random::new_id("clm"))).collect();
    let begun = vec![true; found.len()];
    let node = NodeKey::of(&random::new_id("nod"));
    Ok(finding + buffers_of(conn, queries::claim_all(node, now, keys, tokens, begun))?)
}
