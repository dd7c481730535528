//! How much may wait in the lines of this node: jobs in each, and jobs in all with the memory that they take. What exceeds it
//! stays in the store.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Jobs in the line of one endpoint: a moment of what a busy endpoint takes. What waits in the line of a node that dies is
/// taken over only when its heartbeat has ended.
const PER_ENDPOINT: usize = 1_024;
/// The same while the lines of this node are less than half full, of a node that is alone and finds its line again as soon as
/// it is started: some seconds of what a busy endpoint takes, since what the store hands out again costs twice as much as what
/// waits here. The other half is kept for the endpoints that are not among the busiest.
const PER_ENDPOINT_AT_EASE: usize = 8_192;
/// Jobs in all lines, and the memory that they may take.
const JOBS: usize = 32_768;
const BYTES: usize = 48 * 1024 * 1024;

/// What waits in all lines.
#[derive(Debug)]
pub(super) struct LineBounds {
    is_shared: bool,
    /// Places that are taken or kept.
    places: AtomicUsize,
    bytes: AtomicUsize,
    closed: AtomicBool,
}

impl LineBounds {
    /// For a node that is alone on its store, or one of many.
    pub(super) fn of(is_shared: bool) -> Self {
        Self { is_shared, places: AtomicUsize::new(0), bytes: AtomicUsize::new(0), closed: AtomicBool::new(false) }
    }

    /// Jobs that may wait in the line of one endpoint at this moment.
    pub(super) fn per_endpoint(&self) -> usize {
        let are_at_ease = !self.is_shared && self.are_less_full_than(JOBS / 2, BYTES / 2);
        if are_at_ease { PER_ENDPOINT_AT_EASE } else { PER_ENDPOINT }
    }

    /// Whether anybody else may line up.
    pub(super) fn have_room(&self) -> bool {
        self.are_less_full_than(JOBS, BYTES)
    }

    fn are_less_full_than(&self, jobs: usize, bytes: usize) -> bool {
        self.places.load(Ordering::Relaxed) < jobs && self.bytes.load(Ordering::Relaxed) < bytes
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
    fn the_busiest_endpoints_of_a_node_that_is_alone_leave_half_of_the_lines_to_the_others() {
        let (alone, shared) = (LineBounds::of(false), LineBounds::of(true));
        assert_eq!((alone.per_endpoint(), shared.per_endpoint()), (PER_ENDPOINT_AT_EASE, PER_ENDPOINT));
        (0..JOBS / 2).for_each(|_| alone.keep_place());
        assert_eq!(alone.per_endpoint(), PER_ENDPOINT);
        alone.give_up_place();
        assert_eq!(alone.per_endpoint(), PER_ENDPOINT_AT_EASE);
        alone.joined(BYTES / 2);
        assert_eq!(alone.per_endpoint(), PER_ENDPOINT);
    }

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
