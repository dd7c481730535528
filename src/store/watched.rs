//! What a store tells whoever watches it: whether its writer keeps up, and how long its log is. It reads no row.

use super::commit_counts::Commits;
use super::writer::Writer;
use super::{Store, StoreError};

impl Store {
    /// Changes that wait for the writer at this moment.
    pub fn write_backlog(&self) -> usize {
        self.shared.writer.backlog() + self.shared.in_turn.as_ref().map_or(0, Writer::backlog)
    }

    /// What the writer has committed since the store was opened.
    pub fn commits(&self) -> Commits {
        self.shared.writer.commits()
    }

    /// Bytes of an SQLite file's log; none on PostgreSQL, whose logs are its server's affair.
    pub async fn log_bytes(&self) -> Result<u64, StoreError> {
        let Some(file) = self.shared.log_file.clone() else { return Ok(0) };
        // On a thread where a disk that hangs blocks nobody. There is no log before the first commit.
        let look = move || std::fs::metadata(file).map_or(0, |log| log.len());
        tokio::task::spawn_blocking(look).await.map_err(|_| StoreError::Closed)
    }
}
