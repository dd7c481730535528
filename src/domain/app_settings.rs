//! What can be set of an app and of an endpoint, in one piece: read from an app, changed, checked, written back.
//!
//! The checks are in [`super::endpoint_rules`]; the store writes these values as they are.

use std::collections::BTreeMap;
use std::time::Duration;

use super::app::{App, Endpoint};
use super::dialect::callback::TimestampSource;
use super::dialect::callback_url::CallbackUrl;
use super::dialect::success::SuccessRule;
use super::limits::Limits;
use super::retry::RetrySchedule;
use super::terms::Terms;

/// Days after which a held delivery is dead, unless an app says otherwise.
pub const DEFAULT_MAX_HELD_DAYS: u32 = 30;

/// What can be set of an app itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppSettings {
    /// For people.
    pub name: String,
    /// The operator's own name for it.
    pub reference: Option<String>,
    /// Whether deliveries wait as held.
    pub paused: bool,
    /// Whether completions are called back at all.
    pub callbacks: bool,
    /// After so many days a held delivery is dead.
    pub max_held_days: u32,
    /// How fast its callbacks may come, and how many at a time.
    pub limits: Limits,
    /// What of the money is agreed for it.
    pub terms: Terms,
}

/// What can be set of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointSettings {
    /// The dialect's name.
    pub dialect: String,
    /// The template of callbacks.
    pub callback_url: Option<CallbackUrl>,
    /// The template of reversals, where the dialect tells them elsewhere.
    pub reversal_url: Option<CallbackUrl>,
    /// The chosen event types; `None`: all.
    pub events: Option<Vec<String>>,
    /// `None`: the dialect's.
    pub retry_schedule: Option<RetrySchedule>,
    /// `None`: the dialect's.
    pub timeout: Option<Duration>,
    /// `None`: the dialect's.
    pub success: Option<SuccessRule>,
    /// Headers that the publisher wants besides.
    pub headers: Vec<(String, String)>,
    /// Which instant `timestamp` speaks of.
    pub timestamp_source: TimestampSource,
    /// `scheme://host[:port]` that replaces the origin in what is signed.
    pub signed_origin: Option<String>,
    /// What the dialect wants to know of the endpoint besides, by name.
    pub settings: BTreeMap<String, String>,
}

impl AppSettings {
    /// An app of this name with nothing else set.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            reference: None,
            paused: false,
            callbacks: true,
            max_held_days: DEFAULT_MAX_HELD_DAYS,
            limits: Limits::default(),
            terms: Terms::default(),
        }
    }

    /// What is set of an app at present.
    pub fn of(app: &App) -> Self {
        Self {
            name: app.name.clone(),
            reference: app.reference.clone(),
            paused: app.paused,
            callbacks: app.callbacks,
            max_held_days: app.max_held_days,
            limits: app.limits,
            terms: app.terms.clone(),
        }
    }
}

impl EndpointSettings {
    /// An endpoint of this dialect with nothing else set.
    pub fn new(dialect: &str) -> Self {
        Self {
            dialect: dialect.to_owned(),
            callback_url: None,
            reversal_url: None,
            events: None,
            retry_schedule: None,
            timeout: None,
            success: None,
            headers: Vec::new(),
            timestamp_source: TimestampSource::default(),
            signed_origin: None,
            settings: BTreeMap::new(),
        }
    }

    /// What is set of an endpoint at present.
    pub fn of(endpoint: &Endpoint) -> Self {
        let config = &endpoint.config;
        Self {
            dialect: endpoint.dialect.clone(),
            callback_url: config.callback_url.clone(),
            reversal_url: config.reversal_url.clone(),
            events: endpoint.events.clone(),
            retry_schedule: endpoint.retry_schedule.clone(),
            timeout: endpoint.timeout,
            success: endpoint.success.clone(),
            headers: config.headers.clone(),
            timestamp_source: config.timestamp_source,
            signed_origin: config.signed_origin.clone(),
            settings: config.settings.clone(),
        }
    }
}
