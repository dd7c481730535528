//! Roll-ups as rows: written by the process that added them up, and removed when they are old.
//!
//! A process writes the whole of a stretch of five minutes again and again while it adds to it, each time over its own row: a
//! write whose answer was lost can be repeated, nothing is read before it is written, and no node waits for another's row.
//! Which rows answer a question is `health_reads`' to say.

use std::collections::HashMap;

use diesel::dsl::{max, min, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use diesel::upsert::excluded;

use super::backend::{Conn, upsert};
use super::keys::{AppKey, NodeKey};
use super::schema::{rollups, secret_uses};
use super::{Store, StoreError};
use crate::domain::delivery::Outcome;
use crate::domain::health::latencies::Latencies;
use crate::domain::health::rollup::{Rollup, Step};
use crate::domain::health::tally::{LastFailure, Tally};
use crate::domain::time::Timestamp;

/// Rows that are removed in one step: a few milliseconds of the writer's time.
pub(super) const REMOVED: i64 = 2_000;

/// What one process has added up of an app within five minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeRollup {
    /// The app.
    pub app_id: String,
    /// When the five minutes begin.
    pub at: Timestamp,
    /// All of it so far.
    pub rollup: Rollup,
}

/// When a secret last signed something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecretUse {
    /// When what it signed last was sent.
    pub last_used_at: Timestamp,
    /// When what it signed was last acknowledged.
    pub last_acknowledged_at: Option<Timestamp>,
}

impl SecretUse {
    /// The later of both.
    pub fn merge(&mut self, other: Self) {
        self.last_used_at = self.last_used_at.max(other.last_used_at);
        self.last_acknowledged_at = self.last_acknowledged_at.max(other.last_acknowledged_at);
    }
}

/// A row of `rollups`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = rollups, treat_none_as_default_value = false)]
pub(super) struct Row {
    pub(super) app_id: AppKey,
    step: i32,
    pub(super) at: Timestamp,
    node: NodeKey,
    delivered: i64,
    dead: i64,
    failed_attempts: i64,
    latencies: Vec<u8>,
    last_delivered_at: Option<Timestamp>,
    last_failed_at: Option<Timestamp>,
    last_outcome: Option<Outcome>,
    last_status_code: Option<i32>,
}

/// A row of `secret_uses`.
#[derive(Insertable)]
#[diesel(table_name = secret_uses, treat_none_as_default_value = false)]
struct UseRow {
    secret_id: String,
    last_used_at: Timestamp,
    last_acknowledged_at: Option<Timestamp>,
}

/// Of a row that is of all nodes.
pub(super) const ALL_NODES: i64 = 0;

/// A step as its column has it.
pub(super) fn stored(step: Step) -> i32 {
    i32::try_from(step.seconds()).unwrap_or(i32::MAX)
}

impl Row {
    /// Of what was added up.
    pub(super) fn new(app_id: AppKey, step: Step, at: Timestamp, node: NodeKey, rollup: &Rollup) -> Self {
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let Tally { delivered, dead, failed_attempts, last_delivered_at, last_failure: last } = rollup.tally;
        Self {
            app_id,
            step: stored(step),
            at,
            node,
            delivered: count(delivered),
            dead: count(dead),
            failed_attempts: count(failed_attempts),
            latencies: rollup.latencies.to_bytes(),
            last_delivered_at,
            last_failed_at: last.map(|last| last.at),
            last_outcome: last.map(|last| last.outcome),
            last_status_code: last.and_then(|last| last.status).map(i32::from),
        }
    }

    /// What it says. Answer times in a layout of a newer version are left out: a chart is no reason to fail.
    pub(super) fn rollup(&self) -> Rollup {
        let count = |count: i64| u64::try_from(count).unwrap_or(0);
        let status = self.last_status_code.and_then(|status| u16::try_from(status).ok());
        let last = self.last_failed_at.zip(self.last_outcome);
        let tally = Tally {
            delivered: count(self.delivered),
            dead: count(self.dead),
            failed_attempts: count(self.failed_attempts),
            last_delivered_at: self.last_delivered_at,
            last_failure: last.map(|(at, outcome)| LastFailure { at, outcome, status }),
        };
        Rollup { tally, latencies: Latencies::from_bytes(&self.latencies).unwrap_or_default() }
    }
}

impl Store {
    /// Writes what a process has added up so far, over what it wrote of the same before, and when secrets were used.
    pub async fn write_rollups(
        &self,
        node: &str,
        rollups: Vec<NodeRollup>,
        uses: Vec<(String, SecretUse)>,
    ) -> Result<(), StoreError> {
        let node = NodeKey::of(node);
        let row = |one: NodeRollup| Row::new(AppKey::of(&one.app_id), Step::FiveMinutes, one.at, node, &one.rollup);
        let rows: Vec<Row> = rollups.into_iter().map(row).collect();
        self.write(move |conn| {
            write_rows(conn, &rows)?;
            write_uses(conn, uses)
        })
        .await
    }

