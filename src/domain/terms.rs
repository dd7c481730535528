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
/// Days for which a click can be converted, unless an app says otherwise: what advertisers commonly pay for.
pub const DEFAULT_CLICK_DAYS: u32 = 30;
/// A day, up to a year: clicks older than that are not kept (see the store's housekeeping).
const CLICK_DAYS: RangeInclusive<u32> = 1..=365;

/// What is agreed for an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// Days after which a source can no longer take a completion back.
    pub refund_window_days: u32,
    /// Days for which a click of the tracking link can be converted.
    pub click_days: u32,
}

impl Default for Terms {
    fn default() -> Self {
        Self { refund_window_days: DEFAULT_REFUND_WINDOW_DAYS, click_days: DEFAULT_CLICK_DAYS }
    }
}

impl Terms {
    /// Checks what was set.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut invalid = Invalid::none();
        for (field, days, allowed) in [
            ("refundWindowDays", self.refund_window_days, REFUND_WINDOW_DAYS),
            ("clickDays", self.click_days, CLICK_DAYS),
        ] {
            if !allowed.contains(&days) {
                invalid.push(field, format!("must be a number of days from {} to {}", allowed.start(), allowed.end()));
            }
        }
        invalid.into_result()
    }
}
