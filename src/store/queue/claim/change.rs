//! The change to the rows that are claimed: one statement for all on PostgreSQL, where each costs a network round trip, one
//! for each row on SQLite, where it is a call within this process.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool};
use diesel::sqlite::Sqlite;

use crate::domain::delivery::Status;
use crate::domain::time::Timestamp;
use crate::store::backend::Read;
use crate::store::codes::{self, Coded};
use crate::store::keys::{ClaimKey, DeliveryKey, NodeKey};

/// What still waits and is claimed.
const WAITING: [Status; 2] = [Status::Pending, Status::Retrying];

/// Claims these rows, each with the token at its place, to be begun or to line up; answers which still waited. `status + 0` keeps PostgreSQL off the
/// partial index of what waits: a plan that was cached while few rows waited would scan that index once for each claimed
/// row, however many wait later.
pub(in crate::store) fn claim_all(
    node: NodeKey,
    now: Timestamp,
    keys: Vec<DeliveryKey>,
    tokens: Vec<ClaimKey>,
    begun: Vec<bool>,
) -> impl Read<'static, ClaimedRow, PgConnection> {
    let (sending, waits) = (Status::Sending.as_sql(), codes::is_one_of("d.status + 0", &WAITING));
    let claim = format!(
        "UPDATE deliveries d SET status = CASE WHEN c.begun THEN {sending} ELSE d.status END,
             due_at = CASE WHEN c.begun THEN NULL ELSE d.due_at END,
             claimed_by = $1, claim_token = c.token, claimed_at = $2
         FROM unnest($3, $4, $5) AS c (id, token, begun)
         WHERE d.id = c.id AND {waits} AND d.claim_token IS NULL
         RETURNING d.id"
    );
    diesel::sql_query(claim)
        .bind::<BigInt, _>(node)
        .bind::<BigInt, _>(now)
        .bind::<Array<BigInt>, _>(keys)
        .bind::<Array<BigInt>, _>(tokens)
        .bind::<Array<Bool>, _>(begun)
}

/// The key of a row that was claimed.
#[derive(QueryableByName)]
pub(in crate::store) struct ClaimedRow {
    #[diesel(sql_type = BigInt)]
    pub(in crate::store::queue) id: DeliveryKey,
}

/// The change to a row that is claimed. Written by hand, because the query builder has every UPDATE prepared anew.
#[derive(Debug)]
pub(in crate::store) struct Claim {
    pub(in crate::store) delivery: DeliveryKey,
    pub(in crate::store) node: NodeKey,
    pub(in crate::store) token: ClaimKey,
    pub(in crate::store) at: Timestamp,
    pub(in crate::store) is_begun: bool,
}

impl QueryFragment<Sqlite> for Claim {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let sending = Status::Sending.as_sql();
        // One text for both, so that it is prepared once.
        out.push_sql("UPDATE deliveries SET status = CASE WHEN ");
        out.push_bind_param::<Bool, _>(&self.is_begun)?;
        out.push_sql(" THEN ");
        out.push_sql(sending);
        out.push_sql(" ELSE status END, due_at = CASE WHEN ");
        out.push_bind_param::<Bool, _>(&self.is_begun)?;
        out.push_sql(" THEN NULL ELSE due_at END, claimed_by = ");
        out.push_bind_param::<BigInt, _>(&self.node)?;
        out.push_sql(", claim_token = ");
        out.push_bind_param::<BigInt, _>(&self.token)?;
        out.push_sql(", claimed_at = ");
        out.push_bind_param::<BigInt, _>(&self.at)?;
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<BigInt, _>(&self.delivery)?;
        for (before, status) in [" AND (status = ", " OR status = "].into_iter().zip(WAITING) {
            out.push_sql(before);
            out.push_sql(status.as_sql());
        }
        out.push_sql(") AND claim_token IS NULL");
        Ok(())
    }
}

/// Its text never differs, so it is kept prepared under its type.
impl QueryId for Claim {
    type QueryId = Self;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<SqliteConnection> for Claim {}
