//! Where a test's Ringback keeps its data: an empty database of its own, on the engine that this run is for.
//!
//! `RINGBACK_TEST_STORE=postgres` runs a suite on PostgreSQL, anything else on SQLite; `tests/run` does both. What only
//! one engine has (a file, a lock on it) asks for that engine by name.
//!
//! A crate of its own, because `tests/store` and `tests/service` both need it and the code of a test crate can be used
//! by no other. The rest of the harness stands in `tests/service/support`, which alone is given the path of the binary.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fail_over;
pub mod server;

use std::path::PathBuf;

use tempfile::TempDir;

use server::Server;

/// An empty database and a folder for whatever belongs to it. Both go when it is dropped, or soon after.
pub struct Place {
    /// `RINGBACK_DATABASE_URL`.
    pub url: String,
    folder: TempDir,
    is_on_shared_server: bool,
}

/// A fresh place on this run's engine.
pub fn fresh() -> Place {
    if std::env::var("RINGBACK_TEST_STORE").is_ok_and(|store| store == "postgres") {
        on_postgres()
    } else {
        on_sqlite()
    }
}

/// A fresh SQLite file.
pub fn on_sqlite() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("ringback.db").display());
    Place { url, folder, is_on_shared_server: false }
}

/// A fresh database on the PostgreSQL server that the tests of this process share.
pub fn on_postgres() -> Place {
    Place { url: Server::shared().create_database(), folder: tempfile::tempdir().unwrap(), is_on_shared_server: true }
}

impl Drop for Place {
    /// Some hundreds of databases, of 15 MB each, would fill a small disk before the last test has ended.
    fn drop(&mut self) {
        if self.is_on_shared_server {
            Server::shared().drop_database(&self.url);
        }
    }
}

impl Place {
    /// A file in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `RINGBACK_MASTER_KEY_FILE`: where an SQLite file would have it anyway.
    pub fn key_file(&self) -> PathBuf {
        self.path("ringback.db.key")
    }
}
