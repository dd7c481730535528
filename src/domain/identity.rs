//! What makes two reports of the same `externalId` the same report: which fields are compared, and which differences
//! are passed over because reporters make them anew on each try.
//!
//! What is compared is what the reporter gave, after defaults and before a click is resolved: a report that is repeated
//! when its click has expired, or its offer has got another name, is still the same report.

use super::completion::Completion;
use super::report::Report;
use super::time::Timestamp;

/// Fields whose difference is a conflict, in the order of [`ReportedFields`].
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
/// Fields whose difference is ignored and named, in the order of [`ReportedFields`], after the compared ones.
pub const IGNORED: [&str; 4] = ["occurredAt", "offerName", "note", "extra"];

/// How many fields [`ReportedFields`] speaks of.
pub const FIELDS: usize = COMPARED.len() + IGNORED.len();

/// The name of the field at a position of [`ReportedFields`].
pub fn field_name(position: usize) -> &'static str {
    COMPARED.iter().chain(&IGNORED).nth(position).copied().unwrap_or("report")
}

/// What a report gave: each field's text, `None` where absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedFields(Box<[Option<String>; FIELDS]>);

impl ReportedFields {
    /// What a report gave. `app_id` is the app that it named, or that its source is bound to.
    pub fn of_report(report: &Report, app_id: Option<String>, transaction_id: &str) -> Self {
        Self(Box::new([
            app_id,
            Some(transaction_id.to_owned()),
            report.user_id.clone(),
            report.offer_id.clone(),
            report.goal_id.clone(),
            Some(report.event_type.clone()),
            report.user_reward.as_ref().map(ToString::to_string),
            number(report.reward_minor),
            number(report.payout_minor),
            number(report.gross_minor),
            Some(report.currency().to_owned()),
            report.click_id.clone(),
            // As it was given, because its default is ever new.
            number(report.occurred_at.map(Timestamp::as_millis)),
            report.offer_name.clone(),
            report.note.clone(),
            pairs(&report.extra),
        ]))
    }

    /// What a completion holds, all of it given; `occurred_at` where that was.
    pub fn of_completion(completion: &Completion, occurred_at: Option<Timestamp>) -> Self {
        Self(Box::new([
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
            number(occurred_at.map(Timestamp::as_millis)),
            completion.offer_name.clone(),
            completion.note.clone(),
            pairs(&completion.extra),
        ]))
    }

    /// The texts, in the order of the fields' names.
    pub fn texts(&self) -> &[Option<String>; FIELDS] {
        &self.0
    }
}

fn number(amount: Option<i64>) -> Option<String> {
    amount.map(|amount| amount.to_string())
}

fn pairs(extra: &[(String, String)]) -> Option<String> {
    let mut pairs = extra.to_vec();
    // The order of pairs says nothing.
    pairs.sort_unstable();
    // Lengths first, so that no two sets of pairs read the same.
    let text = pairs.iter().map(|(key, value)| format!("{}:{key}{}:{value}", key.len(), value.len())).collect();
    (!pairs.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::json::Object;
    use crate::domain::resolved::Resolved;

    /// A store keeps digests of these texts for ever: what is given without a click must never read otherwise.
    #[test]
    fn without_a_click_what_is_given_is_what_is_recorded() {
        let report = br#"{"externalId": "e", "eventType": "sale", "appId": "app_1", "userId": "u", "offerId": "o",
            "offerName": "O", "goalId": "g", "note": "n", "userReward": 0.10, "rewardMinor": 1, "payoutMinor": 2,
            "grossMinor": 3, "currency": "EUR", "occurredAt": 7, "extra": {"b": "1", "a": ""}}"#;
        let now = Timestamp::from_millis(9);
        let report = Report::parse(&Object::parse(report).unwrap(), now).unwrap();
        let given = ReportedFields::of_report(&report, Some("app_1".to_owned()), "t");
        let resolved = Resolved {
            id: "cmp_1".to_owned(),
            source_id: None,
            app_id: "app_1".to_owned(),
            user_id: "u".to_owned(),
            transaction_id: "t".to_owned(),
            attribution: None,
            manual: None,
        };
        let occurred_at = report.occurred_at;
        assert_eq!(given, ReportedFields::of_completion(&report.into_completion(resolved, now), occurred_at));
        let texts: Vec<&str> = given.texts().iter().map(|text| text.as_deref().unwrap_or("-")).collect();
        let expected =
            ["app_1", "t", "u", "o", "g", "sale", "0.10", "1", "2", "3", "EUR", "-", "7", "O", "n", "1:a0:1:b1:1"];
        assert_eq!(texts, expected);
    }
}
