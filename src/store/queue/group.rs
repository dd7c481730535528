//! A group: the works that gathered for the writer and get to the disk together, by kind, and their callers.
//!
//! Nothing here begins or ends a transaction; [`super::commit`] does.

use diesel::QueryResult;
use tokio::sync::OwnedSemaphorePermit;
use tracing::Span;

use super::begin::Beginning;
use super::click::{PreparedClick, insert_clicks};
use super::record::{Candidate, Recorded, record_all};
use super::settle::{PreparedSettlement, Settled, settle_all};
use super::work::{Change, Settling, Work};
use crate::store::StoreError;
use crate::store::backend::{Begin, Conn};
use crate::store::erased_keys::ErasedKeys;
use crate::store::error::{is_full, is_passing};
use crate::store::writer::{Asked, Reply};

/// A hot work, the way back to its caller, the span that it was asked for in, and its part of what may wait.
struct Hot<W, T> {
    work: W,
    answer: Reply<T>,
    span: Span,
    _held: Vec<OwnedSemaphorePermit>,
}

/// The works of one group, by kind: their callers all wait, so the order among them means nothing.
#[derive(Default)]
pub(super) struct Group {
    recordings: Vec<Hot<Vec<Candidate>, Vec<Recorded>>>,
    settlings: Vec<Hot<Box<Settling>, (Settled, bool)>>,
    beginnings: Vec<Hot<Beginning, bool>>,
    clicks: Vec<Hot<Box<PreparedClick>, ()>>,
    pub(super) changes: Vec<Asked<Change>>,
}

/// What became of the hot works.
pub(super) struct Done {
    recorded: Vec<Vec<Recorded>>,
    settled: Vec<(Settled, bool)>,
    begun: Vec<bool>,
}

impl Group {
    pub(super) fn of(works: Vec<Asked<Work>>) -> Self {
        let mut group = Self::default();
        for Asked { work, span, held: _held } in works {
            match work {
                Work::Record(work, answer) => group.recordings.push(Hot { work, answer, span, _held }),
                Work::Settle(work, answer) => group.settlings.push(Hot { work, answer, span, _held }),
                Work::Begin(work, answer) => group.beginnings.push(Hot { work, answer, span, _held }),
                Work::Click(work, answer) => group.clicks.push(Hot { work, answer, span, _held }),
                Work::Change(work) => group.changes.push(Asked { work, span, held: _held }),
            }
        }
        group
    }

    pub(super) fn is_hot(&self) -> bool {
        self.len() > 0
    }

    /// The span of the hot work, if it is one: what happens to several at once belongs to none of them.
    pub(super) fn span(&self) -> Span {
        if self.len() > 1 {
            return Span::none();
        }
        let recordings = self.recordings.iter().map(|one| &one.span);
        let settlings = self.settlings.iter().map(|one| &one.span);
        let beginnings = self.beginnings.iter().map(|one| &one.span);
        let mut spans = recordings.chain(settlings).chain(beginnings).chain(self.clicks.iter().map(|one| &one.span));
        spans.next().cloned().unwrap_or_else(Span::none)
    }

    /// What its transaction is for.
    pub(super) fn begin(&self) -> Begin {
        if self.recordings.is_empty() { Begin::Settle } else { Begin::Record }
    }

    /// Does the hot works, all of them or none.
    pub(super) fn perform(&self, conn: &mut Conn, erased: &ErasedKeys) -> QueryResult<Done> {
        let _within = self.span().entered();
        let all: Vec<&Candidate> = self.recordings.iter().flat_map(|one| &one.work).collect();
        let mut outcomes = if all.is_empty() { Vec::new() } else { record_all(conn, erased, &all)? }.into_iter();
        let recorded = self.recordings.iter().map(|one| outcomes.by_ref().take(one.work.len()).collect()).collect();
        let settlements: Vec<&PreparedSettlement> = self.settlings.iter().map(|one| &one.work.settlement).collect();
        let next = self.settlings.iter().filter_map(|one| one.work.begin.as_ref());
        let beginnings: Vec<&Beginning> = next.chain(self.beginnings.iter().map(|one| &one.work)).collect();
        let (settled, begun) = settle_all(conn, &settlements, &beginnings)?;
        let mut begun = begun.into_iter();
        let has_begun = |one: &Hot<Box<Settling>, _>| one.work.begin.is_some() && begun.next().unwrap_or(false);
        let next_begun: Vec<bool> = self.settlings.iter().map(has_begun).collect();
        insert_clicks(conn, self.clicks.iter().map(|one| &*one.work))?;
        Ok(Done { recorded, settled: settled.into_iter().zip(next_begun).collect(), begun: begun.collect() })
    }

    pub(super) fn log_failure(&self, error: &diesel::result::Error) {
        let works = self.len();
        self.span().in_scope(|| tracing::error!(%error, works, "a group of changes could not be committed"));
    }

    pub(super) fn tell(self, done: Done) {
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

    pub(super) fn tell_failure(self, error: &diesel::result::Error) {
        self.recordings.into_iter().for_each(|one| drop(one.answer.send(Err(failure(error)))));
        self.settlings.into_iter().for_each(|one| drop(one.answer.send(Err(failure(error)))));
        self.beginnings.into_iter().for_each(|one| drop(one.answer.send(Err(failure(error)))));
        self.clicks.into_iter().for_each(|one| drop(one.answer.send(Err(failure(error)))));
    }

    /// Groups of one.
    pub(super) fn singly(self) -> impl Iterator<Item = Self> {
        let recordings = self.recordings.into_iter().map(|one| Self { recordings: vec![one], ..Self::default() });
        let settlings = self.settlings.into_iter().map(|one| Self { settlings: vec![one], ..Self::default() });
        let beginnings = self.beginnings.into_iter().map(|one| Self { beginnings: vec![one], ..Self::default() });
        let clicks = self.clicks.into_iter().map(|one| Self { clicks: vec![one], ..Self::default() });
        recordings.chain(settlings).chain(beginnings).chain(clicks)
    }

    pub(super) fn len(&self) -> usize {
        self.recordings.len() + self.settlings.len() + self.beginnings.len() + self.clicks.len()
    }
}

/// One error for each of several callers.
pub(super) fn failure(error: &diesel::result::Error) -> StoreError {
    if is_full(error) {
        StoreError::Full
    } else if is_passing(error) {
        StoreError::Unreachable(error.to_string())
    } else {
        StoreError::Database(error.to_string())
    }
}
