//! The server that is measured: one or more nodes on a store of their own, and what it takes to report to them.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Value, json};

use super::LOOK;
use super::node::Node;
use super::place::{OwnStore, Place};
use super::spoken;
use super::usage::{DatabaseServer, Usage};
use super::workload::{self, Setting};
use crate::clock::Clock;
use crate::command::Failure;
use crate::domain::secret::SecretText;
use crate::store::inspect::engine::{self, Written};

/// States in which no delivery may be left; `delivered` is the only other one that a completion can reach here.
const UNDELIVERED: [&str; 5] = ["pending", "sending", "retrying", "held", "dead"];

/// A running server.
pub(super) struct Server {
    // The processes end before their store is removed: fields are dropped in this order.
    nodes: Vec<Node>,
    database: Option<DatabaseServer>,
    store: OwnStore,
}

/// What a server and its database have used and written until some moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Used {
    /// Of the nodes, an SQLite file's database being within them.
    pub(super) nodes: Usage,
    /// CPU time of a PostgreSQL server; `None` where it cannot be seen, 0 where there is none.
    pub(super) database_cpu_ms: Option<u64>,
    /// What the engine says.
    pub(super) written: Written,
}

impl Server {
    /// Starts so many nodes on an empty store.
    pub(super) async fn start(place: &Place, nodes: usize) -> Result<Self, Failure> {
        Self::on(place.new_store()?, nodes).await
    }

    /// Starts so many nodes on a store.
    pub(super) async fn on(store: OwnStore, nodes: usize) -> Result<Self, Failure> {
        Self::logging(store, nodes, "warn").await
    }

    /// Starts one node that does not warn: that others' receivers are down is no news where that is measured, and a thousand
    /// lines might wait for a terminal.
    pub(super) async fn on_without_warnings(store: OwnStore) -> Result<Self, Failure> {
        Self::logging(store, 1, "error").await
    }

    async fn logging(store: OwnStore, nodes: usize, log: &str) -> Result<Self, Failure> {
        let mut server = Self { nodes: Vec::with_capacity(nodes), database: None, store };
        for _ in 0..nodes {
            server.nodes.push(Node::start(&server.store, log).await?);
        }
        server.database = DatabaseServer::of(&server.store.location()?)?;
        Ok(server)
    }

    /// Where its nodes listen.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.nodes.iter().map(|node| node.address()).collect()
    }

    /// One publisher with so many apps, each with one endpoint of this dialect that is called back at this URL, and a source that reports
    /// for them.
    pub(super) async fn set_up(
        &self,
        dialect: &str,
        callback_url: &str,
        endpoints: usize,
    ) -> Result<Arc<Setting>, Failure> {
        let publisher = self.create("/v1/publishers", &json!({ "name": "Measured" })).await?;
        let mut app = spoken::endpoint(dialect, callback_url)?;
        app["publisherId"] = json!(field(&publisher, "id")?);
        app["name"] = json!("Measured");
        let mut app_ids = Vec::with_capacity(endpoints);
        for _ in 0..endpoints {
            let app_id = field(&self.create("/v1/apps", &app).await?, "id")?;
            self.create(&format!("/v1/apps/{app_id}/secrets"), &json!({})).await?;
            app_ids.push(app_id);
        }
        let source = self.create("/v1/sources", &json!({ "name": "Measuring" })).await?;
        let source_secret = SecretText::known(field(&source, "secret")?);
        let setting = Setting { app_ids, surface_id: field(&source, "surfaceId")?, source_secret };
        self.all_know(&setting).await?;
        Ok(Arc::new(setting))
    }

    /// Returns once every node would send at once: what was set up at the first reaches the others within a second, and
    /// that is not what is measured.
    pub(super) async fn all_know(&self, setting: &Setting) -> Result<(), Failure> {
        for node in &self.nodes {
            for number in 0..setting.app_ids.len() {
                let request = workload::preview(setting, number, Clock::system().now());
                while !would_send(&node.exchange(&request).await?)? {
                    tokio::time::sleep(LOOK).await;
                }
            }
        }
        Ok(())
    }

    /// The endpoint of each app.
    pub(super) async fn endpoint_ids(&self, setting: &Setting) -> Result<Vec<String>, Failure> {
        let mut endpoint_ids = Vec::with_capacity(setting.app_ids.len());
        for app_id in &setting.app_ids {
            let list = self.first()?.call("GET", &format!("/v1/apps/{app_id}/endpoints"), b"").await?;
            let list: Value = serde_json::from_slice(&list)?;
            endpoint_ids.push(field(&list["items"][0], "id")?);
        }
        Ok(endpoint_ids)
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
        self.undelivered_where("").await
    }

    /// The same of one app.
    pub(super) async fn undelivered_of(&self, app_id: &str) -> Result<Vec<&'static str>, Failure> {
        self.undelivered_where(&format!("&appId={app_id}")).await
    }

    async fn undelivered_where(&self, condition: &str) -> Result<Vec<&'static str>, Failure> {
        let mut states = Vec::new();
        for state in UNDELIVERED {
            let path = format!("/v1/deliveries?status={state}&limit=1{condition}");
            let page = self.first()?.call("GET", &path, b"").await?;
            let page: Value = serde_json::from_slice(&page)?;
            if page["items"].as_array().is_none_or(|items| !items.is_empty()) {
                states.push(state);
            }
        }
        Ok(states)
    }

    /// What it has used and written so far.
    pub(super) fn used(&self) -> Result<Used, Failure> {
        let nodes = self.nodes.iter().map(Node::usage).sum::<Result<Usage, Failure>>()?;
        let database_cpu_ms = match self.database {
            Some(database) => database.cpu_ms(),
            None => (!self.store.location()?.is_shared()).then_some(0),
        };
        Ok(Used { nodes, database_cpu_ms, written: engine::written(&self.store.location()?)? })
    }

    /// Kills one of its nodes in the middle of whatever it does.
    pub(super) fn kill_one(&mut self) {
        drop(self.nodes.pop());
    }

    /// Lets its nodes end; its store stays.
    pub(super) async fn stop(self) -> Result<OwnStore, Failure> {
        for node in self.nodes {
            node.stop().await?;
        }
        Ok(self.store)
    }

    /// Ends its processes and removes its store.
    pub(super) fn remove(self) -> Result<(), Failure> {
        drop(self.nodes);
        self.store.remove()
    }

    /// What an operator's call creates.
    pub(super) async fn create(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        Ok(serde_json::from_slice(&self.first()?.call("POST", path, body.to_string().as_bytes()).await?)?)
    }

    fn first(&self) -> Result<&Node, Failure> {
        self.nodes.first().ok_or_else(|| "a server needs a node".into())
    }
}

/// Whether the answer to a preview says that a callback would leave at once.
fn would_send(answer: &[u8]) -> Result<bool, Failure> {
    let answer: Value = serde_json::from_slice(answer)?;
    Ok(answer["deliveries"][0]["status"] == "pending")
}

/// A text of an answer.
pub(super) fn field(object: &Value, name: &str) -> Result<String, Failure> {
    Ok(object[name].as_str().ok_or_else(|| format!("an answer of the server lacks `{name}`"))?.to_owned())
}
