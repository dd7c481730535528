//! How much may wait in all lines of this node: jobs and the memory that they take. What exceeds it stays in the store.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Jobs in all lines, and the memory that they may take.
const JOBS: usize = 32_768;
const BYTES: usize = 48 * 1024 * 1024;

/// What waits in all lines.
#[derive(Debug, Default)]
pub(super) struct LineBounds {
    /// Places that are taken or kept.
    places: AtomicUsize,
    bytes: AtomicUsize,
    closed: AtomicBool,
}

impl LineBounds {
    /// Whether anybody else may line up.
    pub(super) fn have_room(&self) -> bool {
        self.places.load(Ordering::Relaxed) < JOBS && self.bytes.load(Ordering::Relaxed) < BYTES
    }

    /// Keeps a place for a job that is being recorded.
    pub(super) fn keep_place(&self) {
        self.places.fetch_add(1, Ordering::Relaxed);
    }

    /// The place is not needed.
    pub(super) fn give_up_place(&self) {
        self.places.fetch_sub(1, Ordering::Relaxed);
    }

    /// A job of so many bytes has taken its place.
    pub(super) fn joined(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A job of so many bytes has left its place.
    pub(super) fn left(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.give_up_place();
    }

    /// From here on nothing lines up: this node is stopping.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    pub(super) fn are_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_large_jobs_fill_the_lines_as_many_small_ones_do() {
        let lines = LineBounds::default();
        lines.keep_place();
        lines.joined(BYTES);
        assert!(!lines.have_room());
        lines.left(BYTES);
        assert!(lines.have_room());
        (0..JOBS).for_each(|_| lines.keep_place());
        assert!(!lines.have_room());
    }
}
