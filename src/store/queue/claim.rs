//! Claiming: taking due deliveries, endpoint by endpoint, for as many sends as there are permits.
//!
//! Which endpoints have something due is found by leaping from endpoint to endpoint over the index, so that a hundred
//! thousand rows of one dead endpoint cost as much as one.

mod change;

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};

use crate::domain::completion::Completion;
use crate::domain::delivery::{Delivery, Kind};
use crate::domain::reversal::Reversal;
use crate::domain::time::Timestamp;
use crate::store::backend::{Conn, Read, on_backend};
use crate::store::deliveries::{Row, is_pending_test, is_waiting};
use crate::store::schema::deliveries;
use crate::store::{Store, StoreError, completions as completion_rows, reversals as reversal_rows};
pub(in crate::store) use change::{Claim, claim_all};

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
    /// What it tells that is taken back of that.
    pub reversal: Option<Reversal>,
    /// The claim's token, which settling must name.
    pub token: String,
}

/// Leaps from each endpoint's first entry of the partial index to the next endpoint's.
pub(in crate::store) const DUE_ENDPOINTS: &str = "
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

/// What waits to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Every endpoint that has deliveries waiting, due or not.
    pub endpoints: Vec<DueEndpoint>,
    /// Tests that a node without their egress IP took in.
    pub tests: Vec<PendingTest>,
}

/// A test that waits for a node that can send it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingTest {
    /// Its delivery.
    pub delivery_id: String,
    /// Where it goes.
    pub endpoint_id: String,
    /// Its invented completion and options, as JSON.
    pub test: String,
}

/// Tests looked at in one step: people wait for them, so they are few.
const TESTS: i64 = 64;

impl Store {
    /// What waits to be sent.
    pub async fn due(&self) -> Result<Due, StoreError> {
        self.read(|conn| {
            let tests = pending_tests().load(conn)?;
            let pending = |(delivery_id, endpoint_id, test): (String, String, Option<String>)| PendingTest {
                delivery_id,
                endpoint_id,
                test: test.unwrap_or_default(),
            };
            let endpoints = diesel::sql_query(DUE_ENDPOINTS).load(conn)?;
            Ok(Due { endpoints, tests: tests.into_iter().map(pending).collect() })
        })
        .await
    }

    /// Claims what is due at `now`, in the order it fell due; `token` makes a fresh token for each. What another node is
    /// claiming at this moment is left to it.
    pub async fn claim(
        &self,
        node: String,
        wanted: Vec<Wanted>,
        now: Timestamp,
        token: fn() -> String,
    ) -> Result<Vec<Claimed>, StoreError> {
        self.write(move |conn| {
            let rows = on_backend!(conn,
                sqlite(_) => due(conn, &wanted, now)?,
                postgres(conn) => due_and_free(&wanted, now).load(conn)?,
            );
            claim_rows(conn, rows, &node, now, token)
        })
        .await
    }

    /// Claims a waiting test, unless another node was first.
    pub async fn claim_test(
        &self,
        node: String,
        delivery_id: String,
        now: Timestamp,
        token: fn() -> String,
    ) -> Result<Option<Claimed>, StoreError> {
        self.write(move |conn| {
            let pending = deliveries::table.filter(is_pending_test()).filter(deliveries::id.eq(&delivery_id));
            let rows: Vec<Row> = pending.select(Row::as_select()).load(conn)?;
            Ok(claim_rows(conn, rows, &node, now, token)?.pop())
        })
        .await
    }
}

/// The tests that wait, with their endpoints and what they say.
pub(in crate::store) fn pending_tests() -> impl Read<'static, (String, String, Option<String>)> {
    deliveries::table.filter(is_pending_test()).order(deliveries::id).limit(TESTS).select((
        deliveries::id,
        deliveries::endpoint_id,
        deliveries::test,
    ))
}

fn due(conn: &mut Conn, wanted: &[Wanted], now: Timestamp) -> QueryResult<Vec<Row>> {
    let mut rows = Vec::new();
    for want in wanted {
        rows.extend(due_of(want, now).load(conn)?);
    }
    Ok(rows)
}

