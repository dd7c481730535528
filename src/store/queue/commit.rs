//! Committing a group: how the works that gathered for the writer get to the disk together.
//!
//! The hot works (records, settlements, beginnings and clicks) of a group share one transaction. One that fails for a reason of its
//! own must not fail the others, so after a failure each is done again alone. All can be repeated after a commit whose answer
//! was lost: a record and a click find their own rows, a settlement finds its claim gone, and a beginning its own token.
//!
//! An SQLite file has one writer and the other changes share the group's flush as well. On PostgreSQL each is a
//! transaction of its own, because it may wait for another node's lock. There a connection can break at any moment; the hot
//! works are then repeated on a new one, the other changes are not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::Connection;
use diesel::result::Error;

use super::group::{Group, failure};
use super::work::{Announcement, Change, Work};
use crate::clock;
use crate::store::StoreError;
use crate::store::backend::{self, Begin, Conn, Location};
use crate::store::erased_keys::ErasedKeys;
use crate::store::error::is_passing;
use crate::store::writer::{Asked, Commit};

/// How long hot works are tried again over a database that fails: a fail-over takes seconds, and by then whoever
/// reports has long been told to come again.
const PATIENCE: Duration = Duration::from_secs(20);
/// Pause before the next try to reach a server that cannot be reached.
const AGAIN: Duration = Duration::from_millis(200);

/// One writer's hold on the database.
pub(in crate::store) struct Session {
    location: Location,
    erased: Arc<ErasedKeys>,
    conn: Conn,
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
    pub(in crate::store) fn open(location: Location, erased: Arc<ErasedKeys>) -> Result<Self, StoreError> {
        let conn = backend::connect(&location)?;
        Ok(Self { location, erased, conn })
    }

    /// Everything with one flush.
    fn commit_together(&mut self, group: Group, changes: Vec<Asked<Change>>) {
        let (mut changes, mut announcements) = (changes.into_iter(), Vec::new());
        let erased = &self.erased;
        let done = self.conn.within(Begin::Change, |conn| {
            let done = group.perform(conn, erased)?;
            for change in changes.by_ref() {
                let (announcement, broken) = within_savepoint(conn, change);
                announcements.push(announcement);
                broken.map_or(Ok(()), Err)?;
            }
            Ok(done)
        });
        match done {
            Ok(done) => {
                group.tell(done);
                announcements.into_iter().for_each(|announcement| (announcement.tell)(Ok(())));
            }
            Err(error) => {
                group.log_failure(&error);
                self.mend_file();
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
            let erased = &self.erased;
            match self.conn.within(group.begin(), |conn| group.perform(conn, erased)) {
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
    fn commit_singly(&mut self, group: Group, error: &Error) {
        if group.len() == 1 {
            return group.tell_failure(error);
        }
        for one in group.singly() {
            let erased = &self.erased;
            match self.conn.within(one.begin(), |conn| one.perform(conn, erased)) {
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
            if announcement.keep { Ok(()) } else { Err(Error::RollbackTransaction) }
        });
        if let Some(tell) = tell {
            tell(committed.map_err(StoreError::from));
        }
    }

    /// Opens the file anew where the connection is left in a state that nothing can be done in, as after a rollback that failed
    /// for want of room.
    fn mend_file(&mut self) {
        use diesel::r2d2::R2D2Connection;
        if self.conn.is_broken() {
            match backend::connect(&self.location) {
                Ok(conn) => self.conn = conn,
                Err(error) => {
                    tracing::warn!(%error, "the store could not be opened anew; trying again with the next change")
                }
            }
        }
    }

    fn is_passing(&mut self, error: &Error) -> bool {
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

/// A change that fails is undone alone. Where it cannot be, because the engine has undone the whole transaction by itself (it
/// does so when the disk is full), whatever came after it would be committed statement by statement: then the group ends here,
/// with the error that is answered beside the announcement.
fn within_savepoint(conn: &mut Conn, change: Asked<Change>) -> (Announcement, Option<Error>) {
    let mut announcement = None;
    let kept = conn.transaction(|conn| {
        let announced = change.perform(conn);
        let keep = announced.keep;
        announcement = Some(announced);
        if keep { Ok(()) } else { Err(Error::RollbackTransaction) }
    });
    let announced = announcement.unwrap_or_else(|| Announcement { keep: false, tell: Box::new(|_| ()) });
    match kept {
        Err(error) if announced.keep => {
            let told = failure(&error);
            (Announcement { keep: false, tell: Box::new(move |_| (announced.tell)(Err(told))) }, Some(error))
        }
        Err(Error::RollbackTransaction) | Ok(()) => (announced, None),
        Err(error) => (announced, Some(error)),
    }
}

#[cfg(test)]
mod tests;
