//! Beginning what waits in line: a claimed delivery is marked as being sent, under its token, before anything leaves.
//!
//! It happens in the commit that settles what frees its permit. A claim whose token is gone (the delivery was canceled or
//! taken back, or another node took the claim over) is not begun, and whoever holds it in memory drops it. What a node will
//! not begin, it gives back: the row is then due as if it had never been claimed.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use diesel::sqlite::Sqlite;
use serde::Serialize;

use crate::domain::delivery::Status;
use crate::domain::time::Timestamp;
use crate::store::backend::Conn;
use crate::store::codes::{Coded, in_code};
use crate::store::columns::in_millis;
use crate::store::deliveries::is_in_line;
use crate::store::keys::{ClaimKey, DeliveryKey, NodeKey};
use crate::store::schema::deliveries;
use crate::store::{Store, StoreError};

/// A claim that waits in its node's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimInLine {
    /// The delivery.
    pub delivery_id: String,
    /// The claim's token.
    pub token: String,
}

/// Rows in one statement of giving back: a few milliseconds of the writer's time.
const STEP: usize = 500;

impl Store {
    /// Gives back what waits in line, where the claims still stand; answers how many did.
    pub async fn give_back(&self, claims: Vec<ClaimInLine>) -> Result<usize, StoreError> {
        let mut given_back = 0;
        for step in claims.chunks(STEP) {
            let step = step.to_vec();
            given_back += self.write(move |conn| give_back(conn, &step)).await?;
        }
        self.shared.fronts.forget();
        Ok(given_back)
    }
}

/// A claim that is to be begun now, and what its row becomes.
#[derive(Clone, Debug, Serialize)]
pub(in crate::store) struct Beginning {
    pub(super) id: DeliveryKey,
    pub(super) token: ClaimKey,
    #[serde(serialize_with = "in_code")]
    status: Status,
    #[serde(serialize_with = "in_millis")]
    at: Timestamp,
}

impl Beginning {
    pub(in crate::store) fn of(claim: &ClaimInLine, at: Timestamp) -> Self {
        let (id, token) = (DeliveryKey::of(&claim.delivery_id), ClaimKey::of(&claim.token));
        Self { id, token, status: Status::Sending, at }
    }
}

/// Begins where the claims still stand, on SQLite; answers in order where they did.
pub(super) fn begin_each(conn: &mut SqliteConnection, group: &[&Beginning]) -> QueryResult<Vec<bool>> {
    group.iter().map(|one| Ok(Begin(one).execute(conn)? > 0)).collect()
}

/// Releases these claims, where they still wait in line.
pub(super) fn give_back(conn: &mut Conn, claims: &[ClaimInLine]) -> QueryResult<usize> {
    let keys = claims.iter().map(|claim| DeliveryKey::of(&claim.delivery_id));
    let tokens = claims.iter().map(|claim| Some(ClaimKey::of(&claim.token)));
    diesel::update(deliveries::table.filter(deliveries::id.eq_any(keys)))
        .filter(is_in_line())
        .filter(deliveries::claim_token.eq_any(tokens))
        .set((
            deliveries::claimed_by.eq(None::<NodeKey>),
            deliveries::claim_token.eq(None::<ClaimKey>),
            deliveries::claimed_at.eq(None::<Timestamp>),
        ))
        .execute(conn)
}

/// The change to one row. Written by hand, because the query builder has every UPDATE prepared anew. A commit whose
/// answer was lost is repeated: what it began already is found under the same token, and is begun.
struct Begin<'a>(&'a Beginning);

impl QueryFragment<Sqlite> for Begin<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("UPDATE deliveries SET status = ");
        out.push_sql(Status::Sending.as_sql());
        out.push_sql(", due_at = NULL, claimed_at = ");
        out.push_bind_param::<BigInt, _>(&self.0.at)?;
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<BigInt, _>(&self.0.id)?;
        out.push_sql(" AND claim_token = ");
        out.push_bind_param::<BigInt, _>(&self.0.token)?;
        Ok(())
    }
}

/// Its text never differs, so it is kept prepared under its type.
impl QueryId for Begin<'_> {
    type QueryId = Begin<'static>;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<SqliteConnection> for Begin<'_> {}
