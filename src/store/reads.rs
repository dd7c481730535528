//! How the store is read: on which connections, in which kind of transaction, and for how long.
//!
//! People and the machine itself have connections apart, so none of what a node has to know waits behind what people read. A read
//! must change nothing, and no person's read may go on without an end.

use diesel::QueryResult;
use tokio::sync::SemaphorePermit;

use super::backend::{Begin, Conn};
use super::{Store, StoreError, deadline};

impl Store {
    /// Reads for a person, on a thread where blocking harms nobody. No statement goes on for long ([`deadline`]).
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.shared.readers.run(|conn| conn.within(Begin::Read, work)).await
    }

    /// The same where everything is found by an index, also while the server still knows the table as a small one.
    pub(super) async fn read_by_index<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.shared.readers.run(|conn| conn.within(Begin::ReadByIndex, work)).await
    }

    /// Reads for a person what may have to be looked for among many rows: lists, the ledger, look-ups. As many of these as there
    /// are cores would leave none to whoever reports and is called back, so the next one waits, as long as a read may go on.
    pub(super) async fn walk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _turn = self.turn_to_walk().await?;
        self.read(work).await
    }

    /// The same of several things of one and the same instant.
    pub(super) async fn walk_at_once<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _turn = self.turn_to_walk().await?;
        self.snapshot(work).await
    }

    async fn turn_to_walk(&self) -> Result<SemaphorePermit<'_>, StoreError> {
        let turn = tokio::time::timeout(deadline::PATIENCE, self.shared.walks.acquire()).await;
        turn.map_err(|_| StoreError::TookTooLong)?.map_err(|_| StoreError::Closed)
    }

    /// Reads for a person several things of one and the same instant.
    pub(super) async fn snapshot<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.shared.readers.run(|conn| conn.within(Begin::ReadSnapshot, work)).await
    }

    /// The same where everything is found by an index that no value changes.
    pub(super) async fn snapshot_by_index<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.shared.readers.run(|conn| conn.within(Begin::ReadSnapshotByIndex, work)).await
    }

    /// Reads what the machine itself has to know, on connections that no person's read ever takes. Each such read finds its
    /// rows by an index.
    pub(super) async fn look<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.shared.machine.run(work).await
    }

    /// The same where a statement looks into an index again and again: a plan without the index, made while the table was small,
    /// would be as dear as all of these looks together.
    pub(super) async fn look_by_index<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.shared.machine.run(|conn| conn.within(Begin::Look, work)).await
    }

    /// The same of several things at one and the same instant.
    pub(super) async fn look_at_once<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.shared.machine.run(|conn| conn.within(Begin::Snapshot, work)).await
    }
}