    /// Removes a step of the roll-ups of this length that begin before then, oldest first; answers how many went.
    pub async fn prune_rollups(&self, step: Step, before: Timestamp) -> Result<usize, StoreError> {
        self.write_in_turn(Conn::begin_removing, move |conn| diesel::sql_query(removal(step, before)).execute(conn))
            .await
    }

    /// When each of these secrets was last used.
    pub async fn secret_uses(&self, secret_ids: Vec<String>) -> Result<HashMap<String, SecretUse>, StoreError> {
        let rows: Vec<(String, Timestamp, Option<Timestamp>)> = self
            .read(move |conn| secret_uses::table.filter(secret_uses::secret_id.eq_any(secret_ids)).load(conn))
            .await?;
        let of = |(id, last_used_at, last_acknowledged_at)| (id, SecretUse { last_used_at, last_acknowledged_at });
        Ok(rows.into_iter().map(of).collect())
    }
}

/// Writes rows over what stands of the same.
pub(super) fn write_rows(conn: &mut Conn, rows: &[Row]) -> QueryResult<()> {
    upsert!(conn, rows, |conn, some| diesel::insert_into(rollups::table)
        .values(some)
        .on_conflict((rollups::app_id, rollups::step, rollups::at, rollups::node))
        .do_update()
        .set((
            rollups::delivered.eq(excluded(rollups::delivered)),
            rollups::dead.eq(excluded(rollups::dead)),
            rollups::failed_attempts.eq(excluded(rollups::failed_attempts)),
            rollups::latencies.eq(excluded(rollups::latencies)),
            rollups::last_delivered_at.eq(excluded(rollups::last_delivered_at)),
            rollups::last_failed_at.eq(excluded(rollups::last_failed_at)),
            rollups::last_outcome.eq(excluded(rollups::last_outcome)),
            rollups::last_status_code.eq(excluded(rollups::last_status_code)),
        )))
}

/// Two nodes may use the same secret: the later instant stands.
fn write_uses(conn: &mut Conn, mut uses: Vec<(String, SecretUse)>) -> QueryResult<()> {
    // Every node locks the rows in the same order.
    uses.sort_by(|(one, _), (other, _)| one.cmp(other));
    let row = |(secret_id, used): (String, SecretUse)| UseRow {
        secret_id,
        last_used_at: used.last_used_at,
        last_acknowledged_at: used.last_acknowledged_at,
    };
    let rows: Vec<UseRow> = uses.into_iter().map(row).collect();
    upsert!(conn, rows, |conn, some| diesel::insert_into(secret_uses::table)
        .values(some)
        .on_conflict(secret_uses::secret_id)
        .do_update()
        .set((
            secret_uses::last_used_at.eq(sql::<BigInt>(&later("last_used_at"))),
            secret_uses::last_acknowledged_at.eq(sql::<Nullable<BigInt>>(&later("last_acknowledged_at"))),
        )))
}

/// The later of what stands in a column and what comes, on either engine.
fn later(column: &str) -> String {
    format!(
        "CASE WHEN excluded.{column} IS NULL OR secret_uses.{column} > excluded.{column}
              THEN secret_uses.{column} ELSE excluded.{column} END"
    )
}

/// Until when hours are folded.
pub(super) fn folded_until(conn: &mut Conn) -> QueryResult<Option<Timestamp>> {
    let hours = rollups::table.filter(rollups::step.eq(stored(Step::Hour)));
    let last: Option<Timestamp> = hours.select(max(rollups::at)).first(conn)?;
    Ok(last.map(|last| last.plus(Step::Hour.length())))
}

/// The rows of five minutes within a stretch.
pub(super) fn of_five_minutes(conn: &mut Conn, from: Timestamp, to: Timestamp) -> QueryResult<Vec<Row>> {
    five_minutes_within(from, to).select(Row::as_select()).load(conn)
}

/// The oldest hour that has roll-ups of five minutes, is not folded and was over before then.
pub(super) fn next_to_fold(conn: &mut Conn, before: Timestamp) -> QueryResult<Option<Timestamp>> {
    let from = folded_until(conn)?.unwrap_or_default();
    let oldest: Option<Timestamp> = five_minutes_within(from, before).select(min(rollups::at)).first(conn)?;
    Ok(oldest.map(|at| Step::Hour.begin(at)))
}

/// The roll-ups of five minutes of this stretch.
#[diesel::dsl::auto_type(no_type_alias)]
fn five_minutes_within(from: Timestamp, to: Timestamp) -> _ {
    let step: i32 = stored(Step::FiveMinutes);
    rollups::table.filter(rollups::step.eq(step)).filter(rollups::at.ge(from)).filter(rollups::at.lt(to))
}

/// What removes a step of old roll-ups. Numbers, as literals, read the same to either engine.
pub(super) fn removal(step: Step, before: Timestamp) -> String {
    let (step, before) = (stored(step), before.as_millis());
    format!(
        "DELETE FROM rollups WHERE (app_id, step, at, node) IN (
             SELECT app_id, step, at, node FROM rollups WHERE step = {step} AND at < {before} ORDER BY at LIMIT {REMOVED})"
    )
}
