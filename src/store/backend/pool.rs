//! Connections that are kept open: how many, and for what.

use std::time::Duration;

use diesel::QueryResult;
use diesel::r2d2::{self, ManageConnection, R2D2Connection};

use super::{Conn, Location, connect, sqlite};
use crate::store::StoreError;

/// How long a look-up waits for a connection: as long as a caller reasonably waits for an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Connections that read an SQLite file for people at the same time: as many as the pages of one machine keep busy.
const SQLITE_READERS: u32 = 6;
/// The same for the machine itself, whose reads take microseconds.
const SQLITE_MACHINE: u32 = 4;
/// PostgreSQL flushes the commits of several connections at once, so while one group is flushed another is performed. Yet more
/// connections make groups smaller, and most of what a group costs the server is the same whatever it holds (docs/BENCHMARKS.md, "The
/// size of a group").
const MOST_WRITERS: u32 = 2;

/// How the connections of this process are shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct PoolShares {
    /// For what people ask.
    pub(in crate::store) readers: u32,
    /// For what the machine itself asks: what is due, who calls, what was configured. However much people read, none of
    /// this waits behind it.
    pub(in crate::store) machine: u32,
    /// For groups of changes, one each.
    pub(in crate::store) writers: u32,
    /// For changes that wait for a lock, one after the other, so that no group waits behind them.
    pub(in crate::store) in_turn: u32,
    /// Kept apart for the heartbeat, which must not wait behind anything.
    pub(in crate::store) heartbeat: u32,
}

impl PoolShares {
    /// Fewest connections that every share can be given one of: the sixth one listens.
    pub(in crate::store) const FEWEST: u32 = 6;

    /// Out of `RINGBACK_POOL_SIZE`. An SQLite file has one writer and no locks that another node holds, and needs no heartbeat of its
    /// own.
    pub(in crate::store) fn of(location: &Location, pool_size: u32) -> Self {
        match location {
            Location::Sqlite { .. } => {
                Self { readers: SQLITE_READERS, machine: SQLITE_MACHINE, writers: 1, in_turn: 0, heartbeat: 0 }
            }
            Location::Postgres(_) => {
                let size = pool_size.max(Self::FEWEST);
                let writers = (size / 4).clamp(1, MOST_WRITERS);
                // One for changes in turn, one for the heartbeat and one that listens.
                let reads = size - writers - 3;
                let machine = reads.div_ceil(3).min(reads - 1);
                Self { readers: reads - machine, machine, writers, in_turn: 1, heartbeat: 1 }
            }
        }
    }
}

/// Some connections for one purpose. Cheap to clone.
#[derive(Clone, Debug)]
pub(in crate::store) struct Pool(r2d2::Pool<Connector>);

/// Opens the connections of a pool.
#[derive(Clone, Debug)]
struct Connector(Location);

impl ManageConnection for Connector {
    type Connection = Conn;
    type Error = StoreError;

    fn connect(&self) -> Result<Conn, StoreError> {
        match &self.0 {
            // All that changes the file goes through its one writer.
            Location::Sqlite { path } => sqlite::connect_reader(path).map(Conn::Sqlite),
            Location::Postgres(_) => connect(&self.0),
        }
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), StoreError> {
        // A reader of a file may only read.
        let stands = if conn.is_shared() { conn.takes_writes()? } else { conn.ping().map(|()| true)? };
        let moved = || StoreError::Unreachable("the server takes no writes any more".to_owned());
        if stands { Ok(()) } else { Err(moved()) }
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

impl Pool {
    /// Opens at most `size` connections to the database, the first of them now.
    pub(in crate::store) fn open(location: &Location, size: u32) -> Result<Self, StoreError> {
        let pool = r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .connection_timeout(PATIENCE)
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .build(Connector(location.clone()));
        pool.map(Self).map_err(|error| StoreError::Unreachable(error.to_string()))
    }

    /// Works with one of the connections, on a thread where blocking harms nobody.
    pub(in crate::store) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let pool = self.0.clone();
        let done = tokio::task::spawn_blocking(move || {
            let mut conn = pool.get().map_err(|error| StoreError::Unreachable(error.to_string()))?;
            work(&mut conn).map_err(StoreError::from)
        });
        done.await.map_err(|_| StoreError::Closed)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_opens_as_many_connections_to_postgresql_as_it_was_given_and_no_more() {
        let location = Location::parse("postgres://localhost/ringback").unwrap();
        for size in PoolShares::FEWEST..40 {
            let shares = PoolShares::of(&location, size);
            let listener = 1;
            let PoolShares { readers, machine, writers, in_turn, heartbeat } = shares;
            assert_eq!(readers + machine + writers + in_turn + heartbeat + listener, size, "{shares:?}");
            assert!(readers > 0 && machine > 0 && writers > 0 && in_turn > 0, "{shares:?}");
        }
    }
}
