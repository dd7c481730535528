//! Floor 2: what is remembered. The only place that knows Diesel and SQL.
//!
//! Writes go through `writer`, which commits them in groups; reads run beside it on connections of their own.
//! [`queue`] is the hot path, the other modules are configuration and look-ups. Nothing here may make a network call,
//! and nothing here reads the clock: every instant is an argument.

mod app_rows;
pub mod apps;
pub mod assignments;
mod backend;
mod completions;
pub mod configuration;
pub mod deliveries;
pub mod egress;
mod endpoints;
mod error;
pub mod ledger;
mod open_deliveries;
pub mod page;
mod prune;
pub mod publishers;
pub mod queue;
mod references;
mod revision;
mod schema;
pub mod secrets;
pub mod sources;
pub mod tokens;
pub mod vault;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool};

pub use backend::{Location, ServeLock};
pub use error::StoreError;
pub use vault::MasterKey;

use backend::Conn;
use schema::installation;
use writer::Writer;

/// Connections that read at the same time: as many as the pages, look-ups and workers of one machine keep busy.
const READERS: u32 = 8;

/// The open store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    writer: Writer,
    readers: Pool<ConnectionManager<Conn>>,
    key: MasterKey,
    /// Key of the digests in `reported`.
    digest_key: [u8; 32],
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

/// Runs what migrations are pending and answers their names.
pub fn migrate(location: &Location) -> Result<Vec<String>, StoreError> {
    backend::migrate(&mut backend::connect(location)?)
}

impl Store {
    /// Opens the store: migrates it, checks the master key against it, starts the writer.
    ///
    /// A key file is created only while the store holds nothing sealed: a key made later would open nothing.
    pub fn open(location: &Location, key_file: Option<PathBuf>) -> Result<Self, StoreError> {
        let mut conn = backend::connect(location)?;
        backend::migrate(&mut conn)?;
        let key_file = key_file.unwrap_or_else(|| {
            let mut beside = location.path().as_os_str().to_owned();
            beside.push(".key");
            PathBuf::from(beside)
        });
        let (key, digest_key) = unlock(&mut conn, &key_file)?;
        let readers = Pool::builder()
            .max_size(READERS)
            .connection_customizer(Box::new(ReaderSetup))
            .build(ConnectionManager::<Conn>::new(location.path().to_string_lossy()))
            .map_err(|error| StoreError::Open { path: location.path().to_owned(), reason: error.to_string() })?;
        let writer = Writer::start(conn)?;
        Ok(Self { shared: Arc::new(Shared { writer, readers, key, digest_key }) })
    }

    /// Performs a change; returns once it is on disk.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.shared.writer.write(work).await
    }

    /// Reads, on a thread where blocking harms nobody.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let readers = self.shared.readers.clone();
        let read = tokio::task::spawn_blocking(move || {
            let mut conn = readers.get().map_err(|error| StoreError::Database(error.to_string()))?;
            work(&mut conn).map_err(StoreError::from)
        });
        read.await.map_err(|_| StoreError::Closed)?
    }

    /// Whether the store answers, its writer included.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let look = |conn: &mut Conn| installation::table.select(installation::id).first::<i32>(conn);
        self.read(look).await?;
        self.write(look).await.map(drop)
    }

    /// Changes that wait for the writer at this moment.
    pub fn write_backlog(&self) -> usize {
        self.shared.writer.backlog()
    }

    fn key(&self) -> &MasterKey {
        &self.shared.key
    }
}

#[derive(Debug)]
struct ReaderSetup;

impl CustomizeConnection<Conn, diesel::r2d2::Error> for ReaderSetup {
    fn on_acquire(&self, conn: &mut Conn) -> Result<(), diesel::r2d2::Error> {
        use diesel::connection::SimpleConnection;
        conn.batch_execute("PRAGMA busy_timeout = 10000; PRAGMA query_only = ON;")
            .map_err(diesel::r2d2::Error::QueryError)
    }
}

/// Finds the master key that belongs to the store, or makes the first one, and opens the digest key with it.
fn unlock(conn: &mut Conn, key_file: &std::path::Path) -> Result<(MasterKey, [u8; 32]), StoreError> {
    let row: (Option<String>, Option<Vec<u8>>) =
        installation::table.select((installation::master_fingerprint, installation::digest_key_sealed)).first(conn)?;
    let holds_secrets = holds_secrets(conn)?;
    let found = MasterKey::read(key_file)?;
    match (found, row) {
        (Some(key), (Some(fingerprint), Some(sealed))) if holds_secrets || key.fingerprint() == fingerprint => {
            if key.fingerprint() != fingerprint {
                return Err(StoreError::MasterKey(format!(
                    "the key in {} has fingerprint {}, but the store's secrets were sealed under {fingerprint}; \
                     give the right file with RINGBACK_MASTER_KEY_FILE",
                    key_file.display(),
                    key.fingerprint(),
                )));
            }
            let opened = key.open(DIGEST_KEY, &sealed)?;
            let digest_key = <[u8; 32]>::try_from(opened.as_slice())
                .map_err(|_| StoreError::Unreadable { place: DIGEST_KEY.to_owned() })?;
            Ok((key, digest_key))
        }
        (None, (Some(fingerprint), _)) if holds_secrets => Err(StoreError::MasterKey(format!(
            "the master key file {} is missing, and the store holds secrets sealed under the key with fingerprint \
             {fingerprint}; bring the file back, or give its place with RINGBACK_MASTER_KEY_FILE",
            key_file.display(),
        ))),
        (found, _) => {
            let key = match found {
                Some(key) => key,
                None => {
                    let key = MasterKey::random();
                    key.create_file(key_file)?;
                    key
                }
            };
            let digest_key = vault::random_bytes();
            diesel::update(installation::table)
                .set((
                    installation::master_fingerprint.eq(key.fingerprint()),
                    installation::digest_key_sealed.eq(key.seal(DIGEST_KEY, &digest_key)),
                ))
                .execute(conn)?;
            Ok((key, digest_key))
        }
    }
}

/// Whether anything would be lost with the master key. No source means no report, so no digest either.
fn holds_secrets(conn: &mut Conn) -> QueryResult<bool> {
    use diesel::dsl::{exists, select};
    use schema::{egress_ips, endpoints, secrets, sources};
    let sealed_headers = endpoints::table.filter(endpoints::headers_sealed.is_not_null());
    let sealed_binds = egress_ips::table.filter(egress_ips::bind_sealed.is_not_null());
    Ok(select(exists(sources::table.select(sources::id))).get_result(conn)?
        || select(exists(secrets::table.select(secrets::id))).get_result(conn)?
        || select(exists(sealed_headers.select(endpoints::id))).get_result(conn)?
        || select(exists(sealed_binds.select(egress_ips::id))).get_result(conn)?)
}

/// The place of the digest key, as the vault names places.
const DIGEST_KEY: &str = "installation/digest_key";
