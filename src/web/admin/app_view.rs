//! An app and an endpoint as they are shown, with what deserves a look. Never a secret, never a header's value.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::app_body::Callbacks;
use super::review_part::ReviewPart;
use crate::domain::amount::Decimal;
use crate::domain::app::{App, Disabled, Endpoint};
use crate::domain::app_settings::EndpointSettings;
use crate::domain::dialect::callback::TimestampSource;
use crate::domain::dialect::recipe::SecretNeed;
use crate::domain::dialect::success::SuccessRule;
use crate::domain::dialect_settings::SURFACE_ID;
use crate::domain::egress::Route;
use crate::domain::endpoint_rules::check_endpoint;
use crate::domain::limits::Limits;
use crate::domain::rounding::Rounding;
use crate::domain::time::Timestamp;
use crate::web::Web;

/// What is shown of an endpoint, alone or as part of its app.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndpointPart {
    dialect: String,
    callback_url: Option<String>,
    reversal_url: Option<String>,
    /// Null: all.
    events: Option<Vec<String>>,
    /// Null: the dialect's.
    retry_schedule: Option<Vec<u64>>,
    /// Null: the dialect's.
    timeout_ms: Option<u64>,
    /// Null: the dialect's.
    #[schema(value_type = Option<Object>)]
    success: Option<SuccessRule>,
    /// Names alone.
    headers: Vec<String>,
    #[schema(value_type = String)]
    timestamp_source: TimestampSource,
    signed_origin: Option<String>,
    /// What the dialect wants to know of the endpoint besides.
    settings: BTreeMap<String, String>,
    /// The same as `settings.surfaceId`.
    surface_id: Option<String>,
    /// By which answer its receiver disabled it: what is due is held until somebody enables it.
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled: Option<DisabledPart>,
    /// While its receiver is down: what is due waits, and one delivery goes as a probe now and then.
    #[serde(skip_serializing_if = "Option::is_none")]
    circuit: Option<CircuitPart>,
}

/// The answer by which an endpoint was disabled.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DisabledPart {
    at: Timestamp,
    status_code: u16,
}

/// An open circuit.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CircuitPart {
    opened_at: Timestamp,
    next_probe_at: Timestamp,
}

/// An app; the endpoint's part is its first endpoint's.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppView {
    id: String,
    publisher_id: String,
    #[serde(rename = "ref")]
    reference: Option<String>,
    name: String,
    paused: bool,
    callbacks: Callbacks,
    max_held_days: u32,
    /// `{perSecond?, inFlight?}`; null: none.
    #[schema(value_type = Option<Object>)]
    limits: Option<Limits>,
    refund_window_days: u32,
    click_days: u32,
    /// Null: the payout is as offered or reported.
    revenue_share_bps: Option<u32>,
    /// Null: rewards are as reported.
    reward_rate: Option<Decimal>,
    reward_decimals: u32,
    #[schema(value_type = String)]
    reward_rounding: Rounding,
    /// Which completions are held for review; null: none.
    review: Option<ReviewPart>,
    /// The first endpoint's id.
    endpoint_id: Option<String>,
    #[serde(flatten)]
    endpoint: Option<EndpointPart>,
    /// The address that callbacks leave from; null where there is none (see `warnings`).
    egress_ip: Option<String>,
    /// What works but deserves a look, or keeps deliveries waiting.
    warnings: Vec<String>,
    created_at: Timestamp,
}

/// One receiver of an app.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndpointView {
    id: String,
    app_id: String,
    #[serde(flatten)]
    endpoint: EndpointPart,
    /// What works but deserves a look, or keeps deliveries waiting.
    warnings: Vec<String>,
}

impl EndpointPart {
    fn of(web: &Web, endpoint: &Endpoint) -> Self {
        let config = &endpoint.config;
        let circuit = web.node.circuits.get(&endpoint.id);
        Self {
            dialect: endpoint.dialect.clone(),
            callback_url: config.callback_url.as_ref().map(|url| url.as_str().to_owned()),
            reversal_url: config.reversal_url.as_ref().map(|url| url.as_str().to_owned()),
            events: endpoint.events.clone(),
            retry_schedule: endpoint.retry_schedule.as_ref().map(|schedule| schedule.as_seconds().to_vec()),
            timeout_ms: endpoint.timeout.map(|timeout| u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX)),
            success: endpoint.success.clone(),
            headers: config.headers.iter().map(|(name, _)| name.clone()).collect(),
            timestamp_source: config.timestamp_source,
            signed_origin: config.signed_origin.clone(),
            surface_id: config.settings.get(SURFACE_ID).cloned(),
            settings: config.settings.clone(),
            disabled: endpoint.disabled.map(|Disabled { at, status }| DisabledPart { at, status_code: status }),
            circuit: circuit.map(|open| CircuitPart { opened_at: open.opened_at, next_probe_at: open.next_probe_at }),
        }
    }
}

