//! Opening a store: what must be there, what is made where it is lacking, and which connections serve whom.
//!
//! `serve` may make a store and its first key; a command that works beside a server makes neither, whatever it is told wrong.
//! Nothing here reads or writes a row of its own.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::backend::{self, Conn, Location, Pool, PoolShares, Signals};
use super::erased_keys::ErasedKeys;
use super::open_master_key::{self, FirstKey};
use super::queue::{Fronts, Session};
use super::settled_day::SettledDay;
use super::vault::KeyedDigest;
use super::writer::Writer;
use super::{Shared, Store, StoreError, highest_key};
use crate::random;

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct Access {
    /// Where it is.
    pub location: Location,
    /// Where its master key is; `None`: beside the SQLite file.
    pub key_file: Option<PathBuf>,
    /// Connections to PostgreSQL.
    pub pool_size: u32,
}

/// Fewest connections to PostgreSQL that a node can do with.
pub const FEWEST_CONNECTIONS: u32 = PoolShares::FEWEST;

/// Runs what migrations are pending and answers their names.
pub fn migrate(location: &Location) -> Result<Vec<String>, StoreError> {
    backend::migrate(&mut backend::connect(location)?)
}

impl Access {
    /// To the store at this place, with everything else as it is by default.
    pub fn to(location: Location) -> Self {
        Self { location, key_file: None, pool_size: 16 }
    }

    fn key_file(&self) -> Result<PathBuf, StoreError> {
        let file = self.key_file.clone().or_else(|| self.location.key_file_beside());
        let missing = "with PostgreSQL, RINGBACK_MASTER_KEY_FILE must name the file of the master key, the same key on \
                       every node";
        file.ok_or_else(|| StoreError::MasterKey(missing.to_owned()))
    }
}

/// Reads that look through much at the same time: half of the cores, which are also the database's where it is on this machine.
fn walks() -> usize {
    (std::thread::available_parallelism().map_or(1, usize::from) / 2).max(1)
}

impl Store {
    /// Opens the store: migrates it, checks the master key against it, starts the writer.
    ///
    /// A key file is created only while the store holds nothing sealed: a key made later would open nothing.
    pub fn open(access: &Access) -> Result<Self, StoreError> {
        let conn = backend::connect(&access.location)?;
        Self::open_over(access, conn, FirstKey::Made)
    }

    /// The same for a command beside a server: whatever it is told wrong, it makes no store, and no key in place of the one that
    /// the server has.
    pub fn open_existing(access: &Access) -> Result<Self, StoreError> {
        access.location.must_exist()?;
        let mut conn = backend::connect(&access.location)?;
        if !backend::holds_store(&mut conn)? {
            return Err(access.location.holds_no_store());
        }
        Self::open_over(access, conn, FirstKey::Kept)
    }

    fn open_over(access: &Access, mut conn: Conn, first_key: FirstKey) -> Result<Self, StoreError> {
        let key_file = access.key_file()?;
        backend::migrate(&mut conn)?;
        let (key, digest_key) = open_master_key::open(&mut conn, &key_file, first_key)?;
        random::make_keys_behind(highest_key::of(&mut conn)?);
        let shares = PoolShares::of(&access.location, access.pool_size);
        let heartbeat = (shares.heartbeat > 0).then(|| Pool::open(&access.location, shares.heartbeat)).transpose()?;
        let digests = KeyedDigest::under(&digest_key);
        let erased = Arc::new(ErasedKeys::new(digests.clone()));
        let session = |_| Session::open(access.location.clone(), Arc::clone(&erased));
        let writer = Writer::start((0..shares.writers).map(session))?;
        let in_turn = (0..shares.in_turn).map(session);
        let shared = Shared {
            in_turn: (shares.in_turn > 0).then(|| writer.start_beside(in_turn)).transpose()?,
            writer,
            readers: Pool::open(&access.location, shares.readers)?,
            walks: Semaphore::new(walks()),
            machine: Pool::open(&access.location, shares.machine)?,
            heartbeat,
            signals: Signals::start(&access.location)?,
            is_shared: access.location.is_shared(),
            log_file: access.location.log_file(),
            key,
            digests,
            erased,
            fronts: Fronts::default(),
            settled_day: SettledDay::default(),
        };
        Ok(Self { shared: Arc::new(shared) })
    }
}
