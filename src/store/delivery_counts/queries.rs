//! The queries of the counts, as texts. Each enters an index and ends at a cap, or at as many rows as are looked through.
//!
//! States are words of ours, so the queries hold them as literals: only then does a planner see that a partial index covers a
//! condition. Keys and instants are numbers, and stand apart from most texts ([`Statement`]). No text of a caller may get in here.

use crate::domain::delivery::{DeliveryKind, Status};
use crate::domain::health::Capped;
use crate::domain::ids::Tick;
use crate::domain::time::Timestamp;
use crate::store::backend::Statement;
use crate::store::codes::{self, Coded};
use crate::store::deliveries::{held_for_mending, waiting};
use crate::store::id_range::SLACK;
use crate::store::keys::{AppKey, EndpointKey};

/// Rows that are looked through for what no index tells.
pub(super) const LOOKED_THROUGH: u64 = 2_000;
/// Held deliveries whose reasons are looked at, of all that are asked about.
pub(super) const REASONS: u64 = 10_000;
/// One more than the cap tells that there are more.
pub(super) const ENOUGH: u64 = Capped::CAP + 1;

/// These keys as rows that a subquery is done for, one after the other.
pub(super) const ROWS: &str = "WITH a(id) AS (:rows)";

/// The condition that a delivery was created since then.
pub(super) fn created(since: Option<Timestamp>) -> &'static str {
    // A key is made by the clock of its process a moment before or after; the row says when it was created.
    if since.is_some() { " AND d.id >= :first AND d.created_at >= :since" } else { "" }
}

/// The statement with what that condition asks for.
pub(super) fn asked_since(since: Option<Timestamp>, text: String) -> Statement {
    let statement = Statement::of(text);
    match since {
        Some(since) => {
            let first = Tick::first_of(since.minus(SLACK)).key(0);
            statement.number("first", first).number("since", since.as_millis())
        }
        None => statement,
    }
}

pub(super) fn is_no_test() -> String {
    codes::is_not("d.kind", DeliveryKind::Test)
}

/// Of each app, how many are in a state.
pub(in crate::store) fn of_apps(apps: &[AppKey], status: Status, since: Option<Timestamp>) -> Statement {
    let (is_it, created, is_no_test) = (codes::is("d.status", status), created(since), is_no_test());
    let text = format!(
        "{ROWS} SELECT CAST(a.id AS BIGINT) AS id, (SELECT count(*) FROM (
             SELECT 1 FROM deliveries d WHERE d.app_id = a.id AND {is_it}{created} AND {is_no_test} LIMIT {ENOUGH}) f
         ) AS found FROM a"
    );
    asked_since(since, text).keys(apps)
}

/// Of each of these apps, how many wait: pending, retrying or held.
pub(in crate::store) fn waiting_of(apps: &[AppKey]) -> Statement {
    Statement::of(format!("{ROWS} {}", waiting_of_rows())).keys(apps)
}

/// The same of every app that has anything but what was delivered; found by leaping from each app's first entry in the index to the
/// next app's.
pub(in crate::store) fn waiting_of_any() -> Statement {
    let unsettled = [Status::Pending, Status::Retrying, Status::Held, Status::Dead, Status::Canceled];
    let (is_unsettled, counted) = (codes::is_one_of("d.status", &unsettled), waiting_of_rows());
    // No other index has this order, so no planner takes the one that also holds what was delivered.
    Statement::of(format!(
        "WITH RECURSIVE leap (id) AS (
             SELECT CAST(0 AS BIGINT)
             UNION ALL
             SELECT (SELECT d.app_id FROM deliveries d WHERE {is_unsettled} AND d.app_id > leap.id
                     ORDER BY d.app_id, d.status LIMIT 1)
             FROM leap WHERE leap.id IS NOT NULL
         ), a (id) AS (SELECT leap.id FROM leap WHERE leap.id > 0)
         {counted}"
    ))
}

/// What waits stands in the index before what is dead or canceled: SQLite enters it by each of the three states, PostgreSQL once, and
/// only because an end is named.
fn waiting_of_rows() -> String {
    let waits = codes::is_one_of("d.status", &[Status::Pending, Status::Retrying, Status::Held]);
    let (last, is_no_test) = (Status::Held.as_sql(), is_no_test());
    format!(
        "SELECT CAST(a.id AS BIGINT) AS id, (SELECT count(*) FROM (
             SELECT 1 FROM deliveries d WHERE d.app_id = a.id AND {waits} AND d.status <= {last} AND {is_no_test} LIMIT {ENOUGH}) f
         ) AS found FROM a"
    )
}

