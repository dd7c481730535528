//! What may be undone of a request: everything that proxies, frameworks and habits do to one, each by itself.
//!
//! An undoing knows nothing of the others; that several of them happened to one request is found by applying one after the
//! other, in the order of this list. It is the order in which they undo: a value is put together again before it is encoded
//! again.

use super::ground::Ground;
use super::reading::Reading;
use super::{bodies, members, numbers, places, texts, values};

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
pub(super) const UNDOINGS: [Undoing; 14] = [
    again(members::renamed),
    again(members::added),
    once(values::decoded),
    once(values::rejoined),
    again(values::pluses),
    once(values::undecoded),
    once(values::recoded),
    once(texts::rewritten),
    once(members::moved),
    again(members::emptied),
    again(numbers::reformatted),
    once(bodies::rewritten),
    once(bodies::retimed),
    once(places::elsewhere),
];
