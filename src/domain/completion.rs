//! A completion as it was recorded: one user completing one offer, with every text exactly as reported, and every amount
//! as reported or as it was priced up from that.

use serde::{Deserialize, Deserializer, Serialize};

use super::amount::{Decimal, Minor};
use super::calculation::Calculation;
use super::manual::Manual;
use super::time::Timestamp;
use super::words::words;

/// One user completing one offer (or one goal of it).
///
/// Built by the intake from a validated report, or read back from the store; nothing but a decision about its review
/// changes it afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Completion {
    /// Our id, `cmp_…`.
    pub id: String,
    /// The source that reported it; absent in a test or a preview of invented fields.
    pub source_id: Option<String>,
    /// The source's stable id for it.
    pub external_id: String,
    /// What receivers see and deduplicate on; unique within the app, ignoring case.
    pub transaction_id: String,
    /// `sale`, `install`, `survey`, `deal`, …
    pub event_type: String,
    /// The app (by id, never by ref) whose user completed the offer.
    pub app_id: String,
    /// The publisher's own id of its user.
    pub user_id: String,
    /// The offer's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer_id: Option<String>,
    /// The offer's name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer_name: Option<String>,
    /// The goal of the offer that was reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal_id: Option<String>,
    /// A remark that some dialects pass on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The user's reward in the app's currency, digit for digit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_reward: Option<Decimal>,
    /// The user's reward in the payout currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reward_minor: Option<Minor>,
    /// The publisher's payout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payout_minor: Option<Minor>,
    /// The gross amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gross_minor: Option<Minor>,
    /// ISO 4217 code of the minor-unit amounts.
    pub currency: String,
    /// When the user completed the offer.
    pub occurred_at: Timestamp,
    /// The click it was attributed by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click_id: Option<String>,
    /// Further pairs of text, in the order they were reported.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "pairs_as_map",
        deserialize_with = "map_as_pairs"
    )]
    pub extra: Vec<(String, String)>,
    /// What its amounts were computed from; absent where they are as reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calculation: Option<Calculation>,
    /// Who credited it by hand, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manual: Option<Manual>,
    /// Its review, where its app's terms wanted one. Only what was recorded has one.
    #[serde(skip)]
    pub review: Option<Review>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl Completion {
    /// Whether it says that nobody gets anything for it: a step on the way to a reward.
    pub fn is_worth_nothing(&self) -> bool {
        self.payout_minor == Some(0)
            && self.reward_minor.is_none_or(|reward| reward == 0)
            && self.user_reward.as_ref().is_none_or(Decimal::is_zero)
    }
}

words! {
    /// Where a review stands.
    ReviewState {
        /// Nobody has decided, and there is still time.
        Waiting = "waiting",
        /// It is called back.
        Released = "released",
        /// It is never called back.
        Rejected = "rejected",
    }
}

/// The review of a completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Review {
    /// Where it stands.
    pub state: ReviewState,
    /// When its time is, or would have been, over.
    pub until: Timestamp,
}

impl Completion {
    /// The value of an extra pair.
    pub fn extra(&self, name: &str) -> Option<&str> {
        self.extra.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Pairs as a JSON object in their own order.
pub fn pairs_as_map<S: serde::Serializer>(pairs: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(key, value)| (key, value)))
}

/// What [`pairs_as_map`] wrote.
fn map_as_pairs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, String)>, D::Error> {
    let map = serde_json::Map::deserialize(deserializer)?;
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(map.into_iter().map(|(key, value)| (key, text(value))).collect())
}