/// Of each endpoint, what waits.
pub(in crate::store) fn of_endpoints(endpoints: &[EndpointKey], since: Option<Timestamp>, now: Timestamp) -> Statement {
    let created = created(since);
    let (waits, is_held, is_no_test) = (waiting("d"), held_for_mending("d"), is_no_test());
    let count = |condition: String| {
        format!(
            "(SELECT count(*) FROM (SELECT 1 FROM deliveries d WHERE d.endpoint_id = a.id AND {condition}{created} LIMIT {ENOUGH}) f)"
        )
    };
    let due = count(format!("{waits} AND d.due_at <= :now"));
    let later = count(format!("{waits} AND d.due_at > :now"));
    let held = count(format!("{is_held} AND {is_no_test}"));
    let text = format!(
        "{ROWS} SELECT CAST(a.id AS BIGINT) AS id, {due} AS due, {later} AS later, {held} AS held,
             (SELECT d.due_at FROM deliveries d WHERE d.endpoint_id = a.id AND {waits} ORDER BY d.due_at LIMIT 1)
                 AS first_due_at FROM a"
    );
    asked_since(since, text).keys(endpoints).number("now", now.as_millis())
}

/// Of each app, how many of its newest deliveries were delivered, and how many were looked at.
pub(in crate::store) fn delivered_of(apps: &[AppKey], since: Option<Timestamp>) -> Statement {
    let (created, delivered) = (created(since), codes::is("f.status", Status::Delivered));
    let is_no_test = codes::is_not("f.kind", DeliveryKind::Test);
    let of = |app: &i64| {
        format!(
            "SELECT count(*) AS looked, coalesce(sum(CASE WHEN {delivered} AND {is_no_test} THEN 1 ELSE 0 END), 0) AS found
             FROM (SELECT d.status, d.kind FROM deliveries d WHERE d.app_id = {app}{created}
                   ORDER BY d.id DESC LIMIT {LOOKED_THROUGH}) f"
        )
    };
    let each: Vec<String> = apps.iter().map(|app| of(app.as_ref())).collect();
    asked_since(since, each.join(" UNION ALL ")).read_anew()
}

/// What is claimed. That a claim names a node, which it always does, has the index of claims entered.
fn claimed() -> String {
    format!("FROM deliveries d WHERE d.claim_token IS NOT NULL AND d.claimed_by IS NOT NULL AND {}", is_no_test())
}

/// What is claimed of these apps, each of which may be among thousands: PostgreSQL looks for it by its hash only in a list that stands
/// in the text, so these are read anew. The sum keeps a planner from the index by app, which holds all that was ever delivered.
fn claimed_of(since: Option<Timestamp>) -> String {
    // The same goes for the primary key.
    let created = created(since).replace("d.id >=", "d.id + 0 >=");
    format!("{} AND d.app_id + 0 :among{created}", claimed())
}

/// How many are being sent.
pub(in crate::store) fn sending(apps: &[AppKey], since: Option<Timestamp>) -> Statement {
    let (claimed, is_sending) = (claimed_of(since), codes::is("d.status", Status::Sending));
    let text = format!("SELECT count(*) AS found FROM (SELECT 1 {claimed} AND {is_sending} LIMIT {ENOUGH}) f");
    asked_since(since, text).keys(apps).read_anew()
}

/// How many are being sent of every app, up to the cap over all of them together.
pub(in crate::store) fn sending_of_any() -> Statement {
    let (claimed, is_sending) = (claimed(), codes::is("d.status", Status::Sending));
    Statement::of(format!(
        "SELECT f.app_id AS id, count(*) AS found FROM (SELECT d.app_id {claimed} AND {is_sending} LIMIT {ENOUGH}) f
         GROUP BY f.app_id"
    ))
}

/// How many wait in line, by endpoint.
pub(in crate::store) fn in_line(apps: &[AppKey], since: Option<Timestamp>) -> Statement {
    let (claimed, in_line) = (claimed_of(since), codes::is_not("d.status", Status::Sending));
    let text = format!(
        "SELECT f.endpoint_id AS id, count(*) AS found FROM (SELECT d.endpoint_id {claimed} AND {in_line} LIMIT {REASONS}) f
         GROUP BY f.endpoint_id"
    );
    asked_since(since, text).keys(apps).read_anew()
}

/// How many are held for each reason.
pub(in crate::store) fn held_reasons(apps: &[AppKey], since: Option<Timestamp>) -> Statement {
    let (created, is_held) = (created(since), codes::is("d.status", Status::Held));
    let text = format!(
        "{ROWS} SELECT f.waiting_for AS reason, count(*) AS found FROM (
             SELECT d.waiting_for FROM a CROSS JOIN :each deliveries d
             WHERE d.app_id = a.id AND {is_held} AND d.waiting_for IS NOT NULL{created} :end_each LIMIT {REASONS}) f
         GROUP BY f.waiting_for"
    );
    asked_since(since, text).keys(apps)
}
