//! The numbers behind the links of the rail.

/// What stands behind the links of the rail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Deliveries that need attention; capped by whoever counts.
    pub attention: u64,
    /// Open notices.
    pub notices: u64,
}
