//! People: how somebody comes to be known and what it may then do, through the calls of the API alone; nothing here needs a page.
//! What a session opens is what a token of the role opens, so that `api/roles` need not be said again.

mod accounts;
mod audit;
mod joining;
mod publishers_own;
pub(crate) mod second_factor;
mod sessions;
mod signing_in;
mod users;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Api, Ringback, text, with};

/// The password of everybody here.
const PASSWORD: &str = "correct horse battery";

/// A Ringback whose first operator has joined.
struct House {
    ringback: Ringback,
    /// The first operator, Olga, in her first session.
    olga: Api,
}

impl House {
    async fn start() -> Self {
        let ringback = Ringback::start().await;
        let link = ringback.first_operator_link().unwrap();
        let body = json!({"name": "Olga", "email": "olga@example.com", "password": PASSWORD});
        let olga = signed_in(&ringback, &join(&ringback, &link, body).await);
        Self { ringback, olga }
    }

    /// A publisher's id.
    async fn publisher(&self, name: &str) -> String {
        self.olga.post("/v1/publishers", json!({"name": name})).await.id()
    }

    /// What somebody is answered who signs in.
    async fn sign_in(&self, email: &str, password: &str) -> Answer {
        sign_in(&self.ringback, email, password).await
    }
}

/// What stands behind `/join/` in a link.
fn token_in(link: &str) -> &str {
    link.split_once("/join/").unwrap().1
}

/// What somebody is answered who joins by a link.
async fn join(api: &Api, link: &str, body: Value) -> Answer {
    api.with_token("").post("/v1/join", with(json!({"token": token_in(link)}), body)).await
}

async fn sign_in(api: &Api, email: &str, password: &str) -> Answer {
    api.with_token("").post("/v1/sessions", json!({"email": email, "password": password})).await
}

/// The same from another address, as a proxy says it.
async fn sign_in_from(api: &Api, address: &str, email: &str, password: &str) -> Answer {
    let body = json!({"email": email, "password": password}).to_string();
    let request = api.request(Method::POST, "/v1/sessions").header("x-forwarded-for", address).body(body);
    Answer::to(request).await.unwrap()
}

/// The API for whoever was signed in by this answer.
#[track_caller]
fn signed_in(api: &Api, answer: &Answer) -> Api {
    assert_eq!(answer.status, 201, "{:#}", answer.body);
    api.with_token(&text(&answer.body, "token"))
}

/// What an inviter is answered.
async fn invite(inviter: &Api, email: &str, role: Value) -> Answer {
    inviter.post("/v1/invitations", with(json!({"email": email}), role)).await
}

/// Somebody whom another one has invited and who has joined.
async fn joined(inviter: &Api, email: &str, role: Value) -> Api {
    let link = text(&invite(inviter, email, role).await.ok(), "link");
    let name = email.split('@').next().unwrap();
    signed_in(inviter, &join(inviter, &link, json!({"name": name, "password": PASSWORD})).await)
}

/// The id of whoever calls.
async fn id_of(api: &Api) -> String {
    text(&api.get("/v1/me").await, "userId")
}
