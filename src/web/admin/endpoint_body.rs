//! What is given of an endpoint, alone or as part of its app, and how it becomes settings.
//!
//! Nothing here says whether a value is good; that is asked of the settings as a whole, once everything is in its place.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use crate::domain::app_settings::EndpointSettings;
use crate::domain::dialect::callback::TimestampSource;
use crate::domain::dialect::callback_url::CallbackUrl;
use crate::domain::dialect::success::SuccessRule;
use crate::domain::dialect_settings::SURFACE_ID;
use crate::domain::invalid::Invalid;
use crate::domain::patch::Patch;
use crate::domain::retry::RetrySchedule;

/// What counts as success, where it is not what the dialect says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SuccessBody {
    /// `["200"]`, several such, or `["2xx"]`.
    statuses: Vec<String>,
    /// A text that the answer's body must hold besides.
    body_contains: Option<String>,
    /// Or one of these must be the whole body, white space around it apart: at most 8 of 1 to 64 bytes.
    #[serde(default)]
    body_is: Vec<String>,
}

/// An endpoint, or a change of one. Creating needs `dialect`. In a change, what is left out stays and null goes back to
/// the default.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndpointBody {
    /// How callbacks look and are signed; can not change while deliveries are open.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(super) dialect: Patch<String>,
    /// The URL template.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(super) callback_url: Patch<CallbackUrl>,
    /// The URL template of reversals, where the dialect tells them elsewhere.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(super) reversal_url: Patch<CallbackUrl>,
    /// Event types that are called back; default all. A later choice holds for new completions.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    pub(super) events: Patch<Vec<String>>,
    /// Seconds before attempts 2, 3, …; default the dialect's.
    #[serde(default)]
    #[schema(value_type = Option<Vec<u64>>)]
    pub(super) retry_schedule: Patch<Vec<u64>>,
    /// 1,000 to 60,000; default the dialect's.
    #[serde(default)]
    #[schema(value_type = Option<u64>)]
    pub(super) timeout_ms: Patch<u64>,
    /// `{statuses: ["200"] | ["2xx"], bodyIs?: ["OK"], bodyContains?}`; default the dialect's.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(super) success: Patch<SuccessBody>,
    /// Further headers; their values are never shown again. Replaces all that were set before.
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    pub(super) headers: Patch<Headers>,
    /// `completion` (default) or `attempt`: which instant `timestamp` speaks of.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(super) timestamp_source: Patch<TimestampSource>,
    /// `scheme://host[:port]` that replaces the origin in what is signed.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(super) signed_origin: Patch<String>,
    /// `{name: value}`: what the dialect wants to know of the endpoint besides (`GET /v1/dialects/{name}` lists it). In a
    /// change each is changed by its name, and null takes it away.
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, Option<String>>>)]
    pub(super) settings: Patch<SettingChanges>,
    /// The same as `settings.surfaceId`: the remote surface of an endpoint that forwards reports.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(super) surface_id: Patch<String>,
}

/// Settings by name; null: none of that name.
pub(super) type SettingChanges = BTreeMap<String, Option<String>>;

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
        self.timeout_ms.map(Duration::from_millis).apply_optional(&mut settings.timeout);
        let rule = |given: SuccessBody| SuccessRule::new(&given.statuses, given.body_is, given.body_contains);
        if let Some(success) = invalid.take(self.success.try_map(rule)) {
            success.apply_optional(&mut settings.success);
        }
        self.headers.map(|Headers(headers)| headers).apply(&mut settings.headers, Vec::new());
        self.timestamp_source.apply(&mut settings.timestamp_source, TimestampSource::default());
        self.signed_origin.apply_optional(&mut settings.signed_origin);
        invalid.take(change_settings(&mut settings.settings, self.settings, self.surface_id));
        invalid.into_result()
    }
}

/// Changes settings by their names. `surfaceId` has two spellings, which must not say different things.
fn change_settings(
    settings: &mut BTreeMap<String, String>,
    given: Patch<SettingChanges>,
    surface_id: Patch<String>,
) -> Result<(), Invalid> {
    let among_given = match &given {
        Patch::Set(changes) => changes.get(SURFACE_ID).map_or(Patch::Kept, |value| value.clone().into()),
        Patch::Reset => Patch::Reset,
        Patch::Kept => Patch::Kept,
    };
    if !surface_id.is_kept() && !among_given.is_kept() && surface_id != among_given {
        return Err(Invalid::field(SURFACE_ID, "is another spelling of settings.surfaceId, which says something else"));
    }
    if matches!(given, Patch::Reset) {
        settings.clear();
    }
    let changes = if let Patch::Set(changes) = given { changes } else { BTreeMap::new() };
    let changes = changes.into_iter().map(|(name, value)| (name, value.into()));
    for (name, change) in changes.chain([(SURFACE_ID.to_owned(), surface_id)]) {
        match change {
            Patch::Set(value) => drop(settings.insert(name, value)),
            Patch::Reset => drop(settings.remove(&name)),
            Patch::Kept => {}
        }
    }
    Ok(())
}

/// Applies a field that has no default to go back to.
pub(super) fn required<T>(name: &str, given: Patch<T>, setting: &mut T, invalid: &mut Invalid) {
    match given {
        Patch::Kept => {}
        Patch::Reset => invalid.push(name, "must not be null"),
        Patch::Set(value) => *setting = value,
    }
}
