//! What is reported: many completions that differ in nothing but their ids, in either of two ways.
//!
//! The same completion, told in the same dialect, is what the bare client sends: both sides of a ratio carry the same
//! bytes.

use serde_json::{Value, json};

use super::wire;
use crate::domain::amount::Decimal;
use crate::domain::completion::Completion;
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
    pub(super) app_id: String,
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

    /// The signed calls that report so many completions, made before the clock starts: whoever reports is not measured.
    pub(super) fn calls(self, setting: &Setting, completions: usize, now: Timestamp) -> Vec<Vec<u8>> {
        let numbers: Vec<usize> = (0..completions).collect();
        let call = |numbers: &[usize]| {
            let (path, body) = match (self, numbers) {
                (Self::Single, [number]) => ("/v1/conversions", conversion(&setting.app_id, *number)),
                _ => {
                    let conversions: Vec<Value> = numbers.iter().map(|n| conversion(&setting.app_id, *n)).collect();
                    ("/v1/conversions/batch", json!({ "conversions": conversions }))
                }
            };
            signed(setting, path, &body, now)
        };
        numbers.chunks(self.per_call()).map(call).collect()
    }
}

/// A report that is answered and not recorded.
pub(super) fn preview(setting: &Setting, now: Timestamp) -> Vec<u8> {
    signed(setting, "/v1/conversions?dryRun=1", &conversion(&setting.app_id, 0), now)
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

/// A conversion as it is reported.
fn conversion(app_id: &str, number: usize) -> Value {
    let Completion { external_id, event_type, user_id, offer_id, offer_name, goal_id, note, payout_minor, .. } =
        completion(number, Timestamp::from_millis(0));
    json!({
        "externalId": external_id, "eventType": event_type, "appId": app_id, "userId": user_id, "offerId": offer_id,
        "offerName": offer_name, "goalId": goal_id, "note": note, "userReward": "60", "payoutMinor": payout_minor,
    })
}

/// The completion that the report becomes.
pub(super) fn completion(number: usize, now: Timestamp) -> Completion {
    let external_id = format!("bench-{number:08}");
    Completion {
        id: String::new(),
        source_id: None,
        transaction_id: external_id.clone(),
        external_id,
        event_type: "install".to_owned(),
        app_id: String::new(),
        user_id: format!("user-{number:08}"),
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
