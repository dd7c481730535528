//! What an undoing stands on: all that is known besides the reading that it undoes something of, and the readings that it gives.

use super::code::Mistake;
use super::reading::Reading;
use crate::domain::dialect::received::Seen;
use crate::domain::dialect::signature::Signature;

/// What is known besides the request.
pub(super) struct Ground<'a> {
    pub(super) seen: Seen<'a>,
    pub(super) signature: &'a Signature,
    /// Where it was sent, as origin and path, where that is known.
    pub(super) sent_to: Option<&'a (String, String)>,
}

/// Readings with other queries, each of them once.
pub(super) struct Queries<'a> {
    reading: &'a Reading,
    found: Vec<Reading>,
}

impl<'a> Queries<'a> {
    pub(super) fn of(reading: &'a Reading) -> Self {
        Self { reading, found: Vec::new() }
    }

    pub(super) fn add(&mut self, query: String, mistake: impl FnOnce() -> Mistake) {
        let is_known = |known: &Reading| known.url.query == query;
        if !is_known(self.reading) && !self.found.iter().any(is_known) {
            self.found.push(self.reading.with_query(query, mistake()));
        }
    }

    pub(super) fn done(self) -> Vec<Reading> {
        self.found
    }
}
