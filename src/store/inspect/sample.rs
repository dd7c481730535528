//! What plans are asked for about: values of a store, and as many rows as production asks for.

use crate::domain::time::Timestamp;

/// Values to ask about: a plan may depend on how often the database believes to have them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// An app.
    pub app_id: String,
    /// An endpoint of it.
    pub endpoint_id: String,
    /// A user who completed something.
    pub user_id: String,
    /// A completion's.
    pub transaction_id: String,
    /// A completion.
    pub completion_id: String,
    /// A delivery of it.
    pub delivery_id: String,
    /// A click.
    pub click_id: String,
    /// What ended before this is old; what is due is due by now.
    pub before: Timestamp,
    /// The present.
    pub now: Timestamp,
}

/// Rows of a claim, of a settlement and of a page.
pub(super) const ROWS: usize = 64;
