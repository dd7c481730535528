//! How many deliveries wait, and for what, of apps and of endpoints: counts that end at a cap.
//!
//! What has not been delivered stands in small indexes by app and state, or by endpoint and time. Each count enters one of them and
//! ends at the cap, so it costs the same over a backlog of a hundred thousand. What has been delivered stands in no such index:
//! there the newest rows of an app are looked through, as many as `LOOKED_THROUGH`.
//!
//! Ids are numbers and states are words of ours, so the queries hold them as literals: only then does a planner see that a
//! partial index covers a condition, and the same text is read by either engine.

use std::collections::HashMap;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, SmallInt};

use super::codes::{self, Coded};
use super::deliveries::{held_for_mending, waiting};
use super::keys::{AppKey, DeliveryKey, EndpointKey};
use super::{Store, StoreError};
use crate::domain::delivery::{DeliveryKind, Status, WaitingFor};
use crate::domain::health::Capped;
use crate::domain::ids::Tick;
use crate::domain::time::Timestamp;

/// Rows that are looked through for what no index tells.
const LOOKED_THROUGH: u64 = 2_000;
/// Held deliveries whose reasons are looked at, of all that are asked about.
const REASONS: u64 = 10_000;
/// What the time in a key may differ from when its row was created.
const SLACK: Duration = Duration::from_secs(3600);
/// Apps or endpoints in one statement.
const CHUNK: usize = 200;
/// Apps in one statement that looks through their rows: the first often has as many as are counted.
const FEW: usize = 20;

/// What waits of an endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndpointBacklog {
    /// Due, and claimed by nobody.
    pub due: Capped,
    /// Due later.
    pub later: Capped,
    /// Held until somebody mends something.
    pub held: Capped,
    /// When the first is due that waits to be claimed.
    pub first_due_at: Option<Timestamp>,
}

#[derive(QueryableByName)]
struct OfApp {
    #[diesel(sql_type = BigInt)]
    id: AppKey,
    #[diesel(sql_type = BigInt)]
    found: i64,
}

#[derive(QueryableByName)]
struct OfEndpoint {
    #[diesel(sql_type = BigInt)]
    id: EndpointKey,
    #[diesel(sql_type = BigInt)]
    due: i64,
    #[diesel(sql_type = BigInt)]
    later: i64,
    #[diesel(sql_type = BigInt)]
    held: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    first_due_at: Option<Timestamp>,
}

#[derive(QueryableByName)]
struct Looked {
    #[diesel(sql_type = BigInt)]
    looked: i64,
    #[diesel(sql_type = BigInt)]
    found: i64,
}

#[derive(QueryableByName)]
struct ForReason {
    #[diesel(sql_type = SmallInt)]
    reason: i16,
    #[diesel(sql_type = BigInt)]
    found: i64,
}

#[derive(QueryableByName)]
struct InLine {
    #[diesel(sql_type = BigInt)]
    id: EndpointKey,
    #[diesel(sql_type = BigInt)]
    found: i64,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    found: i64,
}

fn capped(found: i64) -> Capped {
    Capped::of(u64::try_from(found).unwrap_or(0))
}

impl Store {
    /// How many deliveries of each of these apps are in a state that an index lists: pending, retrying, held, dead or canceled.
    /// Only those that were created since then, if an instant is given.
    pub async fn count_by_app(
        &self,
        app_ids: Vec<String>,
        status: Status,
        since: Option<Timestamp>,
    ) -> Result<HashMap<String, Capped>, StoreError> {
        let apps = app_keys(&app_ids);
        let found = self
            .read(move |conn| {
                conn.only_by_index()?;
                let mut found: Vec<OfApp> = Vec::new();
                for some in apps.chunks(CHUNK) {
                    found.extend(diesel::sql_query(of_apps(some, status, since)).load::<OfApp>(conn)?);
                }
                Ok(found)
            })
            .await?;
        Ok(found.into_iter().map(|of| (of.id.id(), capped(of.found))).collect())
    }

