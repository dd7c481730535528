//! What a completion's amounts were computed from: kept with it, so that years later anybody can compute them again.

use serde::{Deserialize, Serialize};

use super::amount::{Decimal, Minor};
use super::rounding::Rounding;

/// How a completion came to its payout and its reward, where not both are simply as reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Calculation {
    /// The publisher's payout; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payout: Option<PayoutCalculation>,
    /// The user's reward in the app's currency; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reward: Option<RewardCalculation>,
    /// What the report said itself.
    pub reported: ReportedAmounts,
}

/// What a payout was taken or computed from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum PayoutCalculation {
    /// The offer promises it for this goal.
    Goal {
        /// The goal.
        goal_id: String,
        /// What it promises.
        payout_minor: Minor,
    },
    /// The offer promises it.
    Offer {
        /// What it promises.
        payout_minor: Minor,
    },
    /// As reported.
    Reported {
        /// What was reported.
        payout_minor: Minor,
    },
    /// The app's share of the gross amount.
    RevenueShare {
        /// The gross amount as reported.
        gross_minor: Minor,
        /// The share, in hundredths of a percent.
        revenue_share_bps: u32,
    },
}

/// What a reward was taken or computed from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum RewardCalculation {
    /// The payout, at the app's rate.
    Rate {
        /// The payout.
        payout_minor: Minor,
        /// Units of the app's currency for one unit of the payout currency.
        rate: Decimal,
        /// Digits after the point.
        decimals: u32,
        /// What became of further ones.
        rounding: Rounding,
    },
    /// As reported.
    Reported,
}

/// The amounts of a report that something else may decide instead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportedAmounts {
    /// The publisher's payout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payout_minor: Option<Minor>,
    /// The user's reward in the app's currency, digit for digit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_reward: Option<Decimal>,
}
