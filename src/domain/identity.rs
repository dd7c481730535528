//! What makes two reports of the same `externalId` the same report: which fields are compared, and which differences
//! are passed over because reporters make them anew on each try.

use super::completion::Completion;
use super::time::Timestamp;

/// Fields whose difference is a conflict, in the order of [`texts`].
pub const COMPARED: [&str; 12] = [
    "appId",
    "transactionId",
    "userId",
    "offerId",
    "goalId",
    "eventType",
    "userReward",
    "rewardMinor",
    "payoutMinor",
    "grossMinor",
    "currency",
    "clickId",
];
/// Fields whose difference is ignored and named, in the order of [`texts`], after the compared ones.
pub const IGNORED: [&str; 4] = ["occurredAt", "offerName", "note", "extra"];

/// How many fields [`texts`] speaks of.
pub const FIELDS: usize = COMPARED.len() + IGNORED.len();

/// The name of the field at a position of [`texts`].
pub fn field_name(position: usize) -> &'static str {
    COMPARED.iter().chain(&IGNORED).nth(position).copied().unwrap_or("report")
}

/// Each field's text, `None` where absent. The instant is taken as it was given, because its default is ever new.
pub fn texts(completion: &Completion, occurred_at_given: Option<Timestamp>) -> [Option<String>; FIELDS] {
    let number = |amount: Option<i64>| amount.map(|amount| amount.to_string());
    let extra = (!completion.extra.is_empty()).then(|| {
        let mut pairs = completion.extra.clone();
        // The order of pairs says nothing.
        pairs.sort_unstable();
        // Lengths first, so that no two sets of pairs read the same.
        pairs.iter().map(|(key, value)| format!("{}:{key}{}:{value}", key.len(), value.len())).collect()
    });
    [
        Some(completion.app_id.clone()),
        Some(completion.transaction_id.clone()),
        Some(completion.user_id.clone()),
        completion.offer_id.clone(),
        completion.goal_id.clone(),
        Some(completion.event_type.clone()),
        completion.user_reward.as_ref().map(ToString::to_string),
        number(completion.reward_minor),
        number(completion.payout_minor),
        number(completion.gross_minor),
        Some(completion.currency.clone()),
        completion.click_id.clone(),
        number(occurred_at_given.map(Timestamp::as_millis)),
        completion.offer_name.clone(),
        completion.note.clone(),
        extra,
    ]
}
