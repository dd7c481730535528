//! Replay jobs: beginning one, reading, stopping it. What they do is in `replay_steps`.
//!
//! An app has one that runs, since two would pass over what the other one reopens; whoever begins one locks the app's row.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use diesel::result::OptionalExtension;

use super::backend::{Conn, Engine};
use super::columns::read_as_row;
use super::keys::{AppKey, DeliveryKey};
use super::page::{Listed, Page};
use super::replay_range::Scope;
use super::schema::{apps, endpoints, replay_cursors, replays};
use super::{Store, StoreError};
use crate::domain::delivery::Status;
use crate::domain::made_by::MadeBy;
use crate::domain::replay::selection::{Range, Selection};
use crate::domain::replay::{Replay, ReplayState, Skipped};
use crate::domain::time::Timestamp;

/// What became of a job that was to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplayBegun {
    /// It runs.
    Begun,
    /// Another one of the app runs: this.
    AnotherRuns(String),
    /// There is no such app (any more).
    UnknownApp,
}

/// What became of a job that was to be stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayStopped {
    /// It reopens nothing any more.
    Stopped,
    /// It had ended before.
    HadEnded,
}

/// A row of `replays`.
#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = replays)]
pub struct Row {
    id: String,
    app_id: String,
    state: ReplayState,
    statuses: String,
    from_at: Option<Timestamp>,
    to_at: Option<Timestamp>,
    since_delivery_id: Option<String>,
    pub(super) last_key: DeliveryKey,
    total: i64,
    done: i64,
    reversed: i64,
    in_review: i64,
    erased: i64,
    archived: i64,
    reopened: i64,
    by_token_id: Option<String>,
    by_user_id: Option<String>,
    by_name: String,
    created_at: Timestamp,
    ended_at: Option<Timestamp>,
}

impl Row {
    fn of(replay: Replay, last_key: DeliveryKey) -> Self {
        let Selection { statuses, range } = replay.selection;
        let statuses: Vec<&str> = statuses.iter().map(|status| status.as_str()).collect();
        let (from_at, to_at, since_delivery_id) = match range {
            Range::Window { from, to } => (Some(from), Some(to), None),
            Range::Since { delivery_id } => (None, None, Some(delivery_id)),
        };
        let Skipped { reversed, review, erased, archived, reopened } = replay.skipped;
        Self {
            id: replay.id,
            app_id: replay.app_id,
            state: replay.state,
            statuses: statuses.join(","),
            from_at,
            to_at,
            since_delivery_id,
            last_key,
            total: stored(replay.total),
            done: stored(replay.done),
            reversed: stored(reversed),
            in_review: stored(review),
            erased: stored(erased),
            archived: stored(archived),
            reopened: stored(reopened),
            by_token_id: replay.begun_by.token_id,
            by_user_id: replay.begun_by.user_id,
            by_name: replay.begun_by.name,
            created_at: replay.created_at,
            ended_at: replay.ended_at,
        }
    }
}

