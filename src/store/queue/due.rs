//! What waits to be sent: the endpoints that have deliveries waiting, and when the earliest of each is due.
//!
//! It is found by leaping from endpoint to endpoint, on PostgreSQL from front to front ([`super::fronts`]). It must count no
//! deliveries: that would cost the more the more there are.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt};

use super::leap::endpoints_with;
use crate::clock;
use crate::domain::time::Timestamp;
use crate::store::backend::{Read, on_backend};
use crate::store::deliveries::{is_pending_test, waiting};
use crate::store::keys::{DeliveryKey, EndpointKey};
use crate::store::schema::deliveries;
use crate::store::unknown_words::Words;
use crate::store::{Store, StoreError};

/// An endpoint that has deliveries waiting to be sent.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct DueEndpoint {
    /// The endpoint.
    #[diesel(sql_type = BigInt, deserialize_as = EndpointKey)]
    pub endpoint_id: String,
    #[diesel(sql_type = BigInt)]
    pub(super) earliest: Timestamp,
}

impl DueEndpoint {
    /// When its earliest delivery is due.
    pub fn due_at(&self) -> Timestamp {
        self.earliest
    }
}

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
    /// What waits to be sent. What another node gave back or rescued is found a moment later (`queue/fronts.rs`).
    pub async fn due(&self, now: Timestamp) -> Result<Due, StoreError> {
        let mut look = self.shared.fronts.begin(clock::monotonic());
        let fronts = std::mem::take(&mut look.fronts);
        let found = self.look_by_index(move |conn| {
            let tests = pending_tests().load(conn)?;
            let pending = |(delivery, endpoint, test): (DeliveryKey, EndpointKey, Option<String>)| PendingTest {
                delivery_id: delivery.id(),
                endpoint_id: endpoint.id(),
                test: test.unwrap_or_default(),
            };
            let endpoints = on_backend!(conn,
                sqlite(conn) => diesel::sql_query(due_endpoints()).load(conn)?,
                postgres(conn) => due_endpoints_from(&fronts).load(conn)?,
            );
            Ok(Due { endpoints, tests: tests.into_iter().map(pending).collect() })
        });
        let found = found.await?;
        self.shared.fronts.learn(&look, &found.endpoints, now, clock::monotonic());
        Ok(found)
    }
}

/// The tests that wait, with their endpoints and what they say.
pub(in crate::store) fn pending_tests() -> impl Read<'static, (DeliveryKey, EndpointKey, Option<String>)> {
    deliveries::table.filter(is_pending_test(Words::Any)).order(deliveries::id).limit(TESTS).select((
        deliveries::id,
        deliveries::endpoint_id,
        deliveries::test,
    ))
}

/// Every endpoint that has deliveries waiting to be claimed, and when the earliest of them is due.
pub(in crate::store) fn due_endpoints() -> String {
    endpoints_with(&waiting("d"), "d.due_at", "d.due_at", "earliest")
}

/// The same on PostgreSQL: each leap goes to the next endpoint whose front is not known, if there is one before the next that
/// is known, and finds the endpoint and its earliest delivery in one. `place` is that of the front last leapt to.
pub(in crate::store) fn due_endpoints_from(
    fronts: &[(EndpointKey, Timestamp)],
) -> impl Read<'static, DueEndpoint, PgConnection> + use<> {
    let (endpoints, times): (Vec<EndpointKey>, Vec<Timestamp>) = fronts.iter().copied().unzip();
    let (waits, beyond_all) = (waiting("d"), i64::MAX);
    diesel::sql_query(format!(
        "WITH RECURSIVE leap (endpoint_id, due_at, place) AS (
             SELECT 0::bigint, NULL::bigint, 0
             UNION ALL
             SELECT next.* FROM leap CROSS JOIN LATERAL (
                 (SELECT d.endpoint_id, d.due_at, leap.place FROM deliveries d
                  WHERE {waits} AND d.endpoint_id > leap.endpoint_id
                    AND d.endpoint_id < coalesce($1[leap.place + 1], {beyond_all})
                  ORDER BY d.endpoint_id, d.due_at LIMIT 1)
                 UNION ALL
                 SELECT $1[leap.place + 1],
                        (SELECT d.due_at FROM deliveries d
                         WHERE {waits} AND d.endpoint_id = $1[leap.place + 1] AND d.due_at >= $2[leap.place + 1]
                         ORDER BY d.due_at LIMIT 1),
                        leap.place + 1
                 WHERE leap.place < cardinality($1)
                 LIMIT 1
             ) next
         )
         SELECT endpoint_id, due_at AS earliest FROM leap WHERE due_at IS NOT NULL"
    ))
    .bind::<Array<BigInt>, _>(endpoints)
    .bind::<Array<BigInt>, _>(times)
}