    /// What waits of each of these endpoints at this instant.
    pub async fn backlogs(
        &self,
        endpoint_ids: Vec<String>,
        since: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<HashMap<String, EndpointBacklog>, StoreError> {
        let endpoints: Vec<EndpointKey> = endpoint_ids.iter().map(|id| EndpointKey::of(id)).collect();
        let found = self
            .read(move |conn| {
                conn.only_by_index()?;
                let mut found: Vec<OfEndpoint> = Vec::new();
                for some in endpoints.chunks(CHUNK) {
                    found.extend(diesel::sql_query(of_endpoints(some, since, now)).load::<OfEndpoint>(conn)?);
                }
                Ok(found)
            })
            .await?;
        let backlog = |of: OfEndpoint| {
            let backlog = EndpointBacklog {
                due: capped(of.due),
                later: capped(of.later),
                held: capped(of.held),
                first_due_at: of.first_due_at,
            };
            (of.id.id(), backlog)
        };
        Ok(found.into_iter().map(backlog).collect())
    }

    /// How many deliveries of these apps together have been delivered. Of an app whose newest rows do not tell, there may be more.
    pub async fn count_delivered(&self, app_ids: Vec<String>, since: Option<Timestamp>) -> Result<Capped, StoreError> {
        let apps = app_keys(&app_ids);
        self.walk(move |conn| {
            conn.only_by_index()?;
            let mut delivered = Capped::default();
            let mut chunks = apps.chunks(FEW);
            while let Some(some) = chunks.next() {
                for of in diesel::sql_query(delivered_of(some, since)).load::<Looked>(conn)? {
                    let more = u64::try_from(of.looked).is_ok_and(|looked| looked >= LOOKED_THROUGH);
                    delivered = delivered.and(Capped { more, ..capped(of.found) });
                }
                if delivered.count >= Capped::CAP {
                    delivered.more |= chunks.len() > 0;
                    break;
                }
            }
            Ok(delivered)
        })
        .await
    }

    /// How many deliveries of these apps together are being sent.
    pub async fn count_sending(&self, app_ids: Vec<String>, since: Option<Timestamp>) -> Result<Capped, StoreError> {
        let apps = app_keys(&app_ids);
        self.read(move |conn| {
            conn.only_by_index()?;
            let found: Found = diesel::sql_query(sending(&apps, since)).get_result(conn)?;
            Ok(capped(found.found))
        })
        .await
    }

    /// How many deliveries of these apps wait in the line of a node, by endpoint.
    pub async fn count_in_line(
        &self,
        app_ids: Vec<String>,
        since: Option<Timestamp>,
    ) -> Result<HashMap<String, Capped>, StoreError> {
        let apps = app_keys(&app_ids);
        self.read(move |conn| {
            conn.only_by_index()?;
            let found: Vec<InLine> = diesel::sql_query(in_line(&apps, since)).load(conn)?;
            Ok(found.into_iter().map(|of| (of.id.id(), capped(of.found))).collect())
        })
        .await
    }

    /// Why deliveries of these apps are held, and how many for each reason; there may be more of each where more are held
    /// than are looked at.
    pub async fn count_held(
        &self,
        app_ids: Vec<String>,
        since: Option<Timestamp>,
    ) -> Result<HashMap<WaitingFor, Capped>, StoreError> {
        let apps = app_keys(&app_ids);
        self.read(move |conn| {
            conn.only_by_index()?;
            let mut reasons: HashMap<WaitingFor, Capped> = HashMap::new();
            let mut looked = 0;
            for some in apps.chunks(CHUNK) {
                for of in diesel::sql_query(held_reasons(some, since)).load::<ForReason>(conn)? {
                    looked += u64::try_from(of.found).unwrap_or(0);
                    // A reason that a newer node wrote is counted among what is held, and has no name here.
                    if let Some(reason) = WaitingFor::of_code(of.reason) {
                        let count = reasons.entry(reason).or_default();
                        *count = count.and(capped(of.found));
                    }
                }
                if looked >= REASONS {
                    reasons.values_mut().for_each(|count| count.more = true);
                    break;
                }
            }
            Ok(reasons)
        })
        .await
    }
}

fn app_keys(ids: &[String]) -> Vec<AppKey> {
    ids.iter().map(|id| AppKey::of(id)).collect()
}

/// Numbers as a list.
fn listed<K: AsRef<i64>>(keys: &[K], of: impl Fn(&i64) -> String) -> String {
    // An empty list is no SQL; no row has this key.
    if keys.is_empty() {
        return of(&-1);
    }
    keys.iter().map(|key| of(key.as_ref())).collect::<Vec<_>>().join(", ")
}

/// These keys as rows that a subquery is done for, one after the other.
fn rows<K: AsRef<i64>>(keys: &[K]) -> String {
    format!("WITH a(id) AS (VALUES {})", listed(keys, |key| format!("({key})")))
}

/// The condition that a delivery was created since then.
fn created(since: Option<Timestamp>) -> String {
    since.map_or_else(String::new, |since| {
        // A key is made by the clock of its process a moment before or after; the row says when it was created.
        let first = DeliveryKey::stored(Tick::first_of(since.minus(SLACK)).key(0));
        format!(" AND d.id >= {} AND d.created_at >= {}", first.as_ref(), since.as_millis())
    })
}

fn is_no_test() -> String {
    codes::is_not("d.kind", DeliveryKind::Test)
}

/// One more than the cap tells that there are more.
const ENOUGH: u64 = Capped::CAP + 1;

/// Of each app, how many are in a state.
pub(super) fn of_apps(apps: &[AppKey], status: Status, since: Option<Timestamp>) -> String {
    let (rows, is_it, created, is_no_test) = (rows(apps), codes::is("d.status", status), created(since), is_no_test());
    format!(
        "{rows} SELECT a.id AS id, (SELECT count(*) FROM (
             SELECT 1 FROM deliveries d WHERE d.app_id = a.id AND {is_it}{created} AND {is_no_test} LIMIT {ENOUGH}) f
         ) AS found FROM a"
    )
}

