//! A schema of its own in a PostgreSQL database: an empty store for a measurement, beside whatever else the database
//! holds, and gone as a whole afterwards.
//!
//! The store in it is a store like any other: only the search path in its URL says where its tables are. Nothing of the
//! product may live in one.

use std::time::Duration;

use diesel::connection::{Connection, SimpleConnection};

use crate::clock;
use crate::random;
use crate::store::backend::{self, Conn, PostgresUrl};
use crate::store::{Location, StoreError};

/// How long the flushes of commits are counted: long enough for hundreds of them on a slow disk.
const COUNTING: Duration = Duration::from_secs(1);

/// A schema that is dropped with this value, unless it is kept.
#[derive(Debug)]
pub struct OwnSchema {
    within: PostgresUrl,
    name: String,
    to_drop: bool,
}

impl OwnSchema {
    /// Makes an empty schema in the database of this URL, under a name that nothing else has.
    pub fn create(url: &str) -> Result<Self, StoreError> {
        let Location::Postgres(within) = Location::parse(url)? else {
            return Err(StoreError::Location("a schema needs a PostgreSQL database, postgres://…".to_owned()));
        };
        let name = format!("ringback_{}", random::claim_token());
        connect(&within)?.batch_execute(&format!("CREATE SCHEMA {name}"))?;
        Ok(Self { within, name, to_drop: true })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The URL of the store in it, password and all.
    pub fn url(&self) -> String {
        self.within.with_search_path(&self.name)
    }

    /// Commits that one connection makes in a second, each waiting for its own flush: what whoever shares none can have.
    pub fn commits_per_second(&self) -> Result<u64, StoreError> {
        let mut conn = connect(&self.within)?;
        let name = &self.name;
        conn.batch_execute(&format!("CREATE TABLE {name}.flushes (number BIGINT NOT NULL)"))?;
        let (started, mut commits) = (clock::monotonic(), 0_u128);
        while started.elapsed() < COUNTING {
            conn.batch_execute(&format!("INSERT INTO {name}.flushes VALUES ({commits})"))?;
            commits += 1;
        }
        let millis = started.elapsed().as_millis().max(1);
        conn.batch_execute(&format!("DROP TABLE {name}.flushes"))?;
        Ok(u64::try_from(commits * 1000 / millis).unwrap_or(u64::MAX))
    }

    /// Leaves it where it is.
    pub fn keep(mut self) {
        self.to_drop = false;
    }

    /// Drops it with all that it holds.
    pub fn remove(mut self) -> Result<(), StoreError> {
        self.drop_now()
    }

    fn drop_now(&mut self) -> Result<(), StoreError> {
        if std::mem::take(&mut self.to_drop) {
            let name = &self.name;
            connect(&self.within)?.transaction(|conn| {
                // What a killed process was doing at last may take a moment to be given up.
                conn.batch_execute("SET LOCAL lock_timeout = '30s'")?;
                conn.batch_execute(&format!("DROP SCHEMA {name} CASCADE"))
            })?;
        }
        Ok(())
    }
}

impl Drop for OwnSchema {
    fn drop(&mut self) {
        if let Err(error) = self.drop_now() {
            tracing::warn!(%error, schema = self.name, "a schema could not be dropped");
        }
    }
}

fn connect(database: &PostgresUrl) -> Result<Conn, StoreError> {
    backend::connect(&Location::Postgres(database.clone()))
}
