//! The change to the rows that are claimed: one statement for all on PostgreSQL, where each costs a network round trip, one
//! for each row on SQLite, where it is a call within this process.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Text};
use diesel::sqlite::Sqlite;

use crate::domain::time::Timestamp;
use crate::store::backend::Read;

/// The change to all rows that are claimed. `status || ''` keeps PostgreSQL off the partial index of what waits: a plan that
/// was cached while few rows waited would scan that index once for each claimed row, however many wait later.
const CLAIM_ALL: &str = "
    UPDATE deliveries d SET status = CASE WHEN c.begun THEN 'sending' ELSE d.status END,
        due_at = CASE WHEN c.begun THEN NULL ELSE d.due_at END,
        claimed_by = $1, claim_token = c.token, claimed_at = $2
    FROM unnest($3, $4, $5) AS c (id, token, begun)
    WHERE d.id = c.id AND d.status || '' IN ('pending', 'retrying') AND d.claim_token IS NULL
    RETURNING d.id";

/// Claims these rows, each with the token at its place, to be begun or to line up; answers which still waited.
pub(in crate::store) fn claim_all<'a>(
    node: &'a str,
    now: Timestamp,
    ids: Vec<&'a str>,
    tokens: Vec<&'a str>,
    begun: Vec<bool>,
) -> impl Read<'a, ClaimedId, PgConnection> {
    diesel::sql_query(CLAIM_ALL)
        .bind::<Text, _>(node)
        .bind::<BigInt, _>(now)
        .bind::<Array<Text>, _>(ids)
        .bind::<Array<Text>, _>(tokens)
        .bind::<Array<Bool>, _>(begun)
}

/// The id of a row that was claimed.
#[derive(QueryableByName)]
pub(in crate::store) struct ClaimedId {
    #[diesel(sql_type = Text)]
    pub(in crate::store::queue) id: String,
}

/// The change to a row that is claimed. Written by hand, because the query builder has every UPDATE prepared anew.
#[derive(Debug)]
pub(in crate::store) struct Claim<'a> {
    pub(in crate::store) delivery_id: &'a str,
    pub(in crate::store) node: &'a str,
    pub(in crate::store) token: &'a str,
    pub(in crate::store) at: Timestamp,
    pub(in crate::store) is_begun: bool,
}

impl QueryFragment<Sqlite> for Claim<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        // One text for both, so that it is prepared once.
        out.push_sql("UPDATE deliveries SET status = CASE WHEN ");
        out.push_bind_param::<Bool, _>(&self.is_begun)?;
        out.push_sql(" THEN 'sending' ELSE status END, due_at = CASE WHEN ");
        out.push_bind_param::<Bool, _>(&self.is_begun)?;
        out.push_sql(" THEN NULL ELSE due_at END, claimed_by = ");
        out.push_bind_param::<Text, _>(self.node)?;
        out.push_sql(", claim_token = ");
        out.push_bind_param::<Text, _>(self.token)?;
        out.push_sql(", claimed_at = ");
        out.push_bind_param::<BigInt, _>(&self.at)?;
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<Text, _>(self.delivery_id)?;
        out.push_sql(" AND status IN ('pending', 'retrying') AND claim_token IS NULL");
        Ok(())
    }
}

/// Its text never differs, so it is kept prepared under its type.
impl QueryId for Claim<'_> {
    type QueryId = Claim<'static>;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<SqliteConnection> for Claim<'_> {}
