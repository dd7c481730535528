//! A connection to either engine, and how its transactions begin.

use crate::store::deadline::PATIENCE;
use crate::store::keys::{CompletionKey, DeliveryKey};
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::r2d2::R2D2Connection;
use diesel::sql_types::Text;

use super::postgres::{self, locks};

/// The connection that every query of the store is written against.
#[derive(diesel::MultiConnection)]
pub(crate) enum Conn {
    /// A PostgreSQL server.
    Postgres(PgConnection),
    /// An SQLite file.
    Sqlite(SqliteConnection),
}

/// The engine of [`Conn`], for boxed queries.
pub(crate) type Engine = <Conn as Connection>::Backend;

/// Says one thing for each engine, where the same text does not do for both.
macro_rules! on_backend {
    ($conn:expr, sqlite($sqlite:pat) => $on_sqlite:expr, postgres($postgres:pat) => $on_postgres:expr $(,)?) => {
        match $conn {
            $crate::store::backend::Conn::Sqlite($sqlite) => $on_sqlite,
            $crate::store::backend::Conn::Postgres($postgres) => $on_postgres,
        }
    };
}
pub(in crate::store) use on_backend;

/// Rows in one statement: far below what PostgreSQL takes as parameters.
pub(in crate::store) const CHUNK: usize = 500;

/// Performs `INSERT … ON CONFLICT` for rows: Diesel knows it of either engine, and not of both at once. On SQLite a statement
/// takes one row, since only of one does Diesel know the text beforehand.
macro_rules! upsert {
    ($conn:expr, $rows:expr, |$on:ident, $some:ident| $statement:expr) => {
        $crate::store::backend::on_backend!($conn,
            sqlite($on) => $rows.iter().try_for_each(|$some| $statement.execute($on).map(drop)),
            postgres($on) => {
                $rows.chunks($crate::store::backend::CHUNK).try_for_each(|$some| $statement.execute($on).map(drop))
            }
        )
    };
}
pub(in crate::store) use upsert;

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Begin {
    /// To change something.
    Change,
    /// To settle, begin or click: what a group of works does again and again, by few statements whose texts never differ.
    Settle,
    /// To record reports as well: with the recording lock, shared by all who record. Until the transaction ends nobody archives
    /// an app or an endpoint, or erases a user, because that takes the lock alone.
    Record,
    /// To read what only ever is to be found by an index.
    Look,
    /// To read several things of one and the same instant.
    Snapshot,
    /// To read for a person, who waits for an answer only so long.
    Read,
    /// The same where everything is found by an index that no value changes, and planned once per connection. A plan without the index
    /// would be as dear as the table is long.
    ReadByIndex,
    /// To read for a person several things at one and the same instant.
    ReadSnapshot,
    /// The same where everything is found by an index that no value changes, and planned once per connection.
    ReadSnapshotByIndex,
}

impl Begin {
    /// IMMEDIATE takes the write lock at once; a transaction that upgrades to it later fails if another process wrote meanwhile.
    fn on_sqlite(self) -> &'static str {
        match self {
            Self::Change | Self::Settle | Self::Record => "BEGIN IMMEDIATE",
            Self::Look
            | Self::Snapshot
            | Self::Read
            | Self::ReadByIndex
            | Self::ReadSnapshot
            | Self::ReadSnapshotByIndex => "BEGIN",
        }
    }

    /// Without REPEATABLE READ each statement sees the newest state, not one instant.
    fn on_postgres(self) -> String {
        let snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        match self {
            Self::Change => format!("BEGIN; {GIVE_UP}; {BY_INDEX_ALONE}"),
            Self::Settle => format!("BEGIN; {GIVE_UP}; {BY_INDEX_ALONE}; {PLANNED_ONCE}"),
            Self::Record => {
                let lock = postgres::take_shared(locks::RECORDING);
                format!("BEGIN; {GIVE_UP}; {BY_INDEX_ALONE}; {PLANNED_ONCE}; {lock}")
            }
            Self::Look => format!("BEGIN READ ONLY; {GIVE_UP}; {BY_INDEX_ALONE}"),
            Self::Snapshot => format!("{snapshot}; {GIVE_UP}"),
            Self::Read => format!("BEGIN READ ONLY; {GIVE_UP}; {}", time_limit()),
            Self::ReadByIndex => {
                format!("BEGIN READ ONLY; {GIVE_UP}; {}; {BY_INDEX_ALONE}; {PLANNED_ONCE}", time_limit())
            }
            Self::ReadSnapshot => format!("{snapshot}; {GIVE_UP}; {}", time_limit()),
            Self::ReadSnapshotByIndex => {
                format!("{snapshot}; {GIVE_UP}; {}; {BY_INDEX_ALONE}; {PLANNED_ONCE}", time_limit())
            }
        }
    }
}

/// PostgreSQL caches the plan of a prepared statement until the table's statistics change; a plan that was made over small
/// tables goes on scanning them while they grow. Each of our changes finds its rows by an index, so write transactions,
/// looks at the queue and reads that go by an index disable sequential scans, hash joins and merge joins. They disable bitmap scans,
/// because what fills a page, or counts up to a cap, ends long before the last row of its index: a bitmap scan reads all of them first.
/// PostgreSQL prefers one where it expects few rows, as of a condition on `kind + 0`: the sum keeps other indexes away, and the
/// column's statistics as well. They disable JIT compilation too, which the penalty cost of a statement without an index would trigger,
/// and which takes a hundred times longer than any of our statements. `SET LOCAL` travels with the BEGIN and ends with the transaction.
pub(in crate::store) const BY_INDEX_ALONE: &str = "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; \
                                                   SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; \
                                                   SET LOCAL jit = off";

