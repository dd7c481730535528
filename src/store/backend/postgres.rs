//! PostgreSQL: opening a connection, migrating while other nodes start as well, and which of its errors pass by
//! themselves.
//!
//! Nothing here may rely on what a session remembers (settings, session locks): a pooler may give every transaction
//! another session.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{PostgresUrl, StoreError};
use crate::store::keys::{CompletionKey, DeliveryKey};
use crate::store::schema::{completions, deliveries};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Locks that last as long as a transaction. The numbers mean nothing; they only must differ.
pub(in crate::store) mod locks {
    /// Migrating, and making the first key: one node after the other.
    pub(in crate::store) const START: i64 = 7_220_001;
    /// Changing the configuration: one change after the other, so that revisions are counted in the order of commits.
    pub(in crate::store) const CONFIGURATION: i64 = 7_220_002;
    /// Recording, shared by all who record; ending what they record for takes it alone.
    pub(in crate::store) const RECORDING: i64 = 7_220_003;
    /// Removing what is old: one node after the other, because all of them count what went in the same rows.
    pub(in crate::store) const RETENTION: i64 = 7_220_004;
    /// Counting attempts to sign in: one after the other, so that many at a time are not all let through.
    pub(in crate::store) const SIGN_IN: i64 = 7_220_005;
}

/// How libpq begins what it says of servers, as opposed to what it says of the URL.
const SAID_OF_SERVERS: [&str; 4] =
    ["connection to server", "could not translate host name", "could not receive data", "server closed the connection"];

/// Opens a connection to the server that takes writes.
pub(super) fn connect(url: &PostgresUrl) -> Result<PgConnection, StoreError> {
    PgConnection::establish(url.expose()).map_err(|error| {
        // One line for a person, whatever several hosts have to say.
        let text = error.to_string().lines().map(str::trim).collect::<Vec<_>>().join("; ");
        // Of a URL that it cannot read, libpq repeats what it stumbled over, which may be the password.
        if SAID_OF_SERVERS.iter().any(|beginning| text.starts_with(beginning)) {
            return StoreError::Unreachable(text);
        }
        StoreError::Location("the PostgreSQL URL cannot be read, or names something that libpq cannot do".to_owned())
    })
}

/// Whether one of our tables is there, that every version has.
pub(super) fn holds_store(conn: &mut PgConnection) -> QueryResult<bool> {
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>("to_regclass('installation') IS NOT NULL"))
        .get_result(conn)
}

/// Runs what migrations are pending; of several nodes that start at once, one does it and the others wait.
pub(super) fn migrate(conn: &mut PgConnection) -> Result<Vec<String>, StoreError> {
    let migration = |error: &dyn std::fmt::Display| StoreError::Migration(error.to_string());
    let mut ran = Vec::new();
    conn.transaction(|conn| {
        lock(conn, locks::START)?;
        let pending = conn.run_pending_migrations(MIGRATIONS).map_err(Error::QueryBuilderError)?;
        ran.extend(pending.iter().map(ToString::to_string));
        QueryResult::Ok(())
    })
    .map_err(|error| migration(&error))?;
    Ok(ran)
}

/// Waits for a lock and holds it until the transaction ends.
pub(in crate::store) fn lock(conn: &mut PgConnection, key: i64) -> QueryResult<()> {
    conn.batch_execute(&format!("SELECT pg_advisory_xact_lock({key})"))
}

/// The same, together with others who share it.
pub(in crate::store) fn lock_shared(conn: &mut PgConnection, key: i64) -> QueryResult<()> {
    conn.batch_execute(&take_shared(key))
}

/// What takes a lock that is shared.
pub(in crate::store) fn take_shared(key: i64) -> String {
    format!("SELECT pg_advisory_xact_lock_shared({key})")
}

/// Locks these deliveries until the transaction ends, in the order that everybody locks them in.
pub(in crate::store) fn lock_deliveries(conn: &mut PgConnection, keys: &[DeliveryKey]) -> QueryResult<()> {
    let held = deliveries::table.filter(deliveries::id.eq_any(keys)).order(deliveries::id).select(deliveries::id);
    held.for_update().load::<DeliveryKey>(conn).map(drop)
}

/// The same of completions.
pub(in crate::store) fn lock_completions(conn: &mut PgConnection, keys: &[CompletionKey]) -> QueryResult<()> {
    let held = completions::table.filter(completions::id.eq_any(keys)).order(completions::id).select(completions::id);
    held.for_update().load::<CompletionKey>(conn).map(drop)
}
