//! How much may wait in the lines of this node: jobs in each, and jobs in all with the memory that they take. What exceeds it
//! stays in the store.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Jobs in the line of one endpoint, of many nodes on one store: a moment of what a busy endpoint takes. What waits in the line
/// of a node that dies is taken over only when its heartbeat has ended.
const PER_ENDPOINT: usize = 1_024;
/// The same of a node that is alone and finds its line again as soon as it is started: some seconds of what a busy endpoint
/// takes, since what the store hands out again costs twice as much as what waits here.
const PER_ENDPOINT_ALONE: usize = 8_192;
/// Jobs in all lines, and the memory that they may take.
const JOBS: usize = 32_768;
const BYTES: usize = 48 * 1024 * 1024;
/// What a job takes where the lines are full of both.
const PER_JOB: usize = BYTES / JOBS;
/// While the lines are less than half full, an endpoint's may be a quarter as long as there are places left, and from then on a
/// sixty-fourth, so that 300 endpoints that never answer leave places to the next one.
const AT_EASE: usize = 4;
const TIGHT: usize = 64;

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
    pub(super) fn longest(&self) -> usize {
        let most = if self.is_shared { PER_ENDPOINT } else { PER_ENDPOINT_ALONE };
        let places = JOBS.saturating_sub(self.places.load(Ordering::Relaxed));
        let room = BYTES.saturating_sub(self.bytes.load(Ordering::Relaxed)) / PER_JOB;
        let left = places.min(room);
        most.min(left / if left > JOBS / 2 { AT_EASE } else { TIGHT })
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

    /// Places that are taken or kept, and the memory that those who wait take.
    pub(super) fn taken(&self) -> (usize, usize) {
        (self.places.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed))
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
    fn three_hundred_endpoints_that_fill_their_lines_leave_places_to_the_next_one() {
        let lines = LineBounds::of(false);
        assert_eq!(lines.longest(), PER_ENDPOINT_ALONE);
        for _ in 0..300 {
            let mut own = 0;
            while own < lines.longest() {
                lines.keep_place();
                own += 1;
            }
            assert!(own > 0);
        }
        assert!(lines.longest() > 0);
    }

    #[test]
    fn of_many_nodes_each_has_a_moment_of_what_a_busy_endpoint_takes() {
        assert_eq!(LineBounds::of(true).longest(), PER_ENDPOINT);
    }

    #[test]
    fn a_few_large_jobs_fill_the_lines_as_many_small_ones_do() {
        let lines = LineBounds::of(false);
        lines.keep_place();
        lines.joined(BYTES);
        assert_eq!(lines.longest(), 0);
        lines.left(BYTES);
        assert_eq!(lines.longest(), PER_ENDPOINT_ALONE);
        (0..JOBS).for_each(|_| lines.keep_place());
        assert_eq!(lines.longest(), 0);
    }
}