impl AppView {
    /// An app as it stands now.
    pub fn of(web: &Web, app: &App) -> Self {
        let first = app.first_endpoint();
        let (egress_ip, warning) = leaves_from(web, app);
        let mut warnings: Vec<String> = warning.into_iter().collect();
        warnings.extend(first.into_iter().flat_map(|endpoint| endpoint_warnings(web, endpoint)));
        Self {
            id: app.id.clone(),
            publisher_id: app.publisher_id.clone(),
            reference: app.reference.clone(),
            name: app.name.clone(),
            paused: app.paused,
            callbacks: if app.callbacks { Callbacks::On } else { Callbacks::Off },
            max_held_days: app.max_held_days,
            limits: Some(app.limits).filter(|limits| !limits.are_none()),
            refund_window_days: app.terms.refund_window_days,
            click_days: app.terms.click_days,
            revenue_share_bps: app.terms.revenue_share_bps,
            reward_rate: app.terms.reward_rate.clone(),
            reward_decimals: app.terms.reward_decimals,
            reward_rounding: app.terms.reward_rounding,
            review: app.terms.review.clone().map(ReviewPart::from),
            endpoint_id: first.map(|endpoint| endpoint.id.clone()),
            endpoint: first.map(|endpoint| EndpointPart::of(web, endpoint)),
            egress_ip,
            warnings,
            created_at: app.created_at,
        }
    }
}

impl EndpointView {
    /// An endpoint as it stands now.
    pub fn of(web: &Web, app: &App, endpoint: &Endpoint) -> Self {
        Self {
            id: endpoint.id.clone(),
            app_id: app.id.clone(),
            endpoint: EndpointPart::of(web, endpoint),
            warnings: endpoint_warnings(web, endpoint),
        }
    }
}

fn leaves_from(web: &Web, app: &App) -> (Option<String>, Option<String>) {
    match web.node.directory.route(app, web.node.clock.now()) {
        Route::Egress(egress_ip) => {
            let address = egress_ip.address.to_string();
            let warning = (web.node.holders(&egress_ip.id) == 0)
                .then(|| format!("no live node holds the egress IP {address}: deliveries wait for one that does"));
            (Some(address), warning)
        }
        Route::Removed => {
            let warning = "the egress IP was taken away: deliveries wait until there is another one";
            (None, Some(warning.to_owned()))
        }
        Route::Host => {
            let warning = "no egress IP was ever assigned: callbacks leave by the host's own route";
            (None, Some(warning.to_owned()))
        }
    }
}

fn endpoint_warnings(web: &Web, endpoint: &Endpoint) -> Vec<String> {
    let node = &web.node;
    let mut warnings = Vec::new();
    match check_endpoint(&EndpointSettings::of(endpoint), &node.catalog, &node.targets) {
        Ok(of_urls) => warnings.extend(of_urls),
        // It was good when it was saved; what the instance allows has changed since.
        Err(invalid) => {
            warnings.extend(invalid.0.into_iter().map(|fault| format!("{}: {}", fault.field, fault.message)))
        }
    }
    if endpoint.config.callback_url.is_none() {
        warnings.push("there is no callbackUrl: deliveries are held until there is one".to_owned());
    }
    if let Some(Disabled { status, .. }) = endpoint.disabled {
        let why = format!("the receiver answered {status}, that it is there no more: deliveries are held until");
        warnings.push(format!("{why} the endpoint is enabled (POST …/endpoints/{}/enable)", endpoint.id));
    }
    let need = node.catalog.get(&endpoint.dialect).map_or(SecretNeed::None, |recipe| recipe.secret());
    match (endpoint.active_secret(), need) {
        (None, SecretNeed::Required) => {
            warnings.push("there is no active secret: deliveries are held until there is one".to_owned());
        }
        (None, SecretNeed::Optional) => warnings.push("there is no active secret: callbacks are not signed".to_owned()),
        (Some(secret), _) if secret.text.is_short() => warnings.push(SHORT_SECRET.to_owned()),
        _ => {}
    }
    warnings
}

/// Said of a secret that a publisher brought.
pub(super) const SHORT_SECRET: &str = "the secret has fewer than 16 characters and could be guessed";
