//! What is given of an app or an endpoint, and how it becomes settings: absent stays, null goes back to the default.
//!
//! Nothing here says whether a value is good; that is asked of the settings as a whole, once everything is in its place.

use std::fmt;
use std::time::Duration;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use crate::domain::app_settings::{AppSettings, DEFAULT_MAX_HELD_DAYS, EndpointSettings};
use crate::domain::dialect::callback::TimestampSource;
use crate::domain::dialect::success::SuccessRule;
use crate::domain::invalid::Invalid;
use crate::domain::naming;
use crate::domain::retry::RetrySchedule;
use crate::web::json::Patch;

/// Whether completions are called back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Callbacks {
    /// Recorded and called back.
    On,
    /// Recorded alone.
    Off,
}

/// What counts as success, where it is not what the dialect says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SuccessBody {
    /// `["200"]`, several such, or `["2xx"]`.
    statuses: Vec<String>,
    /// A text that the answer's body must hold besides.
    body_contains: Option<String>,
}

/// An app, or a change of one. Creating needs `name`, `dialect` and (unless a publisher's own token asks)
/// `publisherId`; everything else may be left out. In a change, what is left out stays and null goes back to the default.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppBody {
    /// Whose it is, by id or ref; can not be changed.
    pub(super) publisher_id: Option<String>,
    /// For people.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Patch<String>,
    /// Your own name for it, accepted wherever the id is.
    #[serde(rename = "ref")]
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    reference: Patch<String>,
    /// Deliveries wait as held.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    paused: Patch<bool>,
    /// `off` records completions without calling back.
    #[serde(default)]
    #[schema(value_type = Option<Callbacks>)]
    callbacks: Patch<Callbacks>,
    /// After so many days (1 to 365; default 30) a held delivery is dead.
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    max_held_days: Patch<u32>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    dialect: Patch<String>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    callback_url: Patch<String>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    reversal_url: Patch<String>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    events: Patch<Vec<String>>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<Vec<u64>>)]
    retry_schedule: Patch<Vec<u64>>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<u64>)]
    timeout_ms: Patch<u64>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    success: Patch<SuccessBody>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    headers: Patch<Headers>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    timestamp_source: Patch<TimestampSource>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    signed_origin: Patch<String>,
    /// See the endpoint.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    surface_id: Patch<String>,
}

/// An endpoint, or a change of one. Creating needs `dialect`. In a change, what is left out stays and null goes back to
/// the default.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndpointBody {
    /// How callbacks look and are signed; can not change while deliveries are open.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    dialect: Patch<String>,
    /// The URL template.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    callback_url: Patch<String>,
    /// The URL template of reversals, where the dialect tells them elsewhere.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    reversal_url: Patch<String>,
    /// Event types that are called back; default all. A later choice holds for new completions.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    events: Patch<Vec<String>>,
    /// Seconds before attempts 2, 3, …; default the dialect's.
    #[serde(default)]
    #[schema(value_type = Option<Vec<u64>>)]
    retry_schedule: Patch<Vec<u64>>,
    /// 1,000 to 60,000; default the dialect's.
    #[serde(default)]
    #[schema(value_type = Option<u64>)]
    timeout_ms: Patch<u64>,
    /// `{statuses: ["200"] | ["2xx"], bodyContains?}`; default the dialect's.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    success: Patch<SuccessBody>,
    /// Further headers; their values are never shown again. Replaces all that were set before.
    #[serde(default)]
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    headers: Patch<Headers>,
    /// `completion` (default) or `attempt`: which instant `timestamp` speaks of.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    timestamp_source: Patch<TimestampSource>,
    /// `scheme://host[:port]` that replaces the origin in what is signed.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    signed_origin: Patch<String>,
    /// The remote surface of an endpoint that forwards reports.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    surface_id: Patch<String>,
}

/// Headers in the order given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Headers(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = Headers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Headers(pairs))
            }
        }

        deserializer.deserialize_map(Pairs)
    }
}

impl AppBody {
    /// Whether it sets or takes away a `ref`.
    pub(super) fn names_a_ref(&self) -> bool {
        !matches!(self.reference, Patch::Kept)
    }

