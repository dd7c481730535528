//! The nodes of a drill: how they are set up, and the publishers whose callbacks they send.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::api::{Api, App, text};
use crate::child::Home;
use crate::receiver::Receiver;

/// What a drill may take on a busy machine; only a failing one takes so long.
pub(crate) const DRILL: Duration = Duration::from_secs(150);
/// How long a fact may take to come about: a take-over, with the pause after it, and a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(45);

/// Nodes on the database at this URL. Of the SQLite place only the folder is used, for the master key.
pub(crate) fn nodes_on(url: &str) -> Home {
    Home::on_sqlite().with("RINGBACK_DATABASE_URL", url)
}

/// The same node holding exactly these egress IPs.
pub(crate) fn holding(home: &Home, addresses: &[&str]) -> Home {
    let binds: Vec<String> = addresses.iter().map(|address| format!("{address}={address}")).collect();
    // Something must be set, else it would hold all that the host can bind.
    let binds = if binds.is_empty() { "127.0.0.254=127.0.0.254".to_owned() } else { binds.join(",") };
    home.clone().with("RINGBACK_EGRESS_BIND", &binds)
}

/// An app with a server of its own, and the address that its callbacks must come from.
pub(crate) struct Publisher {
    pub(crate) app: App,
    pub(crate) receiver: Receiver,
    pub(crate) from: IpAddr,
}

impl Publisher {
    /// An app whose callbacks leave by the host's own route.
    pub(crate) async fn new(api: &Api) -> Self {
        Self::with(api, json!({})).await
    }

    /// The same with further settings.
    pub(crate) async fn with(api: &Api, mut settings: Value) -> Self {
        let receiver = Receiver::start().await;
        settings["callbackUrl"] = receiver.url("/pb.php").into();
        let app = api.app("besitos", settings).await;
        api.secret(&app, "sekret").await;
        Self { app, receiver, from: IpAddr::from([127, 0, 0, 1]) }
    }

    /// An app whose callbacks leave from an egress IP that nobody else has.
    pub(crate) async fn from_address(api: &Api, address: &str) -> Self {
        let publisher = Self::new(api).await;
        let egress_ip = api.made(Method::POST, "/v1/egress-ips", json!({"address": address})).await;
        let assignments = format!("/v1/egress-ips/{}/assignments", text(&egress_ip, "id"));
        api.made(Method::POST, &assignments, json!({"appId": publisher.app.id})).await;
        Self { from: address.parse().unwrap(), ..publisher }
    }
}

/// Asks again and again until this is found.
pub(crate) async fn found<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let finding = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, finding).await.unwrap_or_else(|_| panic!("it never came about: {what}"))
}

/// The ids of the nodes that live, as this one heard.
pub(crate) async fn living(api: &Api) -> Vec<String> {
    let ready = api.get("/readyz").await;
    ready["nodes"].as_array().unwrap().iter().map(|node| text(node, "id")).collect()
}
