//! Ringback as a person or an offer system sees it: over HTTP, by the documented calls, with a token or a signature.
//!
//! Reports are signed here as an offer system does it, from the documentation alone.

use std::net::SocketAddr;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, Method};
use serde_json::Value;
use sha2::Sha256;

use crate::command::{Failure, now_ms};

/// A call on the same host takes milliseconds; one that takes so long never ends.
const PATIENCE: Duration = Duration::from_secs(10);

/// The calls of the admin API and of reporting.
#[derive(Debug)]
pub(super) struct Platform {
    client: Client,
    /// `http://127.0.0.1:PORT`.
    pub base: String,
    /// The operator's token.
    pub token: String,
}

/// What an offer system signs its reports with.
#[derive(Clone)]
pub(super) struct Credential {
    /// The surface id.
    pub surface_id: String,
    /// The source's secret.
    pub secret: String,
}

impl Credential {
    /// The signature of a report.
    fn sign(&self, timestamp: &str, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).expect("HMAC takes a key of any length");
        mac.update(format!("{timestamp}.{body}").as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }
}

/// An answer, whatever it says.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

impl Platform {
    /// Calls what listens there.
    pub(super) fn new(address: SocketAddr, token: String) -> Result<Self, Failure> {
        // Only plain HTTP to this very host is spoken, so no certificate is trusted; and the environment's proxy, which
        // would not find us, is left aside.
        let tls = rustls::ClientConfig::builder_with_provider(rustls::crypto::aws_lc_rs::default_provider().into())
            .with_safe_default_protocol_versions()?
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        // A tracking link is followed no further than to what it answers.
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .build()?;
        Ok(Self { client, base: format!("http://{address}"), token })
    }

    /// `GET`, which must succeed.
    pub(super) async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::GET, path, None).await
    }

    /// `POST`, which must succeed.
    pub(super) async fn post(&self, path: &str, body: Value) -> Result<Value, Failure> {
        self.call(Method::POST, path, Some(body)).await
    }

    /// `PATCH`, which must succeed.
    pub(super) async fn patch(&self, path: &str, body: Value) -> Result<Value, Failure> {
        self.call(Method::PATCH, path, Some(body)).await
    }

    /// Follows a link as a user's browser does, up to where it leads.
    pub(super) async fn visit(&self, path: &str) -> Result<String, Failure> {
        let response = self.client.get(format!("{}{path}", self.base)).send().await.map_err(unanswered)?;
        let led_to = response.headers().get("location").and_then(|location| location.to_str().ok());
        led_to.map(str::to_owned).ok_or_else(|| format!("{path} leads nowhere: {}", response.status()).into())
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Failure> {
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.base)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.map_err(unanswered)?;
        let status = response.status();
        let text = response.text().await?;
        if !status.is_success() {
            return Err(format!("{method} {path} answered {status}: {text}").into());
        }
        Ok(serde_json::from_str(&text)?)
    }

    /// Reports a completion, signed as its source signs.
    pub(super) async fn report(&self, credential: &Credential, body: String) -> Result<Answer, Failure> {
        self.signed(credential, "/v1/conversions", body).await
    }

    /// A `POST`, signed as a source signs.
    pub(super) async fn signed(&self, credential: &Credential, path: &str, body: String) -> Result<Answer, Failure> {
        let timestamp = now_ms().to_string();
        let response = self
            .client
            .post(format!("{}{path}", self.base))
            .header("content-type", "application/json")
            .header("x-ea-surface", &credential.surface_id)
            .header("x-ea-timestamp", &timestamp)
            .header("x-ea-signature", credential.sign(&timestamp, &body))
            .body(body)
            .send()
            .await
            .map_err(unanswered)?;
        Ok(Answer { status: response.status().as_u16(), body: response.json().await? })
    }
}

/// A call that was not answered, with its cause: the library's message names the URL alone.
fn unanswered(error: reqwest::Error) -> Failure {
    let mut words = format!("Ringback gave no answer: {error}");
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        words.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    words.into()
}

/// A member of an answer that must be there.
pub(super) fn text(answer: &Value, name: &str) -> Result<String, Failure> {
    answer[name].as_str().map(str::to_owned).ok_or_else(|| format!("an answer lacks `{name}`: {answer}").into())
}
