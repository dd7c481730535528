//! The server that is measured: one or more nodes on an empty store of their own, and what it takes to report to them.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::LOOK;
use super::node::Node;
use super::place::{OwnStore, Place};
use super::usage::Usage;
use super::workload::{self, DIALECT, Setting};
use crate::clock::Clock;
use crate::command::Failure;
use crate::domain::secret::SecretText;

/// States in which no delivery may be left; `delivered` is the only other one that a completion can reach here.
const UNDELIVERED: [&str; 5] = ["pending", "sending", "retrying", "held", "dead"];

/// A running server.
pub(super) struct Server {
    // The processes end before their store is removed: fields are dropped in this order.
    nodes: Vec<Node>,
    store: OwnStore,
}

impl Server {
    /// Starts so many nodes on an empty store.
    pub(super) async fn start(place: &Place, nodes: usize) -> Result<Self, Failure> {
        let mut server = Self { nodes: Vec::with_capacity(nodes), store: place.new_store()? };
        for _ in 0..nodes {
            server.nodes.push(Node::start(&server.store).await?);
        }
        Ok(server)
    }

    /// Where its nodes listen.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.nodes.iter().map(|node| node.address()).collect()
    }

    /// One publisher with one app that calls back to this URL, and a source that reports for it.
    pub(super) async fn set_up(&self, callback_url: &str) -> Result<Setting, Failure> {
        let publisher = self.create("/v1/publishers", &json!({ "name": "Measured" })).await?;
        let app = json!({
            "publisherId": field(&publisher, "id")?, "name": "Measured", "dialect": DIALECT, "callbackUrl": callback_url,
        });
        let app_id = field(&self.create("/v1/apps", &app).await?, "id")?;
        self.create(&format!("/v1/apps/{app_id}/secrets"), &json!({})).await?;
        let source = self.create("/v1/sources", &json!({ "name": "Measuring" })).await?;
        let source_secret = SecretText::known(field(&source, "secret")?);
        let setting = Setting { app_id, surface_id: field(&source, "surfaceId")?, source_secret };
        self.all_know(&setting).await?;
        Ok(setting)
    }

    /// Returns once every node would send at once: what was set up at the first reaches the others within a second, and
    /// that is not what is measured.
    async fn all_know(&self, setting: &Setting) -> Result<(), Failure> {
        let request = workload::preview(setting, Clock::system().now());
        for node in &self.nodes {
            loop {
                let answer: Value = serde_json::from_slice(&node.exchange(&request).await?)?;
                if answer["deliveries"][0]["status"] == "pending" {
                    break;
                }
                tokio::time::sleep(LOOK).await;
            }
        }
        Ok(())
    }

    /// Deliveries that the store has written down as delivered, by whichever node.
    pub(super) async fn settled(&self) -> Result<usize, Failure> {
        let mut settled = 0;
        for node in &self.nodes {
            settled += node.settled().await?;
        }
        Ok(settled)
    }

    /// The states in which deliveries are left that should all have been delivered.
    pub(super) async fn undelivered(&self) -> Result<Vec<&'static str>, Failure> {
        let mut states = Vec::new();
        for state in UNDELIVERED {
            let page = self.first()?.call("GET", &format!("/v1/deliveries?status={state}&limit=1"), b"").await?;
            let page: Value = serde_json::from_slice(&page)?;
            if page["items"].as_array().is_none_or(|items| !items.is_empty()) {
                states.push(state);
            }
        }
        Ok(states)
    }

    /// What its processes have used together.
    pub(super) fn usage(&self) -> Result<Usage, Failure> {
        self.nodes.iter().map(Node::usage).sum()
    }

    /// Ends its processes and removes its store.
    pub(super) fn remove(self) -> Result<(), Failure> {
        drop(self.nodes);
        self.store.remove()
    }

    async fn create(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        Ok(serde_json::from_slice(&self.first()?.call("POST", path, body.to_string().as_bytes()).await?)?)
    }

    fn first(&self) -> Result<&Node, Failure> {
        self.nodes.first().ok_or_else(|| "a server needs a node".into())
    }
}

fn field(object: &Value, name: &str) -> Result<String, Failure> {
    Ok(object[name].as_str().ok_or_else(|| format!("an answer of the server lacks `{name}`"))?.to_owned())
}
