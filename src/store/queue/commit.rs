//! Committing a group: how the works that gathered for the writer get to the disk together.
//!
//! The hot works (records, settlements, beginnings and clicks) of a group share one transaction. One that fails for a reason of its
//! own must not fail the others, so after a failure each is done again alone. All can be repeated after a commit whose answer
//! was lost: a record and a click find their own rows, a settlement finds its claim gone, and a beginning its own token.
//!
//! An SQLite file has one writer and the other changes share the group's flush as well. On PostgreSQL each is a
//! transaction of its own, because it may wait for another node's lock. There a connection can break at any moment; the hot
//! works are then repeated on a new one, the other changes are not.

use std::time::{Duration, Instant};

use diesel::QueryResult;
use diesel::connection::Connection;
use tracing::Span;

use super::begin::{Beginning, begin_all};
use super::click::insert_clicks;
use super::record::{NewCompletion, Recorded, record_all};
use super::settle::{Settled, settle_all};
use super::work::{Announcement, Change, Settling, Work};
use crate::clock;
use crate::domain::click::Click;
use crate::domain::settlement::Settlement;
use crate::store::StoreError;
use crate::store::backend::{self, Begin, Conn, Location};
use crate::store::error::is_passing;
use crate::store::writer::{Asked, Commit, Reply};

/// How long hot works are tried again over a database that fails: a fail-over takes seconds, and by then whoever
/// reports has long been told to come again.
const PATIENCE: Duration = Duration::from_secs(20);
/// Pause before the next try to reach a server that cannot be reached.
const AGAIN: Duration = Duration::from_millis(200);

/// A hot work, the way back to its caller, and the span that it was asked for in.
struct Hot<W, T> {
    work: W,
    answer: Reply<T>,
    span: Span,
}

/// The works of one group, by kind: their callers all wait, so the order among them means nothing.
#[derive(Default)]
struct Group {
    recordings: Vec<Hot<Vec<NewCompletion>, Vec<Recorded>>>,
    settlings: Vec<Hot<Box<Settling>, (Settled, bool)>>,
    beginnings: Vec<Hot<Beginning, bool>>,
    clicks: Vec<Hot<Box<Click>, ()>>,
    changes: Vec<Asked<Change>>,
}

/// What became of the hot works.
struct Done {
    recorded: Vec<Vec<Recorded>>,
    settled: Vec<(Settled, bool)>,
    begun: Vec<bool>,
}

/// One writer's hold on the database.
pub(in crate::store) struct Session {
    location: Location,
    digest_key: [u8; 32],
    conn: Conn,
}

impl Group {
    fn of(works: Vec<Asked<Work>>) -> Self {
        let mut group = Self::default();
        for Asked { work, span } in works {
            match work {
                Work::Record(work, answer) => group.recordings.push(Hot { work, answer, span }),
                Work::Settle(work, answer) => group.settlings.push(Hot { work, answer, span }),
                Work::Begin(work, answer) => group.beginnings.push(Hot { work, answer, span }),
                Work::Click(work, answer) => group.clicks.push(Hot { work, answer, span }),
                Work::Change(work) => group.changes.push(Asked { work, span }),
            }
        }
        group
    }

    fn is_hot(&self) -> bool {
        self.len() > 0
    }

    /// The span of the hot work, if it is one: what happens to several at once belongs to none of them.
    fn span(&self) -> Span {
        if self.len() > 1 {
            return Span::none();
        }
        let recordings = self.recordings.iter().map(|one| &one.span);
        let settlings = self.settlings.iter().map(|one| &one.span);
        let beginnings = self.beginnings.iter().map(|one| &one.span);
        let mut spans = recordings.chain(settlings).chain(beginnings).chain(self.clicks.iter().map(|one| &one.span));
        spans.next().cloned().unwrap_or_else(Span::none)
    }