    /// The settings of a new app and its first endpoint.
    pub(super) fn into_new(self) -> Result<(AppSettings, EndpointSettings), Invalid> {
        let mut app = AppSettings {
            name: String::new(),
            reference: None,
            paused: false,
            callbacks: true,
            max_held_days: DEFAULT_MAX_HELD_DAYS,
        };
        let mut invalid = Invalid::none();
        if !matches!(self.name, Patch::Set(_)) {
            invalid.push("name", "is required");
        }
        if !matches!(self.dialect, Patch::Set(_)) {
            invalid.push("dialect", "is required");
        }
        invalid.into_result()?;
        let mut endpoint = EndpointSettings::new("");
        self.apply(&mut app, &mut endpoint)?;
        Ok((app, endpoint))
    }

    /// Changes the settings of an app and its first endpoint.
    pub(super) fn apply(self, app: &mut AppSettings, endpoint: &mut EndpointSettings) -> Result<(), Invalid> {
        let mut invalid = Invalid::none();
        if let Some(name) = invalid.take(self.name.try_map(|text| naming::name(&text))) {
            required("name", name, &mut app.name, &mut invalid);
        }
        if let Some(reference) = invalid.take(self.reference.try_map(|text| naming::reference(&text))) {
            reference.apply_optional(&mut app.reference);
        }
        self.paused.apply(&mut app.paused, false);
        let mut callbacks = if app.callbacks { Callbacks::On } else { Callbacks::Off };
        self.callbacks.apply(&mut callbacks, Callbacks::On);
        app.callbacks = callbacks == Callbacks::On;
        self.max_held_days.apply(&mut app.max_held_days, DEFAULT_MAX_HELD_DAYS);
        let of_endpoint = EndpointBody {
            dialect: self.dialect,
            callback_url: self.callback_url,
            reversal_url: self.reversal_url,
            events: self.events,
            retry_schedule: self.retry_schedule,
            timeout_ms: self.timeout_ms,
            success: self.success,
            headers: self.headers,
            timestamp_source: self.timestamp_source,
            signed_origin: self.signed_origin,
            surface_id: self.surface_id,
        };
        invalid.take(of_endpoint.apply(endpoint));
        invalid.into_result()
    }
}

impl EndpointBody {
    /// The settings of a new endpoint.
    pub(super) fn into_new(self) -> Result<EndpointSettings, Invalid> {
        if !matches!(self.dialect, Patch::Set(_)) {
            return Err(Invalid::field("dialect", "is required"));
        }
        let mut settings = EndpointSettings::new("");
        self.apply(&mut settings)?;
        Ok(settings)
    }

    /// Changes the settings of an endpoint.
    pub(super) fn apply(self, settings: &mut EndpointSettings) -> Result<(), Invalid> {
        let mut invalid = Invalid::none();
        required("dialect", self.dialect, &mut settings.dialect, &mut invalid);
        self.callback_url.apply_optional(&mut settings.callback_url);
        self.reversal_url.apply_optional(&mut settings.reversal_url);
        self.events.apply_optional(&mut settings.events);
        if let Some(schedule) = invalid.take(self.retry_schedule.try_map(RetrySchedule::from_seconds)) {
            schedule.apply_optional(&mut settings.retry_schedule);
        }
        match self.timeout_ms {
            Patch::Kept => {}
            Patch::Reset => settings.timeout = None,
            Patch::Set(ms) => settings.timeout = Some(Duration::from_millis(ms)),
        }
        let rule = |given: SuccessBody| SuccessRule::new(&given.statuses, given.body_contains);
        if let Some(success) = invalid.take(self.success.try_map(rule)) {
            success.apply_optional(&mut settings.success);
        }
        match self.headers {
            Patch::Kept => {}
            Patch::Reset => settings.headers.clear(),
            Patch::Set(Headers(headers)) => settings.headers = headers,
        }
        self.timestamp_source.apply(&mut settings.timestamp_source, TimestampSource::default());
        self.signed_origin.apply_optional(&mut settings.signed_origin);
        self.surface_id.apply_optional(&mut settings.surface_id);
        invalid.into_result()
    }
}

/// Applies a field that has no default to go back to.
fn required(name: &str, given: Patch<String>, setting: &mut String, invalid: &mut Invalid) {
    match given {
        Patch::Kept => {}
        Patch::Reset => invalid.push(name, "must not be null"),
        Patch::Set(value) => *setting = value,
    }
}
