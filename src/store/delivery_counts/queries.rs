//! The queries of the counts, as texts. Each enters an index and ends at a cap, or at as many rows as are looked through.
//!
//! Ids are numbers and states are words of ours, so the queries hold them as literals: only then does a planner see that a
//! partial index covers a condition, and the same text is read by either engine. No text of a caller may get in here.

use crate::domain::delivery::{DeliveryKind, Status};
use crate::domain::health::Capped;
use crate::domain::ids::Tick;
use crate::domain::time::Timestamp;
use crate::store::codes::{self, Coded};
use crate::store::deliveries::{held_for_mending, waiting};
use crate::store::id_range::SLACK;
use crate::store::keys::{AppKey, DeliveryKey, EndpointKey};

/// Rows that are looked through for what no index tells.
pub(super) const LOOKED_THROUGH: u64 = 2_000;
/// Held deliveries whose reasons are looked at, of all that are asked about.
pub(super) const REASONS: u64 = 10_000;
/// One more than the cap tells that there are more.
pub(super) const ENOUGH: u64 = Capped::CAP + 1;

/// Numbers as a list.
fn listed<K: AsRef<i64>>(keys: &[K], of: impl Fn(&i64) -> String) -> String {
    // An empty list is no SQL; no row has this key.
    if keys.is_empty() {
        return of(&-1);
    }
    keys.iter().map(|key| of(key.as_ref())).collect::<Vec<_>>().join(", ")
}

/// These keys as rows that a subquery is done for, one after the other.
pub(super) fn rows<K: AsRef<i64>>(keys: &[K]) -> String {
    format!("WITH a(id) AS (VALUES {})", listed(keys, |key| format!("({key})")))
}

/// The condition that a delivery was created since then.
pub(super) fn created(since: Option<Timestamp>) -> String {
    since.map_or_else(String::new, |since| {
        // A key is made by the clock of its process a moment before or after; the row says when it was created.
        let first = DeliveryKey::stored(Tick::first_of(since.minus(SLACK)).key(0));
        format!(" AND d.id >= {} AND d.created_at >= {}", first.as_ref(), since.as_millis())
    })
}

pub(super) fn is_no_test() -> String {
    codes::is_not("d.kind", DeliveryKind::Test)
}

/// Of each app, how many are in a state.
pub(in crate::store) fn of_apps(apps: &[AppKey], status: Status, since: Option<Timestamp>) -> String {
    let (rows, is_it, created, is_no_test) = (rows(apps), codes::is("d.status", status), created(since), is_no_test());
    format!(
        "{rows} SELECT CAST(a.id AS BIGINT) AS id, (SELECT count(*) FROM (
             SELECT 1 FROM deliveries d WHERE d.app_id = a.id AND {is_it}{created} AND {is_no_test} LIMIT {ENOUGH}) f
         ) AS found FROM a"
    )
}

/// Of each app, how many wait: pending, retrying or held. They stand in the index before what is dead or canceled: SQLite enters
/// it by each of the three states, PostgreSQL once, and only because an end is named.
pub(in crate::store) fn waiting_of(apps: &[AppKey]) -> String {
    let waits = codes::is_one_of("d.status", &[Status::Pending, Status::Retrying, Status::Held]);
    let (rows, last, is_no_test) = (rows(apps), Status::Held.as_sql(), is_no_test());
    format!(
        "{rows} SELECT CAST(a.id AS BIGINT) AS id, (SELECT count(*) FROM (
             SELECT 1 FROM deliveries d WHERE d.app_id = a.id AND {waits} AND d.status <= {last} AND {is_no_test} LIMIT {ENOUGH}) f
         ) AS found FROM a"
    )
}

/// Of each endpoint, what waits.
pub(in crate::store) fn of_endpoints(endpoints: &[EndpointKey], since: Option<Timestamp>, now: Timestamp) -> String {
    format!("{} {}", rows(endpoints), backlog_of(since, now))
}

/// The same of every endpoint of which anything waits, or is held until somebody mends something. They are found by leaping
/// through both indexes, so of ten thousand endpoints only those cost something that have a backlog.
pub(in crate::store) fn of_endpoints_with_any(now: Timestamp) -> String {
    let leap = |name: &str, condition: String| {
        // The next endpoint is asked for by its place in the order and not as the smallest: PostgreSQL looks for that among
        // all, if it takes the index for small.
        format!(
            "{name} (id) AS (
                SELECT CAST(0 AS BIGINT)
                UNION ALL
                SELECT (SELECT d.endpoint_id FROM deliveries d WHERE {condition} AND d.endpoint_id > {name}.id
                        ORDER BY d.endpoint_id LIMIT 1)
                FROM {name} WHERE {name}.id IS NOT NULL
            )"
        )
    };
    let (waits, held) = (leap("w", waiting("d")), leap("h", held_for_mending("d")));
    let backlog = backlog_of(None, now);
    format!(
        "WITH RECURSIVE {waits}, {held}, a (id) AS (SELECT w.id FROM w WHERE w.id > 0 UNION SELECT h.id FROM h WHERE h.id > 0)
         {backlog}"
    )
}

/// What waits of each endpoint of the rows `a`.
fn backlog_of(since: Option<Timestamp>, now: Timestamp) -> String {
    let (created, now) = (created(since), now.as_millis());
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
        "SELECT CAST(a.id AS BIGINT) AS id, {due} AS due, {later} AS later, {held} AS held,
             (SELECT d.due_at FROM deliveries d WHERE d.endpoint_id = a.id AND {waits} ORDER BY d.due_at LIMIT 1)
                 AS first_due_at FROM a"
    )
}

/// Of each app, how many of its newest deliveries were delivered, and how many were looked at.
pub(in crate::store) fn delivered_of(apps: &[AppKey], since: Option<Timestamp>) -> String {
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
pub(in crate::store) fn sending(apps: &[AppKey], since: Option<Timestamp>) -> String {
    let (claimed, is_sending) = (claimed_of(apps, since), codes::is("d.status", Status::Sending));
    format!("SELECT count(*) AS found FROM (SELECT 1 {claimed} AND {is_sending} LIMIT {ENOUGH}) f")
}

/// How many wait in line, by endpoint.
pub(in crate::store) fn in_line(apps: &[AppKey], since: Option<Timestamp>) -> String {
    let (claimed, in_line) = (claimed_of(apps, since), codes::is_not("d.status", Status::Sending));
    format!(
        "SELECT f.endpoint_id AS id, count(*) AS found FROM (SELECT d.endpoint_id {claimed} AND {in_line} LIMIT {REASONS}) f
         GROUP BY f.endpoint_id"
    )
}

/// How many are held for each reason.
pub(in crate::store) fn held_reasons(apps: &[AppKey], since: Option<Timestamp>) -> String {
    let (rows, created, is_held) = (rows(apps), created(since), codes::is("d.status", Status::Held));
    format!(
        "{rows} SELECT f.waiting_for AS reason, count(*) AS found FROM (
             SELECT d.waiting_for FROM a CROSS JOIN deliveries d
             WHERE d.app_id = a.id AND {is_held} AND d.waiting_for IS NOT NULL{created} LIMIT {REASONS}) f
         GROUP BY f.waiting_for"
    )
}
