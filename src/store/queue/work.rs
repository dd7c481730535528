//! What the writer is asked to do: the three works of the hot path, and any other change.

use diesel::QueryResult;

use super::begin::Beginning;
use super::click::PreparedClick;
use super::record::{Candidate, Recorded};
use super::settle::{PreparedSettlement, Settled};
use crate::store::StoreError;
use crate::store::backend::Conn;
use crate::store::writer::Reply;

/// One thing that is to be done to the database.
pub(in crate::store) enum Work {
    /// The hot path's first half.
    Record(Vec<Candidate>, Reply<Vec<Recorded>>),
    /// The hot path's second half; and whether what waited in line for its permit may be sent now.
    Settle(Box<Settling>, Reply<(Settled, bool)>),
    /// What waited in line and found a permit that was free.
    Begin(Beginning, Reply<bool>),
    /// A click, which a visitor waits for.
    Click(Box<PreparedClick>, Reply<()>),
    /// Anything else.
    Change(Change),
}

/// A settlement, and what is begun in the same commit.
pub(in crate::store) struct Settling {
    pub(super) settlement: PreparedSettlement,
    pub(super) begin: Option<Beginning>,
}

/// Performs a change, then answers what is to be told once it is on disk.
pub(in crate::store) type Change = Box<dyn FnOnce(&mut Conn) -> Announcement + Send>;

/// Whether the change may be kept, and how to tell the waiting caller, given whether the commit succeeded.
pub(in crate::store) struct Announcement {
    /// False: it failed, and what it did is to be undone.
    pub(super) keep: bool,
    /// Tells the caller.
    pub(super) tell: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
}

impl Work {
    /// A change whose caller waits for what it answers.
    pub(in crate::store) fn change<T: Send + 'static>(
        change: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
        answer: Reply<T>,
    ) -> Self {
        Self::Change(Box::new(move |conn| {
            let result = change(conn);
            let keep = result.is_ok();
            let tell = move |committed: Result<(), StoreError>| {
                drop(answer.send(result.map_err(StoreError::from).and_then(|value| committed.map(|()| value))));
            };
            Announcement { keep, tell: Box::new(tell) }
        }))
    }
}
