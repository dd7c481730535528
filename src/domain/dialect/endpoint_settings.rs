//! What can be set of an endpoint: the one struct that the API reads and shows, the store keeps and callbacks are made from.
//!
//! A new setting is a field here, with its default and its words for whoever reads the interface's description; its rule in
//! [`endpoint_rules`](crate::domain::endpoint_rules); the place where it takes effect; and a test. Nothing else names it.
//!
//! Reading gives a value its type and asks no more of it, because a rule often ties several settings to the dialect: whether
//! they are good is asked of all of them together. It stands beside the dialects because they make callbacks of it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::callback_url::CallbackUrl;
use super::success::SuccessRule;
use crate::domain::headers::Headers;
use crate::domain::retry::RetrySchedule;

/// What can be set of an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct EndpointSettings {
    /// How callbacks look and are signed. Another dialect can not be chosen while deliveries are open; another version of the
    /// same one can be, and what was accepted before goes out under the version that it was accepted under.
    #[schema(min_length = 1, max_length = 64)]
    pub dialect: String,
    /// The URL template.
    #[schema(value_type = Option<String>)]
    pub callback_url: Option<CallbackUrl>,
    /// The URL template of reversals, where the dialect tells them elsewhere.
    #[schema(value_type = Option<String>)]
    pub reversal_url: Option<CallbackUrl>,
    /// Event types that are called back; null: all. A later choice holds for new completions.
    #[schema(min_items = 1, max_items = 100)]
    pub events: Option<Vec<String>>,
    /// Seconds before attempts 2, 3, … (1 to 604,800 each); null: the dialect's.
    #[schema(value_type = Option<Vec<u64>>, max_items = 100)]
    pub retry_schedule: Option<RetrySchedule>,
    /// 1,000 to 60,000; null: the dialect's.
    #[schema(minimum = 1_000, maximum = 60_000)]
    pub timeout_ms: Option<u64>,
    /// What counts as success; null: what the dialect says.
    #[schema(inline)]
    pub success: Option<SuccessRule>,
    /// Further headers, at most 20; their values are never shown again. Replaces all that were set before.
    #[serde(skip_serializing)]
    #[schema(value_type = BTreeMap<String, String>)]
    pub headers: Headers,
    /// Which instant `timestamp` speaks of.
    #[schema(inline)]
    pub timestamp_source: TimestampSource,
    /// `scheme://host[:port]` that replaces the origin in what is signed.
    pub signed_origin: Option<String>,
    /// `{name: value}`: what the dialect wants to know of the endpoint besides (`GET /v1/dialects/{name}` lists it). In a
    /// change each is changed by its name, and null takes it away.
    #[serde(rename = "settings")]
    #[schema(value_type = BTreeMap<String, Option<String>>)]
    pub dialect_settings: BTreeMap<String, String>,
}

/// Which instant a dialect's `timestamp` speaks of, where the endpoint may choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TimestampSource {
    /// When the user completed the offer.
    #[default]
    Completion,
    /// When this attempt is made, for receivers that refuse old timestamps.
    Attempt,
}

impl EndpointSettings {
    /// An endpoint of this dialect with nothing else set.
    pub fn new(dialect: &str) -> Self {
        Self { dialect: dialect.to_owned(), ..Self::default() }
    }

    /// How long a receiver may take, where that was set.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout_ms.map(Duration::from_millis)
    }

    /// Whether completions of this type are called back.
    pub fn wants(&self, event_type: &str) -> bool {
        self.events.as_ref().is_none_or(|events| events.iter().any(|event| event == event_type))
    }
}
