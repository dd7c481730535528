//! A vector: a completion, an endpoint, a secret and an instant, and the exact request that must become of them. The files of
//! `catalog/vectors/` have this shape, and so have those that an operator hands in with a recipe of its own.
//!
//! It refers to nothing of ours, so that other senders and receivers can be tested against it.

mod compared;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::callback::{CallbackConfig, CallbackEvent};
use super::callback_url::CallbackUrl;
use super::endpoint_settings::{EndpointSettings, TimestampSource};
use crate::domain::amount::{Decimal, Minor};
use crate::domain::completion::Completion;
use crate::domain::taken_back::TakenBack;
use crate::domain::time::Timestamp;
pub use compared::{Difference, differences};

/// When a completion occurred whose vector does not say: 2024-07-01T18:40:00Z.
const OCCURRED_AT: Timestamp = Timestamp::from_millis(1_719_859_200_000);

/// One case.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vector {
    /// What it shows.
    pub rule: String,
    /// Where what it expects comes from, where that is said.
    pub from: Option<Origin>,
    /// The dialect and its version; of an operator's own recipe it is the one that it is handed in with.
    pub recipe: Option<String>,
    /// The secret's text; absent: the endpoint has none.
    pub secret: Option<String>,
    endpoint: Option<Endpoint>,
    /// The delivery's event id; `evt_1` where it is not said.
    pub event_id: Option<String>,
    /// When the delivery was created; when it was completed, where that is not said.
    pub created_at: Option<Timestamp>,
    /// When the attempt is made; when the delivery was created, where that is not said.
    pub attempted_at: Option<Timestamp>,
    /// Whether it is a test callback.
    #[serde(default)]
    pub test: bool,
    completion: Option<Reported>,
    reversal: Option<Taken>,
    /// What must become of it.
    pub expect: Expect,
}

/// Where an expected signature comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The vendor's own example, or its library.
    Vendor,
    /// A receiver that was written from the vendor's documentation.
    Receiver,
    /// The documentation, worked out by whoever wrote the recipe.
    #[default]
    #[serde(rename = "self")]
    Own,
}

/// The request that must go out.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Expect {
    /// Its method.
    pub method: Option<String>,
    /// Its URL.
    pub url: Option<String>,
    /// All its headers but those that the HTTP client owns.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Its body.
    pub body: Option<String>,
    /// The text that is signed, in which the secret stays `{secret}`.
    pub signed_text: Option<String>,
    /// Its signature.
    pub signature: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Endpoint {
    callback_url: Option<CallbackUrl>,
    reversal_url: Option<CallbackUrl>,
    #[serde(default)]
    app_label: String,
    #[serde(default)]
    settings: BTreeMap<String, String>,
    signed_origin: Option<String>,
    #[serde(default)]
    timestamp_source: TimestampSource,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Reported {
    transaction_id: String,
    event_type: String,
    user_id: String,
    offer_id: Option<String>,
    offer_name: Option<String>,
    goal_id: Option<String>,
    note: Option<String>,
    user_reward: Option<Decimal>,
    reward_minor: Option<Minor>,
    payout_minor: Option<Minor>,
    gross_minor: Option<Minor>,
    currency: Option<String>,
    occurred_at: Option<Timestamp>,
    click_id: Option<String>,
    #[serde(default)]
    extra: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Taken {
    ordinal: u32,
    whole: bool,
    user_reward: Option<Decimal>,
    reward_minor: Option<Minor>,
    payout_minor: Option<Minor>,
    gross_minor: Option<Minor>,
    reason: Option<String>,
    occurred_at: Timestamp,
}

impl Vector {
    /// The endpoint that it is told to; none where only a text and its signature are documented.
    pub fn config(&self) -> Option<CallbackConfig> {
        let endpoint = self.endpoint.as_ref()?;
        let settings = EndpointSettings {
            callback_url: endpoint.callback_url.clone(),
            reversal_url: endpoint.reversal_url.clone(),
            dialect_settings: endpoint.settings.clone(),
            signed_origin: endpoint.signed_origin.clone(),
            timestamp_source: endpoint.timestamp_source,
            ..EndpointSettings::default()
        };
        Some(CallbackConfig { app_label: endpoint.app_label.clone(), settings })
    }

    /// What was completed; none where only a text and its signature are documented.
    pub fn completion(&self) -> Option<Completion> {
        let reported = self.completion.as_ref()?;
        let occurred_at = reported.occurred_at.unwrap_or(OCCURRED_AT);
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some(Completion {
            id: "cmp_1".to_owned(),
            source_id: None,
            external_id: reported.transaction_id.clone(),
            transaction_id: reported.transaction_id.clone(),
            event_type: reported.event_type.clone(),
            app_id: "app_1".to_owned(),
            user_id: reported.user_id.clone(),
            offer_id: reported.offer_id.clone(),
            offer_name: reported.offer_name.clone(),
            goal_id: reported.goal_id.clone(),
            note: reported.note.clone(),
            user_reward: reported.user_reward.clone(),
            reward_minor: reported.reward_minor,
            payout_minor: reported.payout_minor,
            gross_minor: reported.gross_minor,
            currency: reported.currency.clone().unwrap_or_else(|| "USD".to_owned()),
            occurred_at,
            click_id: reported.click_id.clone(),
            extra: reported.extra.iter().map(|(key, value)| (key.clone(), text(value))).collect(),
            calculation: None,
            manual: None,
            review: None,
            recorded_at: occurred_at,
        })
    }

    /// Whether the completion is told, or that it is taken back.
    pub fn event(&self) -> CallbackEvent {
        self.reversal.as_ref().map_or(CallbackEvent::Completed, |taken| {
            CallbackEvent::Reversed(TakenBack {
                ordinal: taken.ordinal,
                whole: taken.whole,
                user_reward: taken.user_reward.clone(),
                reward_minor: taken.reward_minor,
                payout_minor: taken.payout_minor,
                gross_minor: taken.gross_minor,
                reason: taken.reason.clone(),
                occurred_at: taken.occurred_at,
            })
        })
    }
}
