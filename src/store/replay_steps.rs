//! A step of a replay job: reopens some deliveries to one endpoint and moves the job's cursor behind them, in one
//! transaction. So a job that is killed at any moment goes on where it was, and neither repeats nor leaves out anything.
//!
//! One node works on a job. It says so on the job's row, whose lock also keeps two steps of a job apart; the job of a node
//! that lives no longer is anybody's. How much is reopened, and how often, is given.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::result::OptionalExtension;
use diesel::sql_types::Bool;

use super::backend::{Conn, Read};
use super::deliveries::{is, is_waiting};
use super::keys::{AppKey, DeliveryKey, EndpointKey};
use super::queue::alive_since;
use super::reopening::{Reopened, reopen};
use super::replay_range::{Keys, Scope, Seen, next_page};
use super::replays::{end, is_unfinished, stored};
use super::schema::{deliveries, nodes, replay_cursors, replays};
use super::unknown_words::load_readable;
use super::{Store, StoreError, codes};
use crate::domain::delivery::{Delivery, Status, WaitingFor};
use crate::domain::replay::{Obstacle, Replay, ReplayState, Skipped};
use crate::domain::time::Timestamp;

/// What of a job is to be done next.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReplayPart {
    /// The job.
    pub replay_id: String,
    /// Its deliveries to this endpoint.
    pub endpoint_id: String,
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stepped {
    /// Nothing: another node works on the job, or the job or this part of it has ended.
    NotOurs,
    /// Nothing: as many deliveries to the endpoint wait as may.
    Waits,
    /// It looked at some deliveries, and reopened so many of them.
    Moved {
        /// How many.
        reopened: usize,
        /// Whether that was all there is to do for the endpoint.
        is_over: bool,
    },
}

/// Of the job's own deliveries those that were reopened last are looked at to see how many of them wait: so many times as
/// many as may wait, because those to other endpoints stand between them.
const AMONG: usize = 8;

impl Store {
    /// What is left to do of the jobs that run and that no other living node works on, the oldest job first.
    pub async fn open_replays(&self, node: String) -> Result<Vec<ReplayPart>, StoreError> {
        self.look(move |conn| {
            let others = living_others(conn, &node)?;
            let parts: Vec<(String, String)> = replay_cursors::table
                .inner_join(replays::table)
                .filter(replays::claimed_by.is_null().or(replays::claimed_by.ne_all(others)))
                .order((replay_cursors::replay_id, replay_cursors::endpoint_id))
                .select((replay_cursors::replay_id, replay_cursors::endpoint_id))
                .load(conn)?;
            let part = |(replay_id, endpoint_id)| ReplayPart { replay_id, endpoint_id };
            Ok(parts.into_iter().map(part).collect())
        })
        .await
    }

    /// Does a step of a job for one endpoint, as this node, and lets at most so many deliveries to the endpoint wait.
    pub async fn step_replay(
        &self,
        part: ReplayPart,
        node: String,
        at_most: usize,
        now: Timestamp,
    ) -> Result<Stepped, StoreError> {
        self.write(move |conn| {
            if !claim(conn, &part.replay_id, &node)? {
                return Ok(Stepped::NotOurs);
            }
            let cursor = replay_cursors::table.find((&part.replay_id, &part.endpoint_id));
            let after: Option<DeliveryKey> = cursor.select(replay_cursors::after_key).first(conn).optional()?;
            let Some(after) = after else { return Ok(Stepped::NotOurs) };
            let job = replays::table.find(&part.replay_id);
            let last = job.select(replays::last_key).first(conn)?;
            let job: Replay = job.select(Replay::as_select()).first(conn)?;
            let endpoint = EndpointKey::of(&part.endpoint_id);
            let scope = Scope { app: AppKey::of(&job.app_id), selection: job.selection, begun_at: job.created_at };
            let waiting = waiting(conn, (scope.app, endpoint), after, at_most, now)?;
            if waiting >= at_most {
                return Ok(Stepped::Waits);
            }
            let (chosen, behind) = scope.next(conn, endpoint, Keys { after, last }, at_most - waiting)?;
            let reopened = reopen_and_count(conn, &part.replay_id, &chosen, now)?;
            match behind {
                Some(behind) => {
                    diesel::update(cursor).set(replay_cursors::after_key.eq(behind)).execute(conn)?;
                }
                None => {
                    diesel::delete(cursor).execute(conn)?;
                    if !is_unfinished(conn, &part.replay_id)? {
                        finish(conn, &part.replay_id, now)?;
                    }
                }
            }
            Ok(Stepped::Moved { reopened, is_over: behind.is_none() })
        })
        .await
    }
}

/// The nodes that live, except this one.
fn living_others(conn: &mut Conn, node: &str) -> QueryResult<Vec<Option<String>>> {
    let alive_since = alive_since(conn)?;
    let living = nodes::table.filter(nodes::seen_at.gt(alive_since)).filter(nodes::id.ne(node));
    living.select(nodes::id.nullable()).load(conn)
}

/// Makes a running job this node's, and locks its row; false if it does not run, or is another living node's.
fn claim(conn: &mut Conn, id: &str, node: &str) -> QueryResult<bool> {
    let others = living_others(conn, node)?;
    let free = replays::table
        .find(id)
        .filter(replays::state.eq(ReplayState::Running))
        .filter(replays::claimed_by.is_null().or(replays::claimed_by.ne_all(others)));
    Ok(diesel::update(free).set(replays::claimed_by.eq(node)).execute(conn)? > 0)
}

