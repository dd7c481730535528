//! Everything is made known to Ringback as its users would do it: publishers and their egress IPs by an account manager,
//! apps and secrets by the publishers, the source by the operator. All through the admin API.

use std::collections::HashMap;

use serde_json::json;

use super::cast::{CAST, DEAD_SCHEDULE, Dialect, EGRESS, PUBLISHERS, REMOTE_SURFACE, Temper};
use super::platform::{Credential, Platform, text};
use super::receiver::Receiver;
use crate::command::Failure;

/// What came of it.
pub(super) struct Wired {
    /// The apps' ids, in the order of the cast.
    pub app_ids: Vec<String>,
    /// What the offer system signs with.
    pub credential: Credential,
}

/// Sets everything up; the receivers stand in the order of the cast.
pub(super) async fn set_up(platform: &Platform, receivers: &[Receiver]) -> Result<Wired, Failure> {
    for (reference, name, _) in PUBLISHERS {
        platform.post("/v1/publishers", json!({ "ref": reference, "name": name })).await?;
    }
    let mut egress_ids = HashMap::new();
    for address in EGRESS {
        let issued = platform.post("/v1/egress-ips", json!({ "address": address })).await?;
        egress_ids.insert(address, text(&issued, "id")?);
    }
    let assignments = |address| format!("/v1/egress-ips/{}/assignments", egress_ids[&address]);
    for (reference, _, address) in PUBLISHERS {
        platform.post(&assignments(address), json!({ "publisherId": reference })).await?;
    }
    let mut app_ids = Vec::new();
    for (part, receiver) in CAST.iter().zip(receivers) {
        let mut app = json!({
            "publisherId": part.publisher,
            "name": format!("Demo: {}", part.app),
            "ref": part.app,
            "dialect": part.dialect.name(),
            "callbackUrl": receiver.callback_url(),
        });
        if part.dialect == Dialect::Attribloom {
            app["settings"] = json!({ "surfaceId": REMOTE_SURFACE });
        }
        if part.temper == Temper::Dead {
            app["retrySchedule"] = json!(DEAD_SCHEDULE);
        }
        app_ids.push(text(&platform.post("/v1/apps", app).await?, "id")?);
        let secret = platform.post(&format!("/v1/apps/{}/secrets", part.app), json!({})).await?;
        receiver.learn(&text(&secret, "secret")?);
        if part.has_own_egress() {
            platform.post(&assignments(part.egress), json!({ "appId": part.app })).await?;
        }
    }
    let source = platform.post("/v1/sources", json!({ "name": "Demo offer system" })).await?;
    let credential = Credential { surface_id: text(&source, "surfaceId")?, secret: text(&source, "secret")? };
    Ok(Wired { app_ids, credential })
}
