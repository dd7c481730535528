//! How much may wait in the lines of this node: jobs in each, and jobs in all with the memory that they take. What exceeds it
//! stays in the store.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Jobs in the line of one endpoint, where several nodes work on the store: a moment of what a busy endpoint takes. What
/// waits in the line of a node that dies is taken over only when its heartbeat has ended.
const PER_ENDPOINT_OF_MANY_NODES: usize = 1_024;
/// The same of a node that is alone and finds its line again as soon as it is started: some seconds of what a busy endpoint
/// takes, since what the store hands out again costs twice as much as what waits here.
const PER_ENDPOINT_ALONE: usize = 8_192;
/// Jobs in all lines, and the memory that they may take.
const JOBS: usize = 32_768;
const BYTES: usize = 48 * 1024 * 1024;

/// What waits in all lines.
#[derive(Debug)]
pub(super) struct LineBounds {
    per_endpoint: usize,
    /// Places that are taken or kept.
    places: AtomicUsize,
    bytes: AtomicUsize,
    closed: AtomicBool,
}

impl LineBounds {
    /// For a node that is alone on its store, or one of many.
    pub(super) fn of(is_shared: bool) -> Self {
        let per_endpoint = if is_shared { PER_ENDPOINT_OF_MANY_NODES } else { PER_ENDPOINT_ALONE };
        Self { per_endpoint, places: AtomicUsize::new(0), bytes: AtomicUsize::new(0), closed: AtomicBool::new(false) }
    }

    /// Jobs that may wait in the line of one endpoint.
    pub(super) fn per_endpoint(&self) -> usize {
        self.per_endpoint
    }

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
        let lines = LineBounds::of(false);
        lines.keep_place();
        lines.joined(BYTES);
        assert!(!lines.have_room());
        lines.left(BYTES);
        assert!(lines.have_room());
        (0..JOBS).for_each(|_| lines.keep_place());
        assert!(!lines.have_room());
    }
}