/// Of each endpoint, what waits.
pub(super) fn of_endpoints(endpoints: &[EndpointKey], since: Option<Timestamp>, now: Timestamp) -> String {
    let (rows, created, now) = (rows(endpoints), created(since), now.as_millis());
    let (waits, is_held, is_no_test) = (waiting("d"), held_for_mending("d"), is_no_test());
    let count = |condition: String| {
        format!(
            "(SELECT count(*) FROM (SELECT 1 FROM deliveries d WHERE d.endpoint_id = a.id AND {condition}{created} LIMIT {ENOUGH}) f)"
        )
    };
    let due = count(format!("{waits} AND d.due_at <= {now}"));
    let later = count(format!("{waits} AND d.due_at > {now}"));
    let held = count(format!("{is_held} AND {is_no_test}"));
    format!(
        "{rows} SELECT a.id AS id, {due} AS due, {later} AS later, {held} AS held,
             (SELECT d.due_at FROM deliveries d WHERE d.endpoint_id = a.id AND {waits} ORDER BY d.due_at LIMIT 1)
                 AS first_due_at FROM a"
    )
}

/// Of each app, how many of its newest deliveries were delivered, and how many were looked at.
pub(super) fn delivered_of(apps: &[AppKey], since: Option<Timestamp>) -> String {
    let (created, delivered) = (created(since), codes::is("f.status", Status::Delivered));
    let is_no_test = codes::is_not("f.kind", DeliveryKind::Test);
    let of = |app: &i64| {
        format!(
            "SELECT count(*) AS looked, coalesce(sum(CASE WHEN {delivered} AND {is_no_test} THEN 1 ELSE 0 END), 0) AS found
             FROM (SELECT d.status, d.kind FROM deliveries d WHERE d.app_id = {app}{created}
                   ORDER BY d.id DESC LIMIT {LOOKED_THROUGH}) f"
        )
    };
    apps.iter().map(|app| of(app.as_ref())).collect::<Vec<_>>().join(" UNION ALL ")
}

/// What is claimed of these apps. The sum keeps a planner from the index by app, which holds all that was ever delivered.
fn claimed_of(apps: &[AppKey], since: Option<Timestamp>) -> String {
    // The same goes for the primary key.
    let created = created(since).replace("d.id >=", "d.id + 0 >=");
    let (apps, is_no_test) = (listed(apps, i64::to_string), is_no_test());
    format!(
        "FROM deliveries d WHERE d.claim_token IS NOT NULL AND d.claimed_by IS NOT NULL AND d.app_id + 0 IN ({apps}){created}
             AND {is_no_test}"
    )
}

/// How many are being sent.
pub(super) fn sending(apps: &[AppKey], since: Option<Timestamp>) -> String {
    let (claimed, is_sending) = (claimed_of(apps, since), codes::is("d.status", Status::Sending));
    format!("SELECT count(*) AS found FROM (SELECT 1 {claimed} AND {is_sending} LIMIT {ENOUGH}) f")
}

/// How many wait in line, by endpoint.
pub(super) fn in_line(apps: &[AppKey], since: Option<Timestamp>) -> String {
    let (claimed, in_line) = (claimed_of(apps, since), codes::is_not("d.status", Status::Sending));
    format!(
        "SELECT f.endpoint_id AS id, count(*) AS found FROM (SELECT d.endpoint_id {claimed} AND {in_line} LIMIT {REASONS}) f
         GROUP BY f.endpoint_id"
    )
}

/// How many are held for each reason.
pub(super) fn held_reasons(apps: &[AppKey], since: Option<Timestamp>) -> String {
    let (rows, created, is_held) = (rows(apps), created(since), codes::is("d.status", Status::Held));
    format!(
        "{rows} SELECT f.waiting_for AS reason, count(*) AS found FROM (
             SELECT d.waiting_for FROM a CROSS JOIN deliveries d
             WHERE d.app_id = a.id AND {is_held} AND d.waiting_for IS NOT NULL{created} LIMIT {REASONS}) f
         GROUP BY f.waiting_for"
    )
}
