//! An app's terms: what of the money between operator, publisher and user is agreed for it.
//!
//! They are the operator's or account manager's to set. They apply to what is reported from then on; what was recorded
//! keeps what it was recorded with.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::amount::Decimal;
use super::invalid::Invalid;
use super::review::ReviewRule;
use super::rounding::Rounding;

/// Days within which a completion can be taken back, unless an app says otherwise.
pub const DEFAULT_REFUND_WINDOW_DAYS: u32 = 60;
/// Digits after the point of a computed reward, unless an app says otherwise: most walls pay in whole coins.
pub const DEFAULT_REWARD_DECIMALS: u32 = 0;
/// None at all, up to ten years: some advertisers settle annually, and nobody later than that.
const REFUND_WINDOW_DAYS: RangeInclusive<u32> = 0..=3_650;
/// Days for which a click can be converted, unless an app says otherwise: what advertisers commonly pay for.
pub const DEFAULT_CLICK_DAYS: u32 = 30;
/// A day, up to a year: clicks older than that are not kept (see `upkeep::retention`).
const CLICK_DAYS: RangeInclusive<u32> = 1..=365;
/// Nothing, up to all of it, in hundredths of a percent.
const REVENUE_SHARE_BPS: RangeInclusive<u32> = 0..=10_000;
/// Most digits of a rate before the point: with those behind it and those of any amount, a product fits 128 bits.
const RATE_WHOLE_DIGITS: usize = 9;
/// As many as an amount can have.
const REWARD_DECIMALS: RangeInclusive<u32> = 0..=9;

/// What is agreed for an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// Days after which a source can no longer take a completion back.
    pub refund_window_days: u32,
    /// Days for which a click of the tracking link can be converted.
    pub click_days: u32,
    /// The publisher's share of the gross amount, in hundredths of a percent, where nothing else says the payout.
    pub revenue_share_bps: Option<u32>,
    /// Units of the app's currency that a user gets for one unit of the payout currency; `None`: as reported.
    pub reward_rate: Option<Decimal>,
    /// Digits after the point of a reward at that rate.
    pub reward_decimals: u32,
    /// What becomes of further ones.
    pub reward_rounding: Rounding,
    /// Which completions are held for review.
    pub review: Option<ReviewRule>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            refund_window_days: DEFAULT_REFUND_WINDOW_DAYS,
            click_days: DEFAULT_CLICK_DAYS,
            revenue_share_bps: None,
            reward_rate: None,
            reward_decimals: DEFAULT_REWARD_DECIMALS,
            reward_rounding: Rounding::default(),
            review: None,
        }
    }
}

impl Terms {
    /// Checks what was set.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut invalid = Invalid::none();
        let mut within = |field: &str, value: u32, bounds: RangeInclusive<u32>, what: &str| {
            if !bounds.contains(&value) {
                invalid.push(field, format!("must be {what} from {} to {}", bounds.start(), bounds.end()));
            }
        };
        within("refundWindowDays", self.refund_window_days, REFUND_WINDOW_DAYS, "a number of days");
        within("clickDays", self.click_days, CLICK_DAYS, "a number of days");
        let share = self.revenue_share_bps.unwrap_or_default();
        within("revenueShareBps", share, REVENUE_SHARE_BPS, "a number of hundredths of a percent");
        within("rewardDecimals", self.reward_decimals, REWARD_DECIMALS, "a number of digits");
        if let Some(rate) = &self.reward_rate {
            if rate.is_zero() {
                invalid.push("rewardRate", "must be more than 0; null pays rewards as they are reported");
            }
            if rate.whole_digits() > RATE_WHOLE_DIGITS {
                invalid.push("rewardRate", format!("must have at most {RATE_WHOLE_DIGITS} digits before the point"));
            }
        }
        if let Some(rule) = &self.review {
            invalid.take(rule.check());
        }
        invalid.into_result()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(terms: &Terms) -> Vec<String> {
        terms.check().err().into_iter().flat_map(|invalid| invalid.0).map(|fault| fault.field).collect()
    }

    #[test]
    fn every_term_has_its_bounds() {
        assert_eq!(faults(&Terms::default()), [""; 0]);
        let rate = |text: &str| Terms { reward_rate: Decimal::parse(text), ..Terms::default() };
        assert_eq!(faults(&rate("999999999.999999999")), [""; 0]);
        assert_eq!(faults(&rate("1000000000")), ["rewardRate"]);
        assert_eq!(faults(&rate("0.00")), ["rewardRate"]);
        let beyond = Terms {
            refund_window_days: 3_651,
            revenue_share_bps: Some(10_001),
            reward_decimals: 10,
            ..Terms::default()
        };
        assert_eq!(faults(&beyond), ["refundWindowDays", "revenueShareBps", "rewardDecimals"]);
    }

    #[test]
    fn terms_that_were_stored_before_a_term_was_known_have_its_default() {
        let stored = r#"{"refund_window_days":7}"#;
        let terms: Terms = serde_json::from_str(stored).unwrap();
        assert_eq!(terms, Terms { refund_window_days: 7, ..Terms::default() });
    }
}
