//! What may be undone of a request: everything that proxies, frameworks and habits do to one, each by itself.
//!
//! An undoing knows nothing of the others; that several of them happened to one request is found by applying one after the
//! other, in the order of this list. It is the order in which they undo: a value is put together again before it is encoded
//! again.

use super::code::Mistake;
use super::reading::Reading;
use super::{bodies, members, numbers, places, values};
use crate::domain::dialect::received::Seen;
use crate::domain::dialect::signature::Signature;

/// What is known besides the request.
pub(super) struct Ground<'a> {
    pub(super) seen: Seen<'a>,
    pub(super) signature: &'a Signature,
    /// Where it was sent, as origin and path, where that is known.
    pub(super) sent_to: Option<&'a (String, String)>,
}

/// Gives the requests that may have become this one by one thing that happened.
pub(super) struct Undoing {
    pub(super) undo: fn(&Ground<'_>, &Reading) -> Vec<Reading>,
    /// Whether it may have happened twice, at two places.
    pub(super) again: bool,
}

const fn once(undo: fn(&Ground<'_>, &Reading) -> Vec<Reading>) -> Undoing {
    Undoing { undo, again: false }
}

const fn again(undo: fn(&Ground<'_>, &Reading) -> Vec<Reading>) -> Undoing {
    Undoing { undo, again: true }
}

/// All of them.
pub(super) const UNDOINGS: [Undoing; 13] = [
    again(members::renamed),
    again(members::added),
    once(values::decoded),
    once(values::rejoined),
    again(values::pluses),
    once(values::undecoded),
    once(values::recoded),
    once(members::moved),
    again(members::emptied),
    again(numbers::reformatted),
    once(bodies::rewritten),
    once(bodies::retimed),
    once(places::elsewhere),
];

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
