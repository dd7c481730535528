//! What is given of an app's terms, as a part of the app, and how it becomes terms: absent stays, null goes back to the
//! default. Who may give it, and whether it is good, is asked elsewhere.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::amount::Decimal;
use crate::domain::review::ReviewRule;
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
    pub(super) review: Patch<ReviewPart>,
}

/// Which completions are held for review, as it is given and shown: those that meet any one of the criteria.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReviewPart {
    /// For so many hours (1 to 720).
    hours: u32,
    /// A payout of more than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    payout_above_minor: Option<i64>,
    /// A reward, in the app's currency, of more than this: a decimal, as a number or a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    user_reward_above: Option<Decimal>,
    /// One of these event types.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    event_types: Vec<String>,
    /// One of these offers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    offer_ids: Vec<String>,
}

impl From<ReviewPart> for ReviewRule {
    fn from(part: ReviewPart) -> Self {
        let ReviewPart { hours, payout_above_minor, user_reward_above, event_types, offer_ids } = part;
        Self { hours, payout_above_minor, user_reward_above, event_types, offer_ids }
    }
}

impl From<ReviewRule> for ReviewPart {
    fn from(rule: ReviewRule) -> Self {
        let ReviewRule { hours, payout_above_minor, user_reward_above, event_types, offer_ids } = rule;
        Self { hours, payout_above_minor, user_reward_above, event_types, offer_ids }
    }
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
        match self.review {
            Patch::Kept => {}
            Patch::Reset => terms.review = None,
            Patch::Set(review) => terms.review = Some(review.into()),
        }
    }
}
