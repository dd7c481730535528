//! The server that is measured: `ringback serve` as anybody starts it, on a file of its own, and what it takes to report
//! to it.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::Failure;
use super::child::Child;
use super::usage::Usage;
use super::wire::{self, Connection};
use super::workload::DIALECT;
use crate::domain::secret::SecretText;

/// The operator's token of a server that lives for seconds and listens on loopback.
const TOKEN: &str = "token-of-a-server-that-is-only-measured";
/// States in which no delivery may be left; `delivered` is the only other one that a completion can reach here.
const UNDELIVERED: [&str; 5] = ["pending", "sending", "retrying", "held", "dead"];
/// The settlements that are on disk, as `/metrics` names them.
const SETTLED: &str = "ringback_settlements_total{status=\"delivered\"} ";

/// A running server.
#[derive(Debug)]
pub(super) struct Server {
    /// Where it listens.
    pub(super) address: SocketAddr,
    // The process ends before its folder is removed: fields are dropped in this order.
    child: Child,
    _folder: TempDir,
}

/// What a report must name and be signed with.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) app_id: String,
    pub(super) surface_id: String,
    pub(super) source_secret: SecretText,
}

impl Server {
    /// Starts a server on an empty store in a new folder under `place`.
    pub(super) async fn start(place: &Path) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("ringback-bench-").tempdir_in(place)?;
        let file = folder.path().join("ringback.db");
        let variables = [
            ("RINGBACK_DATABASE_URL", format!("sqlite://{}", file.display())),
            ("RINGBACK_LISTEN", "127.0.0.1:0".to_owned()),
            ("RINGBACK_BOOTSTRAP_TOKEN", TOKEN.to_owned()),
            ("RINGBACK_ALLOW_HTTP", "true".to_owned()),
            ("RINGBACK_ALLOW_TARGETS", "127.0.0.0/8".to_owned()),
            ("RINGBACK_LOG", "warn".to_owned()),
        ];
        let mut child = Child::start(&["serve".to_owned()], &variables)?;
        let line = child.line().await?;
        let address = line.rsplit_once("http://").ok_or("the server did not say where it listens")?.1.parse()?;
        Ok(Self { address, child, _folder: folder })
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
        Ok(Setting { app_id, surface_id: field(&source, "surfaceId")?, source_secret })
    }

    /// Deliveries that the store has written down as delivered.
    pub(super) async fn settled(&self) -> Result<usize, Failure> {
        let text = self.call("GET", "/metrics", b"").await?;
        let text = String::from_utf8_lossy(&text);
        let line = text.lines().find_map(|line| line.strip_prefix(SETTLED));
        Ok(line.map(str::parse).transpose()?.unwrap_or(0))
    }

    /// The states in which deliveries are left that should all have been delivered.
    pub(super) async fn undelivered(&self) -> Result<Vec<&'static str>, Failure> {
        let mut states = Vec::new();
        for state in UNDELIVERED {
            let page = self.call("GET", &format!("/v1/deliveries?status={state}&limit=1"), b"").await?;
            let page: Value = serde_json::from_slice(&page)?;
            if page["items"].as_array().is_none_or(|items| !items.is_empty()) {
                states.push(state);
            }
        }
        Ok(states)
    }

    /// What its process has used.
    pub(super) fn usage(&self) -> Result<Usage, Failure> {
        Usage::of(self.child.id())
    }

    async fn create(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        Ok(serde_json::from_slice(&self.call("POST", path, body.to_string().as_bytes()).await?)?)
    }

    async fn call(&self, method: &str, path: &str, body: &[u8]) -> Result<bytes::Bytes, Failure> {
        let headers = ["Content-Type: application/json".to_owned(), format!("Authorization: Bearer {TOKEN}")];
        // A connection of its own: while reports are made, a kept one would be idle for longer than a server bears.
        let mut connection = Connection::open(self.address).await?;
        let answer = connection.exchange(&wire::request(method, path, &headers, body)).await?;
        if !matches!(answer.status(), Some(200 | 201)) {
            let words = String::from_utf8_lossy(&answer.body).into_owned();
            return Err(format!("{method} {path} was answered {:?}: {words}", answer.status()).into());
        }
        Ok(answer.body)
    }
}

fn field(object: &Value, name: &str) -> Result<String, Failure> {
    Ok(object[name].as_str().ok_or_else(|| format!("an answer of the server lacks `{name}`"))?.to_owned())
}
