//! Which completions of an app are held for review, as a part of the app. Who may say so, and whether it is good, is
//! asked elsewhere.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::amount::Decimal;
use crate::domain::review::ReviewRule;

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