/// These statements find their rows by keys that are parameters, so no value of them calls for another plan. Left to itself
/// PostgreSQL plans the longest of them anew each time, which takes as long as performing it. No statement belongs here whose best
/// index depends on a value.
pub(in crate::store) const PLANNED_ONCE: &str = "SET LOCAL plan_cache_mode = force_generic_plan";

/// The server rolls a transaction back whose node vanished in the middle of it. Until then others wait for its row locks, and
/// claims skip its rows. Two statements of ours are microseconds apart, so 10 s is never reached by a node that lives.
const GIVE_UP: &str = "SET LOCAL idle_in_transaction_session_timeout = '10s'";

/// Ends a person's statement that goes on for too long. SQLite has nothing like it that Diesel offers; there, whatever
/// may go on for long goes in steps, and asks between two of them whether its time is over.
fn time_limit() -> String {
    format!("SET LOCAL statement_timeout = {}", PATIENCE.as_millis())
}

impl Conn {
    /// Runs `work` in a transaction of its own; rolls back what fails.
    pub(in crate::store) fn within<T>(
        &mut self,
        begin: Begin,
        work: impl FnOnce(&mut Self) -> QueryResult<T>,
    ) -> QueryResult<T> {
        let begun = on_backend!(self,
            sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, begin.on_sqlite()),
            postgres(conn) => AnsiTransactionManager::begin_transaction_sql(conn, &begin.on_postgres()),
        );
        if let Err(error) = begun {
            // Of the statements that begin a transaction, one behind the first may have failed.
            on_backend!(self, sqlite(_) => {}, postgres(conn) => drop(conn.batch_execute("ROLLBACK")));
            return Err(error);
        }
        match work(self) {
            Ok(value) => <Self as Connection>::TransactionManager::commit_transaction(self).map(|()| value),
            Err(error) => {
                // A connection that cannot even roll back is broken, and says so itself.
                drop(<Self as Connection>::TransactionManager::rollback_transaction(self));
                Err(error)
            }
        }
    }

    /// Has the rest of a read find everything by an index and in its order, where a plan without one would be as dear as the table is
    /// long.
    pub(in crate::store) fn only_by_index(&mut self) -> QueryResult<()> {
        on_backend!(self, sqlite(_) => Ok(()), postgres(conn) => conn.batch_execute(BY_INDEX_ALONE))
    }

    /// Whether this connection can change something: it is open, and its server has not become a standby.
    pub(in crate::store) fn takes_writes(&mut self) -> QueryResult<bool> {
        on_backend!(self,
            sqlite(conn) => conn.ping().map(|()| true),
            // Asked before every read, so the statement is one that is prepared once: a text of our own is planned each time.
            postgres(conn) => {
                let is_read_only: String = diesel::select(current_setting("transaction_read_only")).get_result(conn)?;
                Ok(is_read_only == "off")
            },
        )
    }

    /// Whether several nodes may work on this database. A file has one.
    pub(in crate::store) fn is_shared(&self) -> bool {
        on_backend!(self, sqlite(_) => false, postgres(_) => true)
    }

    /// Begins a change of the configuration: takes the lock, so it waits for a change that another node is making. An SQLite
    /// file has one writer.
    pub(in crate::store) fn begin_configuring(&mut self) -> QueryResult<()> {
        on_backend!(self, sqlite(_) => Ok(()), postgres(conn) => postgres::lock(conn, locks::CONFIGURATION))
    }

    /// Begins to find or make the master key: of several nodes that start, one after the other does.
    pub(in crate::store) fn begin_opening_master_key(&mut self) -> QueryResult<()> {
        on_backend!(self, sqlite(_) => Ok(()), postgres(conn) => postgres::lock(conn, locks::START))
    }

    /// Takes the recording lock, shared by all who record, as [`Begin::Record`] does.
    pub(in crate::store) fn begin_recording(&mut self) -> QueryResult<()> {
        on_backend!(self, sqlite(_) => Ok(()), postgres(conn) => postgres::lock_shared(conn, locks::RECORDING))
    }

    /// Begins to remove what is old: one node after the other.
    pub(in crate::store) fn begin_removing(&mut self) -> QueryResult<()> {
        on_backend!(self, sqlite(_) => Ok(()), postgres(conn) => postgres::lock(conn, locks::RETENTION))
    }

    /// Begins to count attempts to sign in: on all nodes together, one after the other.
    pub(in crate::store) fn begin_counting_sign_ins(&mut self) -> QueryResult<()> {
        on_backend!(self, sqlite(_) => Ok(()), postgres(conn) => postgres::lock(conn, locks::SIGN_IN))
    }

    /// Locks the rows of these deliveries until the transaction ends.
    pub(in crate::store) fn lock_deliveries(&mut self, keys: &[DeliveryKey]) -> QueryResult<()> {
        on_backend!(self, sqlite(_) => Ok(()), postgres(conn) => postgres::lock_deliveries(conn, keys))
    }

    /// Locks the rows of these completions until the transaction ends.
    pub(in crate::store) fn lock_completions(&mut self, keys: &[CompletionKey]) -> QueryResult<()> {
        on_backend!(self, sqlite(_) => Ok(()), postgres(conn) => postgres::lock_completions(conn, keys))
    }

    /// Takes the recording lock alone: waits for whatever is being recorded, and no delivery is added before the transaction
    /// ends.
    pub(in crate::store) fn block_recording(&mut self) -> QueryResult<()> {
        on_backend!(self, sqlite(_) => Ok(()), postgres(conn) => postgres::lock(conn, locks::RECORDING))
    }
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// What a setting of the server says.
    fn current_setting(name: Text) -> Text;
}
