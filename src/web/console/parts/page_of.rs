//! Where a list can be turned to: cursors lead to older rows, and one link back to the newest. There are no page numbers.

/// The links under a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageOf {
    /// Back to the newest, where older ones are shown.
    pub newest: Option<String>,
    /// On to older ones, where there are any.
    pub older: Option<String>,
    /// What is to know of the list: `Kept 90 days`.
    pub note: Option<String>,
}
