//! An app and an endpoint as they are shown, with what deserves a look. Never a secret, never a header's value.

use serde::Serialize;
use utoipa::ToSchema;

use super::setup_part::SetupPart;
use crate::domain::app::{App, Disabled, Endpoint};
use crate::domain::app_settings::AppSettings;
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::dialect::recipe::SecretNeed;
use crate::domain::dialect_settings::SURFACE_ID;
use crate::domain::egress::Route;
use crate::domain::endpoint_rules::check_endpoint;
use crate::domain::secret::SHORT_SECRET;
use crate::domain::time::Timestamp;
use crate::web::Web;

/// What is shown of an endpoint, alone or as part of its app.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndpointPart {
    #[serde(flatten)]
    settings: EndpointSettings,
    /// Names alone.
    headers: Vec<String>,
    /// The same as `settings.surfaceId`.
    surface_id: Option<String>,
    /// By which answer its receiver disabled it: what is due is held until somebody enables it.
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled: Option<DisabledPart>,
    /// What tests have shown of its receiver.
    setup: SetupPart,
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
    #[serde(flatten)]
    settings: AppSettings,
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
        let settings = &endpoint.config.settings;
        let circuit = web.node.circuits.get(&endpoint.id);
        Self {
            settings: settings.clone(),
            headers: settings.headers.names(),
            surface_id: settings.dialect_settings.get(SURFACE_ID).cloned(),
            disabled: endpoint.disabled.map(|Disabled { at, status }| DisabledPart { at, status_code: status }),
            setup: SetupPart::from(endpoint.setup),
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
            settings: app.settings.clone(),
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
    pub fn of(web: &Web, app_id: &str, endpoint: &Endpoint) -> Self {
        Self {
            id: endpoint.id.clone(),
            app_id: app_id.to_owned(),
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
    match check_endpoint(&endpoint.config.settings, &node.catalog, &node.targets) {
        Ok(of_urls) => warnings.extend(of_urls),
        // It was good when it was saved; what the instance allows has changed since.
        Err(invalid) => {
            warnings.extend(invalid.0.into_iter().map(|fault| format!("{}: {}", fault.field, fault.message)))
        }
    }
    if endpoint.config.settings.callback_url.is_none() {
        warnings.push("there is no callbackUrl: deliveries are held until there is one".to_owned());
    }
    if let Some(Disabled { status, .. }) = endpoint.disabled {
        let why = format!("the receiver answered {status}, that it is there no more: deliveries are held until");
        warnings.push(format!("{why} the endpoint is enabled (POST …/endpoints/{}/enable)", endpoint.id));
    }
    let need = node.catalog.get(&endpoint.config.settings.dialect).map_or(SecretNeed::None, |recipe| recipe.secret());
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
