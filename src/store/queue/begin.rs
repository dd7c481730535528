//! Beginning what waits in line: a claimed delivery is marked as being sent, under its token, before anything leaves.
//!
//! It happens in the commit that settles what frees its permit. A claim whose token is gone (the delivery was canceled or
//! taken back, or another node took the claim over) is not begun, and whoever holds it in memory drops it. What a node will
//! not begin, it gives back: the row is then due as if it had never been claimed.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Text};
use diesel::sqlite::Sqlite;

use crate::domain::delivery::Status;
use crate::domain::time::Timestamp;
use crate::store::backend::{Conn, on_backend};
use crate::store::codes::Coded;
use crate::store::deliveries::is_in_line;
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
        Ok(given_back)
    }
}

/// A claim that is to be begun now.
#[derive(Clone, Debug)]
pub(in crate::store) struct Beginning {
    pub(super) claim: ClaimInLine,
    pub(super) at: Timestamp,
}

/// Begins a whole group; answers in order which claims still stood.
pub(super) fn begin_all(conn: &mut Conn, group: &[&Beginning]) -> QueryResult<Vec<bool>> {
    if group.is_empty() {
        return Ok(Vec::new());
    }
    on_backend!(conn,
        sqlite(conn) => group.iter().map(|one| Ok(Begin(one).execute(conn)? > 0)).collect(),
        postgres(conn) => {
            let begun: Vec<String> = BeginAll::of(group).load(conn)?;
            Ok(group.iter().map(|one| begun.contains(&one.claim.token)).collect())
        },
    )
}

/// Releases these claims, where they still wait in line.
pub(super) fn give_back(conn: &mut Conn, claims: &[ClaimInLine]) -> QueryResult<usize> {
    let ids = claims.iter().map(|claim| &claim.delivery_id);
    let tokens = claims.iter().map(|claim| &claim.token);
    diesel::update(deliveries::table.filter(deliveries::id.eq_any(ids)))
        .filter(is_in_line())
        .filter(deliveries::claim_token.eq_any(tokens))
        .set((
            deliveries::claimed_by.eq(None::<String>),
            deliveries::claim_token.eq(None::<String>),
            deliveries::claimed_at.eq(None::<Timestamp>),
        ))
        .execute(conn)
}

/// The change to one row, on SQLite. Written by hand, because the query builder has every UPDATE prepared anew. A commit whose
/// answer was lost is repeated: what it began already is found under the same token, and is begun.
struct Begin<'a>(&'a Beginning);

impl QueryFragment<Sqlite> for Begin<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("UPDATE deliveries SET status = ");
        out.push_sql(Status::Sending.as_sql());
        out.push_sql(", due_at = NULL, claimed_at = ");
        out.push_bind_param::<BigInt, _>(&self.0.at)?;
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<Text, _>(&self.0.claim.delivery_id)?;
        out.push_sql(" AND claim_token = ");
        out.push_bind_param::<Text, _>(&self.0.claim.token)?;
        Ok(())
    }
}

/// Its text never differs, so it is kept prepared under its type.
impl QueryId for Begin<'_> {
    type QueryId = Begin<'static>;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<SqliteConnection> for Begin<'_> {}

/// The change to the rows of a group, on PostgreSQL, where each statement costs a network round trip; answers the tokens of
/// the claims that stood.
#[derive(Debug)]
pub(in crate::store) struct BeginAll<'a> {
    ids: Vec<&'a str>,
    tokens: Vec<&'a str>,
    at: Vec<Timestamp>,
}

impl<'a> BeginAll<'a> {
    pub(in crate::store) fn of(group: &[&'a Beginning]) -> Self {
        let mut group = group.to_vec();
        // Whoever changes several rows locks them in this order.
        group.sort_unstable_by_key(|one| &one.claim.delivery_id);
        Self {
            ids: group.iter().map(|one| one.claim.delivery_id.as_str()).collect(),
            tokens: group.iter().map(|one| one.claim.token.as_str()).collect(),
            at: group.iter().map(|one| one.at).collect(),
        }
    }
}

impl QueryFragment<Pg> for BeginAll<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("UPDATE deliveries d SET status = ");
        out.push_sql(Status::Sending.as_sql());
        out.push_sql(", due_at = NULL, claimed_at = b.at FROM unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.tokens)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.at)?;
        out.push_sql(") AS b (id, token, at) WHERE d.id = b.id AND d.claim_token = b.token RETURNING b.token");
        Ok(())
    }
}

impl QueryId for BeginAll<'_> {
    type QueryId = BeginAll<'static>;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for BeginAll<'_> {
    type SqlType = Text;
}

impl RunQueryDsl<PgConnection> for BeginAll<'_> {}
