//! The API as tests call it with a bearer token. What a source signs is in [`super::wall`].

use std::fmt::Display;

use reqwest::Method;
use reqwest::header::HeaderMap;
use ringback::clock::Clock;
use ringback::domain::time::Timestamp;
use serde_json::{Value, json};

use super::{PATIENCE, has};

/// The operator token of every test.
pub(crate) const TOKEN: &str = "an-operator-token-of-the-tests-0123456789";

/// A way to the API of one Ringback, for whoever has this token; the operator's unless a test says otherwise. Cheap to
/// clone.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    base: String,
    token: String,
    http: reqwest::Client,
    now: Clock,
}

/// An answer of the API.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Api {
    /// The API at `http://HOST:PORT`, signing by this clock.
    pub(super) fn new(base: String, now: Clock) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let no_redirects = reqwest::redirect::Policy::none();
        let http = reqwest::Client::builder().no_proxy().redirect(no_redirects).build().unwrap();
        Self { base, token: TOKEN.to_owned(), http, now }
    }

    /// The same for whoever has this token; for nobody if it is empty.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// The same caller at another node, or at a Ringback that was started again.
    pub(crate) fn at(&self, other: &Self) -> Self {
        other.with_token(&self.token)
    }

    /// The same for an account manager.
    pub(crate) async fn manager(&self) -> Self {
        self.with_new_token(json!({"name": "manager", "role": "account_manager"})).await
    }

    /// The same for a publisher.
    pub(crate) async fn publisher(&self, publisher_id: &str) -> Self {
        self.with_new_token(json!({"name": "theirs", "role": "publisher", "publisherId": publisher_id})).await
    }

    async fn with_new_token(&self, token: Value) -> Self {
        self.with_token(&text(&self.post("/v1/tokens", token).await.ok(), "token"))
    }

    /// What time it is for whoever calls.
    pub(crate) fn now(&self) -> Timestamp {
        self.now.now()
    }

    /// What must be there to be read.
    pub(crate) async fn get(&self, path: &str) -> Value {
        self.ask(path).await.ok()
    }

    /// What may be refused to be read.
    pub(crate) async fn ask(&self, path: &str) -> Answer {
        self.try_call(Method::GET, path, "").await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: impl Display) -> Answer {
        self.try_call(Method::POST, path, body).await.unwrap()
    }

    pub(crate) async fn put(&self, path: &str, body: impl Display) -> Answer {
        self.try_call(Method::PUT, path, body).await.unwrap()
    }

    pub(crate) async fn patch(&self, path: &str, body: impl Display) -> Answer {
        self.try_call(Method::PATCH, path, body).await.unwrap()
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.try_call(Method::DELETE, path, "").await.unwrap()
    }

    /// A call where the server may go away meanwhile.
    pub(crate) async fn try_call(
        &self,
        method: Method,
        path: &str,
        body: impl Display,
    ) -> Result<Answer, reqwest::Error> {
        let (mut request, body) = (self.request(method, path), body.to_string());
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if !body.is_empty() {
            request = request.body(body);
        }
        Answer::to(request).await
    }

    /// A call that is not made yet, by nobody.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, self.url(path))
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// What stands at this path, once it is as it should be.
    pub(crate) async fn once(&self, path: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        let reached = tokio::time::timeout(PATIENCE, async {
            loop {
                last = self.get(path).await;
                if holds(&last) {
                    return;
                }
                tokio::task::yield_now().await;
            }
        });
        if reached.await.is_err() {
            panic!("{path} never became {what}: {last:#}");
        }
        last
    }

    /// A completion, as it is kept.
    pub(crate) async fn recorded(&self, completion_id: &str) -> Value {
        self.get(&format!("/v1/completions/{completion_id}")).await
    }

    /// A delivery.
    pub(crate) async fn delivery(&self, id: &str) -> Value {
        self.get(&format!("/v1/deliveries/{id}")).await
    }

    /// The delivery, once it has this status.
    pub(crate) async fn delivery_once(&self, id: &str, status: &str) -> Value {
        self.once(&format!("/v1/deliveries/{id}"), status, |delivery| delivery["status"] == status).await
    }

    /// The delivery, once it is held for this reason.
    pub(crate) async fn held_for(&self, id: &str, reason: &str) -> Value {
        let is_held = |delivery: &Value| delivery["status"] == "held" && delivery["waitingFor"] == reason;
        self.once(&format!("/v1/deliveries/{id}"), reason, is_held).await
    }

    /// Reopens a delivery that has ended.
    pub(crate) async fn replay(&self, id: &str) -> Answer {
        self.post(&format!("/v1/deliveries/{id}/replay"), json!({})).await
    }

    /// Ends a delivery that waits.
    pub(crate) async fn cancel(&self, id: &str) -> Answer {
        self.post(&format!("/v1/deliveries/{id}/cancel"), json!({})).await
    }

    /// All deliveries in this state.
    pub(crate) async fn deliveries(&self, status: &str) -> Vec<Value> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("/v1/deliveries?status={status}&limit=1000{cursor}")).await;
            all.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page["nextCursor"].as_str() else { return all };
            cursor = format!("&cursor={next}");
        }
    }
}

impl Answer {
    /// The answer to a request.
    pub(crate) async fn to(request: reqwest::RequestBuilder) -> Result<Self, reqwest::Error> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        Ok(Self { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) })
    }

    /// What was answered, which must not be a refusal.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {:#}", self.status, self.body);
        self.body
    }

    /// It has this status and these fields.
    #[track_caller]
    pub(crate) fn is(&self, status: u16, expected: Value) {
        assert_eq!(self.status, status, "{:#}", self.body);
        has(&self.body, expected);
    }

    /// It has this status, and finds fault with these fields and no others.
    #[track_caller]
    pub(crate) fn refuses(&self, status: u16, fields: &[&str]) {
        assert_eq!((self.status, &self.faults()[..]), (status, fields), "{:#}", self.body);
    }

    /// The fields that it finds fault with.
    pub(crate) fn faults(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().into_iter().flatten();
        errors.map(|error| error["field"].as_str().unwrap()).collect()
    }

    /// The id of what was made.
    #[track_caller]
    pub(crate) fn id(&self) -> String {
        text(&self.body, "id")
    }

    /// The id of the only delivery that a report was answered with.
    #[track_caller]
    pub(crate) fn delivery(&self) -> String {
        let [delivery] = &self.body["deliveries"].as_array().unwrap_or_else(|| panic!("{:#}", self.body))[..] else {
            panic!("not one delivery: {:#}", self.body)
        };
        assert_eq!(self.status, 200, "{:#}", self.body);
        text(delivery, "id")
    }
}

/// A text that must be there.
#[track_caller]
pub(crate) fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no text {field} in {value:#}")).to_owned()
}
