//! The API as tests call it: as an operator over bearer tokens, as a source over signatures.
//!
//! The same for a Ringback in the test's own process and for one in a child process.

use std::time::Duration;

use reqwest::Method;
use ringback::clock::Clock;
use ringback::domain::secret::SecretText;
use ringback::domain::surface;
use ringback::domain::time::Timestamp;
use serde_json::{Value, json};

/// The operator token of every test.
pub(crate) const TOKEN: &str = "an-operator-token-of-the-tests-0123456789";
/// How long a test waits for a state that must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// A way to the API of one Ringback. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    base: String,
    http: reqwest::Client,
    now: Clock,
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

impl Api {
    /// The API at `http://HOST:PORT`, signing by this clock.
    pub(crate) fn at(base: String, now: Clock) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { base, http, now }
    }

    /// What time it is for whoever calls.
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

    /// The same where the server may go away meanwhile.
    pub(crate) async fn try_post(&self, path: &str, body: Value) -> Result<Answer, reqwest::Error> {
        try_answer(self.http.post(self.url(path)).bearer_auth(TOKEN).json(&body)).await
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
        self.try_signed_post(source, path, body).await.unwrap()
    }

    /// The same where nobody may be listening.
    pub(crate) async fn try_signed_post(
        &self,
        source: &Source,
        path: &str,
        body: &str,
    ) -> Result<Answer, reqwest::Error> {
        let request = self.http.post(self.url(path)).body(body.to_owned());
        try_answer(self.sign(request, source, body.as_bytes())).await
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
        self.delivery_when(id, status, |delivery| delivery["status"] == status).await
    }

    /// The delivery, once it is held for this reason.
    pub(crate) async fn held_for(&self, id: &str, reason: &str) -> Value {
        let is_held = |delivery: &Value| delivery["status"] == "held" && delivery["waitingFor"] == reason;
        self.delivery_when(id, reason, is_held).await
    }

    /// How many deliveries are in this state.
    pub(crate) async fn count(&self, status: &str) -> usize {
        let (mut count, mut cursor) = (0, String::new());
        loop {
            let page = self.get(&format!("/v1/deliveries?status={status}&limit=1000{cursor}")).await;
            count += page["items"].as_array().unwrap().len();
            let Some(next) = page["nextCursor"].as_str() else { return count };
            cursor = format!("&cursor={next}");
        }
    }

    async fn delivery_when(&self, id: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        let reached = tokio::time::timeout(PATIENCE, async {
            loop {
                last = self.get(&format!("/v1/deliveries/{id}")).await;
                if holds(&last) {
                    return;
                }
                tokio::task::yield_now().await;
            }
        });
        if reached.await.is_err() {
            panic!("the delivery never became {what}: {last:#}");
        }
        last
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
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

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    try_answer(request).await.unwrap()
}

async fn try_answer(request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
    let response = request.send().await?;
    let status = response.status().as_u16();
    let text = response.text().await?;
    Ok(Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) })
}