    /// Does the hot works, all of them or none.
    fn perform(&self, conn: &mut Conn, digest_key: &[u8; 32]) -> QueryResult<Done> {
        let _within = self.span().entered();
        let all: Vec<&NewCompletion> = self.recordings.iter().flat_map(|one| &one.work).collect();
        let mut outcomes = if all.is_empty() { Vec::new() } else { record_all(conn, digest_key, &all)? }.into_iter();
        let recorded = self.recordings.iter().map(|one| outcomes.by_ref().take(one.work.len()).collect()).collect();
        let settlements: Vec<&Settlement> = self.settlings.iter().map(|one| &one.work.settlement).collect();
        let settled = settle_all(conn, &settlements)?;
        let next = self.settlings.iter().filter_map(|one| one.work.begin.as_ref());
        let beginnings: Vec<&Beginning> = next.chain(self.beginnings.iter().map(|one| &one.work)).collect();
        let mut begun = begin_all(conn, &beginnings)?.into_iter();
        let has_begun = |one: &Hot<Box<Settling>, _>| one.work.begin.is_some() && begun.next().unwrap_or(false);
        let next_begun: Vec<bool> = self.settlings.iter().map(has_begun).collect();
        insert_clicks(conn, self.clicks.iter().map(|one| &*one.work))?;
        Ok(Done { recorded, settled: settled.into_iter().zip(next_begun).collect(), begun: begun.collect() })
    }

    fn log_failure(&self, error: &diesel::result::Error) {
        let works = self.len();
        self.span().in_scope(|| tracing::error!(%error, works, "a group of changes could not be committed"));
    }

    fn tell(self, done: Done) {
        for (one, recorded) in self.recordings.into_iter().zip(done.recorded) {
            drop(one.answer.send(Ok(recorded)));
        }
        for (one, settled) in self.settlings.into_iter().zip(done.settled) {
            drop(one.answer.send(Ok(settled)));
        }
        for (one, begun) in self.beginnings.into_iter().zip(done.begun) {
            drop(one.answer.send(Ok(begun)));
        }
        self.clicks.into_iter().for_each(|one| drop(one.answer.send(Ok(()))));
    }

    fn tell_failure(self, error: &diesel::result::Error) {
        self.recordings.into_iter().for_each(|one| drop(one.answer.send(Err(failure(error)))));
        self.settlings.into_iter().for_each(|one| drop(one.answer.send(Err(failure(error)))));
        self.beginnings.into_iter().for_each(|one| drop(one.answer.send(Err(failure(error)))));
        self.clicks.into_iter().for_each(|one| drop(one.answer.send(Err(failure(error)))));
    }

    /// Groups of one.
    fn singly(self) -> impl Iterator<Item = Self> {
        let recordings = self.recordings.into_iter().map(|one| Self { recordings: vec![one], ..Self::default() });
        let settlings = self.settlings.into_iter().map(|one| Self { settlings: vec![one], ..Self::default() });
        let beginnings = self.beginnings.into_iter().map(|one| Self { beginnings: vec![one], ..Self::default() });
        let clicks = self.clicks.into_iter().map(|one| Self { clicks: vec![one], ..Self::default() });
        recordings.chain(settlings).chain(beginnings).chain(clicks)
    }

    fn len(&self) -> usize {
        self.recordings.len() + self.settlings.len() + self.beginnings.len() + self.clicks.len()
    }
}

impl Commit for Session {
    type Work = Work;

    fn commit(&mut self, works: Vec<Asked<Work>>) {
        let mut group = Group::of(works);
        let changes = std::mem::take(&mut group.changes);
        match self.location {
            Location::Sqlite { .. } => self.commit_together(group, changes),
            Location::Postgres(_) => {
                if group.is_hot() {
                    self.commit_hot(group);
                }
                changes.into_iter().for_each(|change| self.commit_alone(change));
            }
        }
    }
}

impl Session {
    pub(in crate::store) fn open(location: Location, digest_key: [u8; 32]) -> Result<Self, StoreError> {
        let conn = backend::connect(&location)?;
        Ok(Self { location, digest_key, conn })
    }

    /// Everything with one flush.
    fn commit_together(&mut self, group: Group, changes: Vec<Asked<Change>>) {
        let (mut changes, mut announcements) = (changes.into_iter(), Vec::new());
        let digest_key = &self.digest_key;
        let done = self.conn.within(Begin::Change, |conn| {
            let done = group.perform(conn, digest_key)?;
            announcements.extend(changes.by_ref().map(|change| within_savepoint(conn, change)));
            Ok(done)
        });
        match done {
            Ok(done) => {
                group.tell(done);
                announcements.into_iter().for_each(|announcement| (announcement.tell)(Ok(())));
            }
            Err(error) => {
                group.log_failure(&error);
                announcements.into_iter().for_each(|announcement| (announcement.tell)(Err(failure(&error))));
                self.commit_singly(group, &error);
                changes.for_each(|change| self.commit_alone(change));
            }
        }
    }