impl Scope {
    /// The next deliveries to this endpoint that are to be reopened, at most so many, and the key of the last delivery that was
    /// looked at for that; `None`: no others are left.
    fn next(
        &self,
        conn: &mut Conn,
        endpoint: EndpointKey,
        keys: Keys,
        at_most: usize,
    ) -> QueryResult<(Vec<DeliveryKey>, Option<DeliveryKey>)> {
        let page = self.page(conn, keys)?;
        let mut matching = page.iter().filter(|seen| seen.endpoint == endpoint && self.includes(seen));
        let chosen: Vec<&Seen> = matching.by_ref().take(at_most).collect();
        let behind = match (matching.next(), chosen.last()) {
            (Some(_), Some(last)) => Some(last.key),
            _ => next_page(&page),
        };
        Ok((chosen.into_iter().map(|seen| seen.key).collect(), behind))
    }
}

/// Reopens what may be, and adds to the job's counts; answers how many were reopened.
fn reopen_and_count(conn: &mut Conn, id: &str, keys: &[DeliveryKey], now: Timestamp) -> QueryResult<usize> {
    if keys.is_empty() {
        return Ok(0);
    }
    let rows = deliveries::table.filter(deliveries::id.eq_any(keys)).order(deliveries::id);
    let rows = load_readable(rows.select(Delivery::as_select()), conn)?.or_log();
    let (mut done, mut skipped) = (0, Skipped::default());
    for outcome in reopen(conn, &rows, now)? {
        match outcome {
            Reopened::Done => done += 1,
            Reopened::Not(Obstacle::Refused(refusal)) => skipped.refused(refusal),
            // In none of the states any more: the end of the job counts these.
            Reopened::Not(Obstacle::NotEnded(_)) | Reopened::Gone => {}
        }
    }
    diesel::update(replays::table.find(id))
        .set((
            replays::done.eq(replays::done + stored(done)),
            replays::reversed.eq(replays::reversed + stored(skipped.reversed)),
            replays::in_review.eq(replays::in_review + stored(skipped.review)),
            replays::erased.eq(replays::erased + stored(skipped.erased)),
            replays::archived.eq(replays::archived + stored(skipped.archived)),
        ))
        .execute(conn)?;
    Ok(usize::try_from(done).unwrap_or(usize::MAX))
}

/// Ends a job that has looked at everything. What it was about and did not find any more was reopened by others.
fn finish(conn: &mut Conn, id: &str, now: Timestamp) -> QueryResult<()> {
    let job: Replay = replays::table.find(id).select(Replay::as_select()).first(conn)?;
    let missing = job.total.saturating_sub(job.done + job.skipped.sum());
    diesel::update(replays::table.find(id)).set(replays::reopened.eq(stored(missing))).execute(conn)?;
    end(conn, id, ReplayState::Done, now).map(drop)
}

/// How many deliveries to an endpoint wait, as far as that matters: those that the job has reopened and that have not been
/// begun or are held until something is mended, or all that are due, if those are more.
fn waiting(
    conn: &mut Conn,
    (app, endpoint): (AppKey, EndpointKey),
    until: DeliveryKey,
    at_most: usize,
    now: Timestamp,
) -> QueryResult<usize> {
    let mut own = 0;
    for status in [Status::Pending, Status::Held] {
        let lately: Vec<(EndpointKey, bool)> = opened_lately(app, status, until, at_most * AMONG).load(conn)?;
        own += lately.iter().filter(|(of, waits)| *of == endpoint && *waits).count();
    }
    let due: Vec<DeliveryKey> = due(endpoint, at_most, now).load(conn)?;
    Ok(own.max(due.len()))
}

/// The deliveries before the cursor that are in this state, from the cursor back, each with whether it waits for something that
/// sending or mending ends.
pub(super) fn opened_lately(
    app: AppKey,
    status: Status,
    until: DeliveryKey,
    at_most: usize,
) -> impl Read<'static, (EndpointKey, bool)> + use<> {
    // What cannot be told as it is, is no sign that its endpoint takes nothing.
    let of_their_own = [WaitingFor::Completion, WaitingFor::Review, WaitingFor::Fields];
    let not_of_their_own = of_their_own.map(|reason| codes::is_not("deliveries.waiting_for", reason)).join(" AND ");
    let waits: SqlLiteral<Bool> = sql(&format!("(deliveries.waiting_for IS NULL OR ({not_of_their_own}))"));
    deliveries::table
        .filter(deliveries::app_id.eq(app))
        .filter(is(status))
        .filter(deliveries::id.le(until))
        .order(deliveries::id.desc())
        .limit(i64::try_from(at_most).unwrap_or(i64::MAX))
        .select((deliveries::endpoint_id, waits))
}

/// What is due of an endpoint and claimed by nobody: as many as matter.
pub(super) fn due(endpoint: EndpointKey, at_most: usize, now: Timestamp) -> impl Read<'static, DeliveryKey> + use<> {
    deliveries::table
        .filter(is_waiting())
        .filter(deliveries::endpoint_id.eq(endpoint))
        .filter(deliveries::due_at.le(now))
        .limit(i64::try_from(at_most).unwrap_or(i64::MAX))
        .select(deliveries::id)
}
