//! An app and an endpoint as they are shown, with what deserves a look. Never a secret, never a header's value.

use serde::Serialize;
use utoipa::ToSchema;

use super::setup_part::SetupPart;
use crate::domain::app::{App, Disabled, Endpoint};
use crate::domain::app_settings::AppSettings;
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::dialect_settings::SURFACE_ID;
use crate::domain::story::Reader;
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
        let (egress_ip, warning) = web.actions.leaves_from(app);
        let mut warnings: Vec<String> = warning.into_iter().collect();
        warnings.extend(first.into_iter().flat_map(|endpoint| all_warnings(web, endpoint)));
        Self {
            id: app.id.clone(),
            publisher_id: app.publisher_id.clone(),
            settings: app.settings.clone(),
            endpoint_id: first.map(|endpoint| endpoint.id.clone()),
            endpoint: first.map(|endpoint| EndpointPart::of(web, endpoint)),
            egress_ip: egress_ip.map(|address| address.to_string()),
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
            warnings: all_warnings(web, endpoint),
        }
    }
}

/// What is refused at an endpoint, and what is to be said of it besides. The API says to everybody what it says to the publisher.
fn all_warnings(web: &Web, endpoint: &Endpoint) -> Vec<String> {
    let refused = web.actions.refusal_warnings(endpoint, Reader::Publisher).into_iter().map(|(_, text)| text);
    refused.chain(web.actions.endpoint_warnings(endpoint)).collect()
}
