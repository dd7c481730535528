//! What makes two reports of the same `externalId` the same report: which fields are compared, and which differences
//! are passed over because reporters make them anew on each try.
//!
//! What is compared is what the reporter gave, after defaults and before a click is resolved: a report that is repeated
//! when its click has expired, or its offer has got another name, is still the same report.

use std::fmt::{Display, Write};

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

/// The texts of most reports fit into so many bytes.
const COMMON_LENGTH: usize = 256;

/// What a report gave: each field's text, or that it is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedFields {
    /// All of them, one behind the other.
    text: String,
    /// Where each ends in it; `None` where absent.
    ends: [Option<usize>; FIELDS],
}

impl ReportedFields {
    /// What a report gave. `app_id` is the app that it named, or that its source is bound to.
    pub fn of_report(report: &Report, app_id: Option<&str>, transaction_id: &str) -> Self {
        Self::of([
            given(&app_id),
            Some(&transaction_id),
            given(&report.user_id),
            given(&report.offer_id),
            given(&report.goal_id),
            Some(&report.event_type),
            given(&report.user_reward),
            given(&report.reward_minor),
            given(&report.payout_minor),
            given(&report.gross_minor),
            Some(&report.currency()),
            given(&report.click_id),
            // As it was given, because its default is ever new.
            given(&report.occurred_at.map(Timestamp::as_millis)),
            given(&report.offer_name),
            given(&report.note),
            given(&pairs(&report.extra)),
        ])
    }

    /// What a completion holds, all of it given; `occurred_at` where that was.
    pub fn of_completion(completion: &Completion, occurred_at: Option<Timestamp>) -> Self {
        Self::of([
            Some(&completion.app_id),
            Some(&completion.transaction_id),
            Some(&completion.user_id),
            given(&completion.offer_id),
            given(&completion.goal_id),
            Some(&completion.event_type),
            given(&completion.user_reward),
            given(&completion.reward_minor),
            given(&completion.payout_minor),
            given(&completion.gross_minor),
            Some(&completion.currency),
            given(&completion.click_id),
            given(&occurred_at.map(Timestamp::as_millis)),
            given(&completion.offer_name),
            given(&completion.note),
            given(&pairs(&completion.extra)),
        ])
    }

    fn of(fields: [Option<&dyn Display>; FIELDS]) -> Self {
        let mut text = String::with_capacity(COMMON_LENGTH);
        let ends = fields.map(|field| {
            write!(text, "{}", field?).expect("writing to a text cannot fail");
            Some(text.len())
        });
        Self { text, ends }
    }

    /// The texts, in the order of the fields' names; `None` where absent.
    pub fn texts(&self) -> impl Iterator<Item = Option<&str>> {
        let mut from = 0;
        self.ends.iter().map(move |end| {
            let text = &self.text[from..(*end)?];
            from += text.len();
            Some(text)
        })
    }
}

fn given<T: Display>(field: &Option<T>) -> Option<&dyn Display> {
    field.as_ref().map(|field| field as &dyn Display)
}

fn pairs(extra: &[(String, String)]) -> Option<String> {
    let mut pairs: Vec<_> = extra.iter().collect();
    // The order of pairs says nothing.
    pairs.sort_unstable();
    // Lengths first, so that no two sets of pairs read the same.
    let text = pairs.iter().map(|(key, value)| format!("{}:{key}{}:{value}", key.len(), value.len()));
    (!pairs.is_empty()).then(|| text.collect())
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
            "grossMinor": 3, "currency": "EUR", "occurredAt": 946684800007, "extra": {"b": "1", "a": ""}}"#;
        let now = Timestamp::from_millis(946_684_800_009);
        let report = Report::parse(&Object::parse(report).unwrap(), now).unwrap();
        let given = ReportedFields::of_report(&report, Some("app_1"), "t");
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
        let texts: Vec<&str> = given.texts().map(|text| text.unwrap_or("-")).collect();
        let expected = [
            "app_1",
            "t",
            "u",
            "o",
            "g",
            "sale",
            "0.10",
            "1",
            "2",
            "3",
            "EUR",
            "-",
            "946684800007",
            "O",
            "n",
            "1:a0:1:b1:1",
        ];
        assert_eq!(texts, expected);
    }
}
