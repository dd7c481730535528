//! Where the store of a measurement lies: an SQLite file in a folder, or a schema of its own in a PostgreSQL database.
//!
//! Each measurement gets an empty one that nobody else knows, and nothing of it is left afterwards. A database's URL may
//! hold a password, so it is never shown, and reaches the servers by their environment.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, value_parser};
use tempfile::TempDir;

use crate::command::Failure;
use crate::store::inspect::OwnSchema;
use crate::store::{Access, Location};

/// Where empty stores are made.
#[derive(Clone)]
pub(super) struct Place {
    /// Of temporary folders.
    folder: PathBuf,
    /// The PostgreSQL database, if it is not to be an SQLite file.
    database_url: Option<String>,
}

/// A store that was empty when it was made.
pub(super) struct OwnStore {
    url: String,
    // Either goes with this value; the processes that work in it must be gone by then.
    schema: Option<OwnSchema>,
    folder: TempDir,
}

/// The flags that say where.
pub(super) fn flags() -> [Arg; 2] {
    [
        Arg::new("place")
            .long("place")
            .value_name("FOLDER")
            .help("Where the temporary store goes: a disk, since in memory a flush costs nothing")
            .value_parser(value_parser!(PathBuf)),
        Arg::new("database-url").long("database-url").value_name("URL").help(
            "A PostgreSQL database, postgres://…, in place of an SQLite file; the tables go into a schema of their own \
             there, dropped at the end. A password is better kept in PGPASSWORD or ~/.pgpass",
        ),
    ]
}

impl Place {
    /// As the [`flags`] have it.
    pub(super) fn of(flags: &ArgMatches) -> Self {
        Self {
            folder: flags.get_one::<PathBuf>("place").cloned().unwrap_or_else(std::env::temp_dir),
            database_url: flags.get_one::<String>("database-url").cloned(),
        }
    }

    /// An SQLite file in the same folder.
    pub(super) fn on_file(&self) -> Self {
        Self { database_url: None, ..self.clone() }
    }

    /// Whether several nodes can work on one store there.
    pub(super) fn is_shared(&self) -> bool {
        self.database_url.is_some()
    }

    /// The name of its engine.
    pub(super) fn engine(&self) -> &'static str {
        if self.is_shared() { "PostgreSQL" } else { "SQLite" }
    }

    /// Makes an empty store.
    pub(super) fn new_store(&self) -> Result<OwnStore, Failure> {
        let folder = tempfile::Builder::new().prefix("ringback-bench-").tempdir_in(&self.folder)?;
        let schema = self.database_url.as_deref().map(OwnSchema::create).transpose()?;
        let url = match &schema {
            Some(schema) => schema.url(),
            None => format!("sqlite://{}", folder.path().join("ringback.db").display()),
        };
        Ok(OwnStore { url, schema, folder })
    }

    /// Commits that one connection to the database makes in a second.
    pub(super) fn commits_per_second(&self) -> Result<Option<u64>, Failure> {
        let Some(url) = &self.database_url else { return Ok(None) };
        let schema = OwnSchema::create(url)?;
        let commits = schema.commits_per_second()?;
        schema.remove()?;
        Ok(Some(commits))
    }
}

impl OwnStore {
    /// The settings of a server that works on it.
    pub(super) fn variables(&self) -> [(&'static str, String); 2] {
        [
            ("RINGBACK_DATABASE_URL", self.url.clone()),
            ("RINGBACK_MASTER_KEY_FILE", self.key_file().display().to_string()),
        ]
    }

    /// How this process opens it.
    pub(super) fn access(&self) -> Result<Access, Failure> {
        Ok(Access { key_file: Some(self.key_file()), ..Access::to(self.location()?) })
    }

    /// Where it is.
    pub(super) fn location(&self) -> Result<Location, Failure> {
        Ok(Location::parse(&self.url)?)
    }

    /// Removes it; fails where it cannot be.
    pub(super) fn remove(self) -> Result<(), Failure> {
        Ok(self.schema.map_or(Ok(()), OwnSchema::remove)?)
    }

    /// Leaves its tables where they are; answers the name of their schema, or of the folder.
    pub(super) fn keep(self) -> String {
        match self.schema {
            Some(schema) => {
                let name = schema.name().to_owned();
                schema.keep();
                name
            }
            None => self.folder.keep().display().to_string(),
        }
    }

    fn key_file(&self) -> PathBuf {
        self.folder.path().join("ringback.db.key")
    }
}