/// What is due of one endpoint, in the order it fell due.
pub(in crate::store) fn due_of<'a>(want: &'a Wanted, now: Timestamp) -> impl Read<'a, Row> {
    deliveries::table
        .filter(is_waiting())
        .filter(deliveries::endpoint_id.eq(&want.endpoint_id))
        .filter(deliveries::due_at.le(now.as_millis()))
        .filter(deliveries::kind.ne(Kind::Test.as_str()))
        .order(deliveries::due_at)
        .limit(i64::try_from(want.at_most).unwrap_or(i64::MAX))
        .select(Row::as_select())
}

/// Endpoint by endpoint along the index, in one statement; rows that another node has locked are passed over.
const DUE_AND_FREE: &str = "
    SELECT due.* FROM unnest($1, $2) AS wanted (endpoint_id, at_most)
    CROSS JOIN LATERAL (
        SELECT * FROM deliveries d
        WHERE d.status IN ('pending', 'retrying') AND d.endpoint_id = wanted.endpoint_id AND d.due_at <= $3
            AND d.kind <> 'test'
        ORDER BY d.due_at LIMIT wanted.at_most
        FOR UPDATE SKIP LOCKED
    ) due";

pub(in crate::store) fn due_and_free<'a>(wanted: &'a [Wanted], now: Timestamp) -> impl Read<'a, Row, PgConnection> {
    let endpoints: Vec<&str> = wanted.iter().map(|want| want.endpoint_id.as_str()).collect();
    let at_most: Vec<i64> = wanted.iter().map(|want| i64::try_from(want.at_most).unwrap_or(i64::MAX)).collect();
    diesel::sql_query(DUE_AND_FREE)
        .bind::<Array<Text>, _>(endpoints)
        .bind::<Array<BigInt>, _>(at_most)
        .bind::<BigInt, _>(now.as_millis())
}

/// Claims rows that are known to wait; answers those that still did.
fn claim_rows(
    conn: &mut Conn,
    rows: Vec<Row>,
    node: &str,
    now: Timestamp,
    token: fn() -> String,
) -> QueryResult<Vec<Claimed>> {
    let claims: Vec<(Row, String)> = rows.into_iter().map(|row| (row, token())).collect();
    let claimed: HashSet<String> = on_backend!(conn,
        sqlite(conn) => {
            let mut claimed = HashSet::new();
            for (row, token) in &claims {
                let claim = Claim { delivery_id: &row.id, node, token, at: now.as_millis() };
                if claim.execute(conn)? > 0 {
                    claimed.insert(row.id.clone());
                }
            }
            claimed
        },
        postgres(conn) => {
            let (ids, tokens): (Vec<&str>, Vec<&str>) =
                claims.iter().map(|(row, token)| (row.id.as_str(), token.as_str())).unzip();
            claim_all(node, now, ids, tokens).load(conn)?.into_iter().map(|claimed| claimed.id).collect()
        },
    );
    let claimed = claims.into_iter().filter(|(row, _)| claimed.contains(&row.id));
    with_completions(conn, claimed.map(|(row, token)| (Delivery::from(row), token)).collect())
}

fn with_completions(conn: &mut Conn, claimed: Vec<(Delivery, String)>) -> QueryResult<Vec<Claimed>> {
    let ids: Vec<&str> = claimed.iter().map(|(delivery, _)| delivery.completion_id.as_str()).collect();
    let found = completion_rows::by_ids(conn, &ids)?;
    let by_id: HashMap<String, Completion> = found.into_iter().map(|found| (found.id.clone(), found)).collect();
    let of_reversals: Vec<&str> = claimed.iter().filter_map(|(delivery, _)| delivery.reversal_id.as_deref()).collect();
    let reversals = if of_reversals.is_empty() { Vec::new() } else { reversal_rows::by_ids(conn, &of_reversals)? };
    let attach = |(delivery, token): (Delivery, String)| {
        let completion = by_id.get(&delivery.completion_id).cloned();
        let told = |reversal: &&Reversal| Some(&reversal.id) == delivery.reversal_id.as_ref();
        let reversal = reversals.iter().find(told).cloned();
        Claimed { delivery, completion, reversal, token }
    };
    Ok(claimed.into_iter().map(attach).collect())
}
