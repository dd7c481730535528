//! What is given of an app's terms, as a part of the app, and how it becomes terms: absent stays, null goes back to the
//! default. Who may give it, and whether it is good, is asked elsewhere.

use crate::domain::amount::Decimal;
use crate::domain::rounding::Rounding;
use crate::domain::terms::{DEFAULT_CLICK_DAYS, DEFAULT_REFUND_WINDOW_DAYS, DEFAULT_REWARD_DECIMALS, Terms};
use crate::web::json::Patch;

/// The part of an app's body that is terms; each field is described there.
#[derive(Debug)]
pub(super) struct TermsBody {
    pub(super) refund_window_days: Patch<u32>,
    pub(super) click_days: Patch<u32>,
    pub(super) revenue_share_bps: Patch<u32>,
    pub(super) reward_rate: Patch<Decimal>,
    pub(super) reward_decimals: Patch<u32>,
    pub(super) reward_rounding: Patch<Rounding>,
}

impl TermsBody {
    /// Changes an app's terms.
    pub(super) fn apply(self, terms: &mut Terms) {
        self.refund_window_days.apply(&mut terms.refund_window_days, DEFAULT_REFUND_WINDOW_DAYS);
        self.click_days.apply(&mut terms.click_days, DEFAULT_CLICK_DAYS);
        self.revenue_share_bps.apply_optional(&mut terms.revenue_share_bps);
        self.reward_rate.apply_optional(&mut terms.reward_rate);
        self.reward_decimals.apply(&mut terms.reward_decimals, DEFAULT_REWARD_DECIMALS);
        self.reward_rounding.apply(&mut terms.reward_rounding, Rounding::default());
    }
}
