//! The shape of a vector's file.

use std::collections::BTreeMap;

use ringback::domain::amount::{Decimal, Minor};
use ringback::domain::completion::Completion;
use ringback::domain::dialect::callback::{CallbackConfig, CallbackEvent, TakenBack};
use ringback::domain::dialect::callback_url::CallbackUrl;
use ringback::domain::dialect::endpoint_settings::{EndpointSettings, TimestampSource};
use ringback::domain::time::Timestamp;
use serde::Deserialize;

/// When a completion occurred whose vector does not say.
const OCCURRED_AT: &str = "2024-07-01T18:40:00.000Z";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Vector {
    #[expect(dead_code, reason = "for readers of the file; its presence is demanded")]
    rule: String,
    #[serde(default)]
    #[expect(dead_code, reason = "for readers of the file; its words are checked")]
    from: From,
    pub(crate) recipe: String,
    pub(crate) secret: Option<String>,
    endpoint: Option<Endpoint>,
    pub(crate) event_id: Option<String>,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) attempted_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) test: bool,
    completion: Option<Reported>,
    reversal: Option<Taken>,
    pub(crate) expect: Expect,
}

/// Where the expected signature comes from.
#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum From {
    /// The vendor's own example, or its library.
    Vendor,
    /// A receiver that was written from the vendor's documentation.
    Receiver,
    /// The documentation, worked out for this file.
    #[default]
    #[serde(rename = "self")]
    Own,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Expect {
    pub(crate) method: Option<String>,
    pub(crate) url: Option<String>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Option<String>,
    pub(crate) signed_text: Option<String>,
    pub(crate) signature: Option<String>,
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
    user_reward: Option<String>,
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
    user_reward: Option<String>,
    reward_minor: Option<Minor>,
    payout_minor: Option<Minor>,
    gross_minor: Option<Minor>,
    reason: Option<String>,
    occurred_at: Timestamp,
}

impl Vector {
    /// Another secret of the same form.
    pub(crate) fn other_secret(&self) -> &'static str {
        let decodes = self.secret.as_ref().is_some_and(|secret| secret.starts_with("whsec_"));
        if decodes { "whsec_b3RoZXI=" } else { "other" }
    }

    pub(crate) fn config(&self) -> Option<CallbackConfig> {
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

    pub(crate) fn completion(&self) -> Option<Completion> {
        let reported = self.completion.as_ref()?;
        let occurred_at = reported.occurred_at.or_else(|| Timestamp::parse_rfc3339(OCCURRED_AT)).unwrap();
        let extra = reported.extra.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()));
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
            user_reward: decimal(reported.user_reward.as_deref()),
            reward_minor: reported.reward_minor,
            payout_minor: reported.payout_minor,
            gross_minor: reported.gross_minor,
            currency: reported.currency.clone().unwrap_or_else(|| "USD".to_owned()),
            occurred_at,
            click_id: reported.click_id.clone(),
            extra: extra.collect(),
            calculation: None,
            manual: None,
            review: None,
            recorded_at: occurred_at,
        })
    }

    pub(crate) fn event(&self) -> CallbackEvent {
        self.reversal.as_ref().map_or(CallbackEvent::Completed, |taken| {
            CallbackEvent::Reversed(TakenBack {
                ordinal: taken.ordinal,
                whole: taken.whole,
                user_reward: decimal(taken.user_reward.as_deref()),
                reward_minor: taken.reward_minor,
                payout_minor: taken.payout_minor,
                gross_minor: taken.gross_minor,
                reason: taken.reason.clone(),
                occurred_at: taken.occurred_at,
            })
        })
    }
}

fn decimal(text: Option<&str>) -> Option<Decimal> {
    text.map(|text| Decimal::parse(text).unwrap())
}
