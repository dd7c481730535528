//! Claiming: taking due deliveries, endpoint by endpoint, for as many sends as there are permits.
//!
//! Which endpoints have something due is found by leaping from endpoint to endpoint over the index, so that a hundred
//! thousand rows of one dead endpoint cost as much as one.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};

use crate::domain::completion::Completion;
use crate::domain::time::Timestamp;
use crate::store::backend::{Conn, Engine};
use crate::store::deliveries::{Delivery, Row, is_waiting};
use crate::store::schema::deliveries;
use crate::store::{Store, StoreError, completions as completion_rows};

/// An endpoint that has deliveries waiting to be sent.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct DueEndpoint {
    /// The endpoint.
    #[diesel(sql_type = Text)]
    pub endpoint_id: String,
    /// When its earliest delivery is due, in Unix milliseconds.
    #[diesel(sql_type = BigInt)]
    earliest: i64,
}

impl DueEndpoint {
    /// When its earliest delivery is due.
    pub fn due_at(&self) -> Timestamp {
        Timestamp::from_millis(self.earliest)
    }
}

/// So many deliveries of an endpoint are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The endpoint.
    pub endpoint_id: String,
    /// As many as it has free permits.
    pub at_most: usize,
}

/// A delivery that this node may now send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The delivery, as it was when it was claimed.
    pub delivery: Delivery,
    /// What it tells of; a test carries its own.
    pub completion: Option<Completion>,
    /// The claim's token, which settling must name.
    pub token: String,
}

/// Leaps from each endpoint's first entry of the partial index to the next endpoint's.
pub(crate) const DUE_ENDPOINTS: &str = "
    WITH RECURSIVE waiting (endpoint_id) AS (
        SELECT min(endpoint_id) FROM deliveries WHERE status IN ('pending', 'retrying')
        UNION ALL
        SELECT (SELECT min(d.endpoint_id) FROM deliveries d
                WHERE d.status IN ('pending', 'retrying') AND d.endpoint_id > waiting.endpoint_id)
        FROM waiting WHERE waiting.endpoint_id IS NOT NULL
    )
    SELECT endpoint_id,
           (SELECT min(d.due_at) FROM deliveries d
            WHERE d.status IN ('pending', 'retrying') AND d.endpoint_id = waiting.endpoint_id) AS earliest
    FROM waiting WHERE endpoint_id IS NOT NULL";

impl Store {
    /// Every endpoint that has deliveries waiting to be sent, due or not.
    pub async fn due_endpoints(&self) -> Result<Vec<DueEndpoint>, StoreError> {
        self.read(|conn| diesel::sql_query(DUE_ENDPOINTS).load(conn)).await
    }

    /// Claims what is due at `now`, in the order it fell due; `token` makes a fresh token for each.
    pub async fn claim(
        &self,
        node: String,
        wanted: Vec<Wanted>,
        now: Timestamp,
        token: fn() -> String,
    ) -> Result<Vec<Claimed>, StoreError> {
        self.write(move |conn| {
            let mut claimed = Vec::new();
            for want in &wanted {
                for row in due(conn, want, now)? {
                    let token = token();
                    Claim { delivery_id: &row.id, node: &node, token: &token, at: now.as_millis() }.execute(conn)?;
                    claimed.push((Delivery::from(row), token));
                }
            }
            with_completions(conn, claimed)
        })
        .await
    }
}

/// The change to a row that is claimed. Written by hand, because the query builder has every UPDATE prepared anew.
#[derive(Debug)]
struct Claim<'a> {
    delivery_id: &'a str,
    node: &'a str,
    token: &'a str,
    at: i64,
}

impl QueryFragment<Engine> for Claim<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Engine>) -> QueryResult<()> {
        out.push_sql("UPDATE deliveries SET status = 'sending', due_at = NULL, claimed_by = ");
        out.push_bind_param::<Text, _>(self.node)?;
        out.push_sql(", claim_token = ");
        out.push_bind_param::<Text, _>(self.token)?;
        out.push_sql(", claimed_at = ");
        out.push_bind_param::<BigInt, _>(&self.at)?;
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<Text, _>(self.delivery_id)
    }
}

/// Its text never differs, so it is kept prepared under its type.
impl QueryId for Claim<'_> {
    type QueryId = Claim<'static>;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<Conn> for Claim<'_> {}

fn due(conn: &mut Conn, want: &Wanted, now: Timestamp) -> QueryResult<Vec<Row>> {
    deliveries::table
        .filter(is_waiting())
        .filter(deliveries::endpoint_id.eq(&want.endpoint_id))
        .filter(deliveries::due_at.le(now.as_millis()))
        .order(deliveries::due_at)
        .limit(i64::try_from(want.at_most).unwrap_or(i64::MAX))
        .select(Row::as_select())
        .load(conn)
}

fn with_completions(conn: &mut Conn, claimed: Vec<(Delivery, String)>) -> QueryResult<Vec<Claimed>> {
    let ids: Vec<&str> = claimed.iter().map(|(delivery, _)| delivery.completion_id.as_str()).collect();
    let found = completion_rows::by_ids(conn, &ids)?;
    let by_id: HashMap<String, Completion> = found.into_iter().map(|found| (found.id.clone(), found)).collect();
    let attach = |(delivery, token): (Delivery, String)| {
        let completion = by_id.get(&delivery.completion_id).cloned();
        Claimed { delivery, completion, token }
    };
    Ok(claimed.into_iter().map(attach).collect())
}
