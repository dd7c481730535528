//! An app's terms: what of the money between operator, publisher and user is agreed for it.
//!
//! They are the operator's or account manager's to set. They apply to what is reported from then on; what was recorded
//! keeps what it was recorded with.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::invalid::Invalid;

/// Days within which a completion can be taken back, unless an app says otherwise.
pub const DEFAULT_REFUND_WINDOW_DAYS: u32 = 60;
/// None at all, up to ten years: some advertisers settle annually, and nobody later than that.
const REFUND_WINDOW_DAYS: RangeInclusive<u32> = 0..=3_650;

/// What is agreed for an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// Days after which a source can no longer take a completion back.
    pub refund_window_days: u32,
}

impl Default for Terms {
    fn default() -> Self {
        Self { refund_window_days: DEFAULT_REFUND_WINDOW_DAYS }
    }
}

impl Terms {
    /// Checks what was set.
    pub fn check(&self) -> Result<(), Invalid> {
        if REFUND_WINDOW_DAYS.contains(&self.refund_window_days) {
            return Ok(());
        }
        let (least, most) = (REFUND_WINDOW_DAYS.start(), REFUND_WINDOW_DAYS.end());
        Err(Invalid::field("refundWindowDays", format!("must be a number of days from {least} to {most}")))
    }
}
