//! A whole Ringback in a test: the real service on a real file and real sockets, with a clock that the test turns.

use std::time::Duration;

use reqwest::Method;
use ringback::clock::{Clock, ManualClock};
use ringback::domain::secret::SecretText;
use ringback::domain::surface;
use ringback::domain::time::Timestamp;
use ringback::service::Service;
use ringback::settings::Settings;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The operator token of every test.
pub(crate) const TOKEN: &str = "an-operator-token-of-the-tests-0123456789";
/// How long a test waits for a state that must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running Ringback.
pub(crate) struct Ringback {
    pub(crate) service: Service,
    pub(crate) clock: ManualClock,
    now: Clock,
    pub(crate) folder: TempDir,
    http: reqwest::Client,
    settings: Vec<(String, String)>,
}

/// An answer of the API.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// The credentials of a source.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) surface: String,
    pub(crate) secret: String,
}

/// An app with what was made along with it.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) publisher: String,
}

impl Ringback {
    /// Starts one on an empty store, that may call back to loopback addresses over HTTP.
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// The same, with further settings.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite://{}", folder.path().join("ringback.db").display());
        let mut all = vec![
            ("RINGBACK_LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
            ("RINGBACK_DATABASE_URL".to_owned(), database),
            ("RINGBACK_BOOTSTRAP_TOKEN".to_owned(), TOKEN.to_owned()),
            ("RINGBACK_ALLOW_HTTP".to_owned(), "true".to_owned()),
            ("RINGBACK_ALLOW_TARGETS".to_owned(), "127.0.0.0/8".to_owned()),
        ];
        all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let start = Timestamp::from_millis(1_719_859_200_000);
        let (now, clock) = Clock::manual(start);
        let service = Service::start(&read(&all), now.clone()).await.unwrap();
        Self { service, clock, now, folder, http: http(), settings: all }
    }

    /// Stops it as SIGTERM does and starts it again on the same file.
    pub(crate) async fn restart(self) -> Self {
        self.service.stop().await;
        let service = Service::start(&read(&self.settings), self.now.clone()).await.unwrap();
        Self { service, ..self }
    }

    /// What time it is for this Ringback.
    pub(crate) fn now(&self) -> Timestamp {
        self.now.now()
    }

    /// A call with the operator's token.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.call_as(TOKEN, method, path, body).await
    }

    /// A call with another token.
    pub(crate) async fn call_as(&self, token: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.http.request(method, self.url(path)).bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        answer(request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.call(Method::GET, path, None).await;
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.body);
        answer.body
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    /// A call that must succeed.
    pub(crate) async fn made(&self, method: Method, path: &str, body: Value) -> Value {
        let answer = self.call(method.clone(), path, Some(body)).await;
        assert!((200..300).contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.body);
        answer.body
    }

    /// A publisher with an app in this dialect.
    pub(crate) async fn app(&self, dialect: &str, settings: Value) -> App {
        let publisher = self.made(Method::POST, "/v1/publishers", json!({"name": "P"})).await;
        let publisher = text(&publisher, "id");
        let mut app = json!({"publisherId": publisher, "name": "A", "dialect": dialect});
        for (key, value) in settings.as_object().unwrap() {
            app[key] = value.clone();
        }
        let app = self.made(Method::POST, "/v1/apps", app).await;
        App { id: text(&app, "id"), publisher }
    }

    /// Gives an app a secret of its own choice; the first is active at once.
    pub(crate) async fn secret(&self, app: &App, secret: &str) -> String {
        let made = self.made(Method::POST, &format!("/v1/apps/{}/secrets", app.id), json!({"secret": secret})).await;
        text(&made, "id")
    }

    /// A source that may report for any app.
    pub(crate) async fn source(&self) -> Source {
        self.source_with(json!({"name": "S"})).await
    }

    pub(crate) async fn source_with(&self, body: Value) -> Source {
        let made = self.made(Method::POST, "/v1/sources", body).await;
        Source { surface: text(&made, "surfaceId"), secret: text(&made, "secret") }
    }

    /// Reports a completion.
    pub(crate) async fn report(&self, source: &Source, conversion: &Value) -> Answer {
        self.signed_post(source, "/v1/conversions", &conversion.to_string()).await
    }

    /// A POST that is signed as a source signs.
    pub(crate) async fn signed_post(&self, source: &Source, path: &str, body: &str) -> Answer {
        let request = self.http.post(self.url(path)).body(body.to_owned());
        answer(self.sign(request, source, body.as_bytes())).await
    }

    /// A GET that is signed as a source signs.
    pub(crate) async fn signed_get(&self, source: &Source, path: &str) -> Answer {
        answer(self.sign(self.http.get(self.url(path)), source, path.as_bytes())).await
    }

    fn sign(&self, request: reqwest::RequestBuilder, source: &Source, part: &[u8]) -> reqwest::RequestBuilder {
        let timestamp = self.now().as_millis();
        let signature = surface::sign(&SecretText::known(source.secret.clone()), timestamp, part);
        request
            .header("x-ea-surface", &source.surface)
            .header("x-ea-timestamp", timestamp.to_string())
            .header("x-ea-signature", signature)
    }

    /// The delivery, once it has this status.
    pub(crate) async fn delivery_once(&self, id: &str, status: &str) -> Value {
        let mut last = Value::Null;
        let reached = tokio::time::timeout(PATIENCE, async {
            loop {
                last = self.get(&format!("/v1/deliveries/{id}")).await;
                if last["status"] == status {
                    return;
                }
                tokio::task::yield_now().await;
            }
        });
        if reached.await.is_err() {
            panic!("the delivery never became {status}: {last:#}");
        }
        last
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.service.address)
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }
}

/// A completion that every dialect takes.
pub(crate) fn conversion(app: &App, external_id: &str) -> Value {
    json!({
        "externalId": external_id, "eventType": "sale", "appId": app.id, "userId": "user_42",
        "offerId": "abc123", "offerName": "An offer", "userReward": "100", "payoutMinor": 250, "rewardMinor": 60,
    })
}

/// The id of the only delivery that a report was answered with.
pub(crate) fn only_delivery(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let deliveries = answer.body["deliveries"].as_array().unwrap();
    assert_eq!(deliveries.len(), 1, "{}", answer.body);
    text(&deliveries[0], "id")
}

pub(crate) fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no text {field} in {value}")).to_owned()
}

/// The fields that an answer finds fault with.
pub(crate) fn faults(answer: &Answer) -> Vec<String> {
    let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| text(error, "field")).collect()
}

fn read(settings: &[(String, String)]) -> Settings {
    Settings::from_env(|name| settings.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone()))
        .unwrap()
}

fn http() -> reqwest::Client {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}