/// A count as a column has it.
pub(super) fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count of the store, which is never negative.
fn count(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

impl TryFrom<Row> for Replay {
    type Error = String;

    fn try_from(row: Row) -> Result<Self, String> {
        let statuses = row.statuses.split(',').map(Status::parse).collect::<Option<Vec<Status>>>();
        let statuses = statuses.ok_or_else(|| format!("{:?} are no states that this version knows", row.statuses))?;
        let range = match (row.from_at, row.to_at, row.since_delivery_id) {
            (_, _, Some(delivery_id)) => Range::Since { delivery_id },
            (Some(from), Some(to), None) => Range::Window { from, to },
            _ => return Err("a replay has neither a window nor a first delivery".to_owned()),
        };
        Ok(Self {
            id: row.id,
            app_id: row.app_id,
            selection: Selection { statuses, range },
            state: row.state,
            total: count(row.total),
            done: count(row.done),
            skipped: Skipped {
                reversed: count(row.reversed),
                review: count(row.in_review),
                erased: count(row.erased),
                archived: count(row.archived),
                reopened: count(row.reopened),
            },
            begun_by: MadeBy { token_id: row.by_token_id, user_id: row.by_user_id, name: row.by_name },
            created_at: row.created_at,
            ended_at: row.ended_at,
        })
    }
}

read_as_row!(Replay, Row);

impl Store {
    /// Begins a job, unless one of the app runs.
    pub async fn begin_replay(&self, replay: Replay) -> Result<ReplayBegun, StoreError> {
        self.write(move |conn| {
            let app = apps::table.find(&replay.app_id).filter(apps::archived_at.is_null());
            // Locks the row and changes nothing: of two that begin, one waits here for the other.
            if diesel::update(app).set(apps::revision.eq(apps::revision)).execute(conn)? == 0 {
                return Ok(ReplayBegun::UnknownApp);
            }
            let running = replays::table.filter(replays::app_id.eq(&replay.app_id));
            let running = running.filter(replays::state.eq(ReplayState::Running)).select(replays::id);
            if let Some(other) = running.first(conn).optional()? {
                return Ok(ReplayBegun::AnotherRuns(other));
            }
            insert(conn, replay)?;
            Ok(ReplayBegun::Begun)
        })
        .await
    }

    /// A job by its id.
    pub async fn replay_job(&self, id: String) -> Result<Option<Replay>, StoreError> {
        self.read(move |conn| replays::table.find(id).select(Replay::as_select()).first(conn).optional()).await
    }

    /// Jobs of these apps (`None`: of all), newest first.
    pub async fn replays(&self, app_ids: Option<Vec<String>>, page: Page) -> Result<Listed<Replay>, StoreError> {
        self.read(move |conn| {
            let mut query = replays::table.select(Replay::as_select()).into_boxed::<Engine>();
            if let Some(app_ids) = &app_ids {
                query = query.filter(replays::app_id.eq_any(app_ids));
            }
            if let Some(before) = &page.before {
                query = query.filter(replays::id.lt(before));
            }
            let found = query.order(replays::id.desc()).limit(page.rows()).load(conn)?;
            Ok(page.cut(found, |replay: &Replay| &replay.id))
        })
        .await
    }

    /// Stops a job that runs. What it has reopened stays so.
    pub async fn stop_replay(&self, id: String, now: Timestamp) -> Result<ReplayStopped, StoreError> {
        self.write(move |conn| {
            let stopped = end(conn, &id, ReplayState::Canceled, now)?;
            Ok(if stopped { ReplayStopped::Stopped } else { ReplayStopped::HadEnded })
        })
        .await
    }
}

fn insert(conn: &mut Conn, replay: Replay) -> QueryResult<()> {
    let (id, app_id) = (replay.id.clone(), replay.app_id.clone());
    let scope = Scope { app: AppKey::of(&app_id), selection: replay.selection.clone(), begun_at: replay.created_at };
    let keys = scope.keys(conn)?;
    diesel::insert_into(replays::table).values(Row::of(replay, keys.last)).execute(conn)?;
    // Archived ones as well: what was meant for them is passed over, and counted.
    let endpoints: Vec<String> =
        endpoints::table.filter(endpoints::app_id.eq(app_id)).select(endpoints::id).load(conn)?;
    for endpoint_id in endpoints {
        let cursor = (
            replay_cursors::replay_id.eq(&id),
            replay_cursors::endpoint_id.eq(endpoint_id),
            replay_cursors::after_key.eq(keys.after),
        );
        diesel::insert_into(replay_cursors::table).values(cursor).execute(conn)?;
    }
    Ok(())
}

/// Ends a job that runs; false if it does not, or not any more.
pub(super) fn end(conn: &mut Conn, id: &str, state: ReplayState, now: Timestamp) -> QueryResult<bool> {
    let running = replays::table.find(id).filter(replays::state.eq(ReplayState::Running));
    let ended = (replays::state.eq(state), replays::ended_at.eq(now), replays::claimed_by.eq(None::<String>));
    if diesel::update(running).set(ended).execute(conn)? == 0 {
        return Ok(false);
    }
    diesel::delete(replay_cursors::table.filter(replay_cursors::replay_id.eq(id))).execute(conn)?;
    Ok(true)
}

/// Whether a job has something left to look at.
pub(super) fn is_unfinished(conn: &mut Conn, id: &str) -> QueryResult<bool> {
    select(exists(replay_cursors::table.filter(replay_cursors::replay_id.eq(id)))).get_result(conn)
}
