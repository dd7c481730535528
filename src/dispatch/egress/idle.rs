//! Idle connections: those whose exchange has ended well, kept for the next one to the same receiver.
//!
//! Nobody watches an idle connection: whether its receiver has closed it shows when it is taken, and at the next
//! look of the routine that closes what is old or has ended.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connection::Connection;
use crate::domain::template::Origin;

/// Idle connections are kept so long: longer than the pause between two callbacks of a busy app, shorter than the minute
/// after which load balancers commonly close them.
const IDLE: Duration = Duration::from_secs(50);

/// The idle connections of one source address, by origin, the latest used last.
pub(super) struct IdleConnections {
    per_origin: usize,
    /// Of all source addresses together: each is an open file.
    in_all: Arc<Semaphore>,
    kept: Mutex<HashMap<Arc<Origin>, Vec<Idle>>>,
}

struct Idle {
    connection: Connection,
    since: Instant,
    /// Its part of what may be kept in all.
    _kept: OwnedSemaphorePermit,
}

impl IdleConnections {
    /// Keeps up to so many to an origin, and no more than others leave of those in all.
    pub(super) fn new(per_origin: usize, in_all: Arc<Semaphore>) -> Self {
        Self { per_origin, in_all, kept: Mutex::default() }
    }

    /// The connection to this origin that was used last, unless all are old.
    pub(super) fn take(&self, origin: &Origin, now: Instant) -> Option<Connection> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = kept.get_mut(origin)?.pop()?;
        (now.saturating_duration_since(idle.since) < IDLE).then_some(idle.connection)
    }

    /// Keeps a connection whose exchange has ended, if it can be used again and there is room.
    pub(super) fn keep(&self, mut connection: Connection, now: Instant) {
        if !connection.is_idle() {
            return;
        }
        // Where none is left the connection is closed, and the next callback opens one.
        let Ok(permit) = Arc::clone(&self.in_all).try_acquire_owned() else { return };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let of_origin = kept.entry(Arc::clone(&connection.origin)).or_default();
        if of_origin.len() < self.per_origin {
            of_origin.push(Idle { connection, since: now, _kept: permit });
        }
    }

    /// Closes what is old, and what its receiver has closed; answers how many are left.
    pub(super) fn close_old(&self, now: Instant) -> usize {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, of_origin| {
            of_origin.retain_mut(|idle| now.saturating_duration_since(idle.since) < IDLE && idle.connection.is_idle());
            !of_origin.is_empty()
        });
        kept.values().map(Vec::len).sum()
    }
}
