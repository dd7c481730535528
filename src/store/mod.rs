//! Floor 2: what is remembered. The only place that knows Diesel and SQL.
//!
//! Writes go through `writer`, which commits them in groups; reads run beside it on connections of their own (`reads`): some for
//! people, whose reads have a time limit (`deadline`, `walk`), others for the machine itself.
//! [`queue`] is the hot path, the other modules are configuration and look-ups. Nothing here may call a publisher, and
//! nothing here asks what time it is: every instant is an argument, except where the database's own clock must decide.
//! Only how long a broken connection is waited for goes by the machine's clock.
//!
//! There are two engines: an SQLite file that one process serves, and a PostgreSQL server that several nodes share. Which
//! of them it is matters in `backend`, [`queue`] and [`inspect`] alone.

pub mod app_labels;
pub mod app_list;
mod app_rows;
pub mod apps;
pub mod assignments;
mod attempts;
pub mod audit;
mod backend;
pub mod callback_records;
pub mod clicks;
mod codes;
mod columns;
mod commit_counts;
pub mod completion_lists;
mod completions;
pub mod configuration;
mod criteria;
mod deadline;
mod deliveries;
pub mod delivery_counts;
pub mod delivery_lists;
pub mod egress;
mod endpoint_rows;
mod endpoint_tests;
mod endpoints;
mod erased_keys;
pub mod erasure;
mod error;
mod finding;
mod form_keys;
mod health_reads;
mod highest_key;
mod id_range;
pub mod inspect;
mod keys;
mod ledger;
pub mod lookups;
pub mod offers;
mod open_deliveries;
mod open_master_key;
mod opening;
pub mod operator_actions;
pub mod page;
pub mod people;
mod prune;
pub mod publishers;
pub mod queue;
mod reads;
mod recipe_columns;
pub mod recipe_drafts;
pub mod recipe_rollups;
pub mod recipes;
mod reconcile_keys;
pub mod reconcile_reads;
mod references;
mod refusal_runs;
mod reopening;
pub mod replay_range;
pub mod replay_steps;
pub mod replays;
mod reversals;
mod revision;
pub mod role_scope;
mod rollup_folding;
pub mod rollups;
mod schema;
pub mod secrets;
mod settings_text;
mod settled_day;
pub mod sources;
pub mod support_look_up;
mod tallies;
mod terminal;
pub mod tokens;
mod unknown_words;
pub mod vault;
mod walk;
mod watched;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;

use diesel::QueryResult;
use diesel::prelude::*;
use tokio::sync::{Semaphore, watch};

pub use backend::{Hint, Location, ServeLock, SignalCounts, StoreCopy, Verdict};
pub use commit_counts::{Commits, Spread};
pub use error::StoreError;
pub use opening::{Access, FEWEST_CONNECTIONS, migrate};
pub use vault::MasterKey;

use backend::{Conn, Pool, Signals};
use erased_keys::ErasedKeys;
use queue::{Fronts, Work};
use schema::installation;
use settled_day::SettledDay;
use vault::KeyedDigest;
use writer::Writer;

/// The open store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    writer: Writer<Work>,
    /// Of a database with several nodes: for changes that wait for a lock.
    in_turn: Option<Writer<Work>>,
    /// For what people ask.
    readers: Pool,
    /// Of these reads, those that may look through much.
    walks: Semaphore,
    /// For what the machine itself asks.
    machine: Pool,
    /// Of a database with several nodes: the connection that the heartbeat has for itself.
    heartbeat: Option<Pool>,
    signals: Signals,
    is_shared: bool,
    /// Of an SQLite file: what was committed and is not in the file itself yet.
    log_file: Option<PathBuf>,
    key: MasterKey,
    /// Makes the digests in `reported`.
    digests: KeyedDigest,
    erased: Arc<ErasedKeys>,
    /// Where the queues begin that are looked at.
    fronts: Fronts,
    /// How all apps were doing in the part of the last day that no node adds to any more.
    settled_day: SettledDay,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Store {
    /// Performs a change; returns once it is on disk.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.shared.writer.ask(|answer| Work::change(work, answer)).await
    }

    /// Performs a change that begins by taking a lock. Another node may hold it for seconds, if it vanished in the middle of a
    /// transaction. So on PostgreSQL these changes have a connection of their own, and wait there for one another: no group of reports or
    /// settlements waits for a writer that waits for a lock.
    async fn write_in_turn<T: Send + 'static>(
        &self,
        lock: impl FnOnce(&mut Conn) -> QueryResult<()> + Send + 'static,
        work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let writer = self.shared.in_turn.as_ref().unwrap_or(&self.shared.writer);
        let locked = |conn: &mut Conn| lock(conn).and_then(|()| work(conn));
        writer.ask(|answer| Work::change(locked, answer)).await
    }

    /// Performs a change of the configuration, after every other one that is being made on any node, and tells the other
    /// nodes of it.
    async fn configure<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let done = self.write_in_turn(Conn::begin_configuring, work).await?;
        self.shared.signals.give(Hint::Configuration);
        Ok(done)
    }

    /// What the heartbeat reads and writes, which waits behind nothing else.
    async fn heartbeat<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        match &self.shared.heartbeat {
            Some(heartbeat) => heartbeat.run(work).await,
            None => self.write(work).await,
        }
    }

    /// Whether the store answers; of PostgreSQL, by a server that takes writes. It writes nothing: anybody may ask.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.look(|conn| installation::table.select(installation::id).first::<i32>(conn)).await.map(drop)
    }

    /// Whether other nodes may work on it: not on a file, which one process serves.
    pub fn is_shared(&self) -> bool {
        self.shared.is_shared
    }

    /// Tells the other nodes something that they would otherwise find a moment later; never waits.
    pub fn hint(&self, hint: Hint) {
        self.shared.signals.give(hint);
    }

    /// How many hints other nodes have given.
    pub fn hints(&self) -> watch::Receiver<SignalCounts> {
        self.shared.signals.counts()
    }

    fn key(&self) -> &MasterKey {
        &self.shared.key
    }
}

#[cfg(test)]
mod tests;