    /// The hot works in one transaction, again and again while what stands in the way may pass.
    fn commit_hot(&mut self, group: Group) {
        let until = clock::monotonic() + PATIENCE;
        let mut pause = Duration::ZERO;
        loop {
            let digest_key = &self.digest_key;
            match self.conn.within(Begin::Change, |conn| group.perform(conn, digest_key)) {
                Ok(done) => return group.tell(done),
                Err(error) if !self.is_passing(&error) => {
                    group.log_failure(&error);
                    return self.commit_singly(group, &error);
                }
                Err(error) if clock::monotonic() >= until => return group.tell_failure(&error),
                Err(error) => group
                    .span()
                    .in_scope(|| tracing::warn!(%error, works = group.len(), "a group of changes is tried again")),
            }
            // The first retry follows at once, because a new connection is usually enough; the next ones wait.
            clock::block(std::mem::replace(&mut pause, AGAIN));
            self.mend(until);
        }
    }

    /// Each of the hot works alone, after `error` came of doing them together.
    fn commit_singly(&mut self, group: Group, error: &diesel::result::Error) {
        if group.len() == 1 {
            return group.tell_failure(error);
        }
        for one in group.singly() {
            let digest_key = &self.digest_key;
            match self.conn.within(Begin::Change, |conn| one.perform(conn, digest_key)) {
                Ok(done) => one.tell(done),
                Err(error) => one.tell_failure(&error),
            }
        }
    }

    /// A change in a transaction of its own. It cannot be repeated, so the connection is checked before it begins.
    fn commit_alone(&mut self, change: Asked<Change>) {
        if self.conn.is_shared() && !self.conn.takes_writes().unwrap_or(false) {
            self.mend(clock::monotonic() + AGAIN);
        }
        let mut tell = None;
        let committed = self.conn.within(Begin::Change, |conn| {
            let announcement = change.perform(conn);
            tell = Some(announcement.tell);
            if announcement.keep { Ok(()) } else { Err(diesel::result::Error::RollbackTransaction) }
        });
        if let Some(tell) = tell {
            tell(committed.map_err(StoreError::from));
        }
    }

    fn is_passing(&mut self, error: &diesel::result::Error) -> bool {
        use diesel::r2d2::R2D2Connection;
        is_passing(error) || self.conn.is_broken()
    }

    /// Replaces a connection that is broken or takes no writes; tries so until then.
    fn mend(&mut self, until: Instant) {
        use diesel::r2d2::R2D2Connection;
        let mut told = false;
        while self.conn.is_broken() || !self.conn.takes_writes().unwrap_or(false) {
            match backend::connect(&self.location) {
                Ok(conn) => {
                    self.conn = conn;
                    return;
                }
                Err(error) if !told => {
                    tracing::warn!(%error, "the database cannot be reached; trying again");
                    told = true;
                }
                Err(_) => {}
            }
            if clock::monotonic() >= until {
                return;
            }
            clock::block(AGAIN);
        }
    }
}

impl Asked<Change> {
    fn perform(self, conn: &mut Conn) -> Announcement {
        self.span.in_scope(|| (self.work)(conn))
    }
}

/// One error for each of several callers.
fn failure(error: &diesel::result::Error) -> StoreError {
    if is_passing(error) { StoreError::Unreachable(error.to_string()) } else { StoreError::Database(error.to_string()) }
}

/// A change that fails is undone alone.
fn within_savepoint(conn: &mut Conn, change: Asked<Change>) -> Announcement {
    let mut announcement = None;
    let kept = conn.transaction(|conn| {
        let announced = change.perform(conn);
        let keep = announced.keep;
        announcement = Some(announced);
        if keep { Ok(()) } else { Err(diesel::result::Error::RollbackTransaction) }
    });
    let announced = announcement.unwrap_or_else(|| Announcement { keep: false, tell: Box::new(|_| ()) });
    match kept {
        Err(error) if announced.keep => {
            let failure = StoreError::from(error);
            Announcement { keep: false, tell: Box::new(move |_| (announced.tell)(Err(failure))) }
        }
        _ => announced,
    }
}
