//! The change to the rows that are claimed: one statement for all on PostgreSQL, where each costs a network round trip, one
//! for each row on SQLite, where it is a call within this process.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Text};
use diesel::sqlite::Sqlite;

use crate::domain::delivery::Status;
use crate::domain::time::Timestamp;
use crate::store::backend::Read;
use crate::store::codes::{self, Coded};

/// What still waits and is claimed.
const WAITING: [Status; 2] = [Status::Pending, Status::Retrying];

/// Claims these rows, each with the token at its place; answers which still waited. `status + 0` keeps PostgreSQL off the
/// partial index of what waits: a plan that was cached while few rows waited would scan that index once for each claimed
/// row, however many wait later.
pub(in crate::store) fn claim_all<'a>(
    node: &'a str,
    now: Timestamp,
    ids: Vec<&'a str>,
    tokens: Vec<&'a str>,
) -> impl Read<'a, ClaimedId, PgConnection> {
    let (begins, waits) = (codes::is("status", Status::Sending), codes::is_one_of("d.status + 0", &WAITING));
    let claim = format!(
        "UPDATE deliveries d SET {begins}, due_at = NULL, claimed_by = $1, claim_token = c.token, claimed_at = $2
         FROM unnest($3, $4) AS c (id, token)
         WHERE d.id = c.id AND {waits}
         RETURNING d.id"
    );
    diesel::sql_query(claim)
        .bind::<Text, _>(node)
        .bind::<BigInt, _>(now)
        .bind::<Array<Text>, _>(ids)
        .bind::<Array<Text>, _>(tokens)
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
}

impl QueryFragment<Sqlite> for Claim<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("UPDATE deliveries SET status = ");
        out.push_sql(Status::Sending.as_sql());
        out.push_sql(", due_at = NULL, claimed_by = ");
        out.push_bind_param::<Text, _>(self.node)?;
        out.push_sql(", claim_token = ");
        out.push_bind_param::<Text, _>(self.token)?;
        out.push_sql(", claimed_at = ");
        out.push_bind_param::<BigInt, _>(&self.at)?;
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<Text, _>(self.delivery_id)?;
        for (before, status) in [" AND (status = ", " OR status = "].into_iter().zip(WAITING) {
            out.push_sql(before);
            out.push_sql(status.as_sql());
        }
        out.push_sql(")");
        Ok(())
    }
}

/// Its text never differs, so it is kept prepared under its type.
impl QueryId for Claim<'_> {
    type QueryId = Claim<'static>;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<SqliteConnection> for Claim<'_> {}
