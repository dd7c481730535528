//! What is reported: many completions that differ in nothing but their ids and users, in either of two ways.
//!
//! The same completion, told in the same dialect, is what the bare client sends: both sides of a ratio carry the same
//! bytes. Ids and users look like UUIDs and lie in no order, as in life: each one meets another page of the indexes. They
//! are computed from the completion's number, so that every run reports the same, and a callback names its report.

use std::ops::Range;

use serde_json::{Value, json};

use super::wire;
use crate::command::Failure;
use crate::domain::amount::Decimal;
use crate::domain::completion::Completion;
use crate::domain::dialect::catalog::Catalog;
use crate::domain::secret::SecretText;
use crate::domain::surface::sign;
use crate::domain::time::Timestamp;

/// The dialect that is spoken: a GET whose URL carries everything, signature included.
pub(super) const DIALECT: &str = "besitos";

/// Conversions of one batch.
const BATCH: usize = 100;

/// What a report must name and be signed with.
#[derive(Debug)]
pub(super) struct Setting {
    /// Apps of one endpoint each, which are reported to in turns.
    pub(super) app_ids: Vec<String>,
    pub(super) surface_id: String,
    pub(super) source_secret: SecretText,
}

/// A way of reporting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Workload {
    /// One completion per call.
    Single,
    /// A hundred per call.
    Batch,
}

impl Workload {
    /// All, in the order of measuring.
    pub(super) const ALL: [Self; 2] = [Self::Single, Self::Batch];

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Batch => "batch",
        }
    }

    /// Calls under way at a time, to all nodes together: several nodes share the load that one would bear.
    pub(super) fn connections(self) -> usize {
        match self {
            Self::Single => 64,
            // Four hundred completions under way keep every permit of an endpoint busy.
            Self::Batch => 4,
        }
    }

    /// Completions of one call.
    pub(super) fn per_call(self) -> usize {
        match self {
            Self::Single => 1,
            Self::Batch => BATCH,
        }
    }

    /// The signed call that reports the completions of these numbers.
    pub(super) fn call(self, setting: &Setting, numbers: Range<usize>, now: Timestamp) -> Vec<u8> {
        match self {
            Self::Single => signed(setting, "/v1/conversions", &conversion(setting, numbers.start), now),
            Self::Batch => {
                let conversions: Vec<Value> = numbers.map(|number| conversion(setting, number)).collect();
                signed(setting, "/v1/conversions/batch", &json!({ "conversions": conversions }), now)
            }
        }
    }
}

/// The report of the completion of this number, to be answered and not recorded.
pub(super) fn preview(setting: &Setting, number: usize, now: Timestamp) -> Vec<u8> {
    signed(setting, "/v1/conversions?dryRun=1", &conversion(setting, number), now)
}

/// name@version of what is spoken.
pub(super) fn recipe() -> Result<String, Failure> {
    Ok(Catalog::builtin().get(DIALECT).ok_or("the dialect of the bench is unknown")?.id())
}

fn signed(setting: &Setting, path: &str, body: &Value, now: Timestamp) -> Vec<u8> {
    let body = body.to_string();
    let headers = [
        "Content-Type: application/json".to_owned(),
        format!("x-ea-surface: {}", setting.surface_id),
        format!("x-ea-timestamp: {}", now.as_millis()),
        format!("x-ea-signature: {}", sign(&setting.source_secret, now.as_millis(), body.as_bytes())),
    ];
    wire::request("POST", path, &headers, body.as_bytes())
}

/// A conversion as it is reported, to the app whose turn it is.
fn conversion(setting: &Setting, number: usize) -> Value {
    let app_id = &setting.app_ids[number % setting.app_ids.len()];
    let Completion { external_id, event_type, user_id, offer_id, offer_name, goal_id, note, payout_minor, .. } =
        completion(number, Timestamp::from_millis(0));
    json!({
        "externalId": external_id, "eventType": event_type, "appId": app_id, "userId": user_id, "offerId": offer_id,
        "offerName": offer_name, "goalId": goal_id, "note": note, "userReward": "60", "payoutMinor": payout_minor,
    })
}

/// Digits of an id of ours that hold its number, at the end.
const NUMBER_DIGITS: usize = 12;
/// Added to the numbers of users, so that a user's id shares nothing with the completion's.
const USERS: u64 = 1 << 40;

/// An id that looks as random as any UUID of version 4 and ends in the number.
fn uuid_like(scattered: u64, number: usize) -> String {
    let (a, b, c, d) = (scattered >> 32, (scattered >> 16) & 0xffff, (scattered >> 4) & 0xfff, scattered & 0xfff);
    format!("{a:08x}-{b:04x}-4{c:03x}-8{d:03x}-{number:012x}")
}

/// The number of the completion that bears this transaction id.
pub(super) fn number_of(transaction_id: &[u8]) -> Option<usize> {
    let digits = transaction_id.rsplit(|byte| *byte == b'-').next().filter(|digits| digits.len() == NUMBER_DIGITS)?;
    usize::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// The finalizer of SplitMix64: consecutive numbers end up anywhere, and no two at the same place.
fn scattered(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The completion that the report becomes.
pub(super) fn completion(number: usize, now: Timestamp) -> Completion {
    let external_id = uuid_like(scattered(number as u64), number);
    Completion {
        id: String::new(),
        source_id: None,
        transaction_id: external_id.clone(),
        external_id,
        event_type: "install".to_owned(),
        app_id: String::new(),
        user_id: uuid_like(scattered(number as u64 + USERS), number),
        offer_id: Some("Zd".to_owned()),
        offer_name: Some("Family Island".to_owned()),
        goal_id: Some("Zd_0".to_owned()),
        note: Some("Successfully installed the app".to_owned()),
        user_reward: Decimal::parse("60"),
        reward_minor: None,
        payout_minor: Some(1755),
        gross_minor: None,
        currency: "USD".to_owned(),
        occurred_at: now,
        click_id: None,
        extra: Vec::new(),
        calculation: None,
        manual: None,
        review: None,
        recorded_at: now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_names_the_number_of_its_report() {
        for number in [0, 1, 99, 1_000_000] {
            let completion = completion(number, Timestamp::from_millis(0));
            assert_eq!(number_of(completion.transaction_id.as_bytes()), Some(number));
        }
        assert_eq!(number_of(b"bench-1"), None);
    }

    #[test]
    fn ids_and_users_that_follow_one_another_begin_anywhere() {
        let starts = |of: fn(Completion) -> String| {
            let mut starts: Vec<u8> =
                (0..256).map(|number| of(completion(number, Timestamp::from_millis(0))).as_bytes()[0]).collect();
            starts.sort_unstable();
            starts.dedup();
            starts.len()
        };
        assert_eq!([starts(|one| one.external_id), starts(|one| one.user_id)], [16, 16]);
    }

    #[test]
    fn apps_are_reported_to_in_turns() {
        let app_ids = ["a", "b"].map(str::to_owned).to_vec();
        let source_secret = SecretText::known("secret".to_owned());
        let setting = Setting { app_ids, surface_id: "s".to_owned(), source_secret };
        assert_eq!([0, 1, 2].map(|number| conversion(&setting, number)["appId"].clone()), ["a", "b", "a"]);
    }
}
