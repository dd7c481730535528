//! The plan of a receiver: what it has to do for one endpoint, language apart.
//!
//! Types alone; they are filled by [`super::planning`].

use super::marks::Mark;
use super::shape::{Reading, Shape};
use super::signing::{Check, Fresh, Signing};

/// What a receiver has to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What a reader learns first, a paragraph each.
    pub(super) heading: Vec<String>,
    /// Whether callbacks are POSTs of JSON, or GETs with a query.
    pub(super) is_post: bool,
    /// Whether amounts travel as numbers of JSON, whose digits a language's own reader may drop.
    pub(super) has_numbers: bool,
    /// Scheme, host and port that a signed URL begins with.
    pub(super) origin: String,
    /// How it is known who calls.
    pub(super) check: Check,
    /// The instant that must not be stale.
    pub(super) fresh: Option<Fresh>,
    /// What a completion says.
    pub(super) completion: Shape,
    /// How a reversal is told, if it is.
    pub(super) reversal: Option<Taken>,
    /// What acknowledges.
    pub(super) answer: Answer,
    /// What the values mean, by the names that a receiver reads them by.
    pub(super) meanings: Vec<(String, String)>,
    /// What a reader should know besides the code.
    pub(super) notes: Vec<String>,
}

/// How a completion that is taken back is told.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) mark: Mark,
    pub(super) shape: Shape,
    /// Whether the completion's transaction id stands behind `r-`.
    pub(super) is_prefixed: bool,
    /// What one reversal is told from another by, where that is not its transaction id.
    pub(super) told_apart_by: Option<Reading>,
}

/// What acknowledges a callback.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<BodyPiece>,
}

/// A stretch of the body that acknowledges.
#[derive(Clone, Debug)]
pub(super) enum BodyPiece {
    Text(String),
    Value(Reading),
}

impl Plan {
    /// How callbacks are signed, where they are.
    pub(super) fn signing(&self) -> Option<&Signing> {
        match &self.check {
            Check::Signed(signing) => Some(signing),
            Check::Secret(_) | Check::Address => None,
        }
    }
}
