//! What a callback needs: an app, its publisher's server, and a source that reports for it.

use std::fmt::Display;
use std::net::IpAddr;
use std::ops::Deref;

use reqwest::Method;
use ringback::domain::secret::SecretText;
use ringback::domain::surface;
use serde_json::{Value, json};

use super::{Answer, Api, Receiver, text};

/// The path and query of an offermaru callback, with everything that the dialect asks for.
pub(crate) const OFFERMARU_PATH: &str = "/callback?user_id={user_id}&user_reward={user_reward}&offer_id={offer_id}\
    &offer_name={offer_name}&transaction_id={transaction_id}&publisher_payout={publisher_payout}&timestamp={timestamp}";

/// The secret of almost every wall: the one of the vendors' own examples, whose signatures are known.
pub(crate) const SECRET: &str = "secret";

/// The dialects that sign nothing, and take no secret.
const UNSIGNED: [&str; 5] = ["adgate", "mychips", "plain", "plain-json", "revu"];

/// The one of a dialect that decodes its secrets: the specification's example.
pub(crate) const DECODED_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// An app with what was made along with it.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) publisher: String,
}

/// The credentials of a source, and where it reports.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) surface: String,
    pub(crate) secret: String,
    pub(crate) api: Api,
}

/// An app that is ready to call back, and to be reported for.
pub(crate) struct Wall {
    pub(crate) app: App,
    pub(crate) receiver: Receiver,
    pub(crate) source: Source,
    /// The address that its callbacks must come from.
    pub(crate) from: IpAddr,
}

impl Api {
    /// A publisher with an app in this dialect.
    pub(crate) async fn app(&self, dialect: &str, settings: Value) -> App {
        let publisher = self.post("/v1/publishers", json!({"name": "P"})).await.id();
        let app = with(json!({"publisherId": publisher, "name": "A", "dialect": dialect}), settings);
        App { id: self.post("/v1/apps", app).await.id(), publisher }
    }

    /// Changes settings of an app; answers the app.
    pub(crate) async fn change(&self, app: &App, settings: Value) -> Value {
        self.patch(&app.path(""), settings).await.ok()
    }

    /// Gives an app a secret of its own choice; the first is active at once.
    pub(crate) async fn secret(&self, app: &App, secret: &str) -> String {
        self.post(&app.path("/secrets"), json!({"secret": secret})).await.id()
    }

    /// A source that may report for any app.
    pub(crate) async fn source(&self) -> Source {
        self.source_with(json!({"name": "S"})).await
    }

    pub(crate) async fn source_with(&self, body: Value) -> Source {
        let made = self.post("/v1/sources", body).await.ok();
        Source { surface: text(&made, "surfaceId"), secret: text(&made, "secret"), api: self.clone() }
    }

    /// A wall in this dialect. Its callbacks go to where the dialect's usually go, or to the path of its receiver that
    /// the settings name as `callbackUrl`.
    pub(crate) async fn wall(&self, dialect: &str, settings: Value) -> Wall {
        let receiver = Receiver::start().await;
        let mut all = match dialect {
            "offermaru" => {
                let reversal = OFFERMARU_PATH.replace("/callback", "/reversed") + "&of={original_transaction_id}";
                json!({"callbackUrl": OFFERMARU_PATH, "reversalUrl": reversal})
            }
            "attribloom" => json!({"callbackUrl": "/v1/conversions", "surfaceId": "s1"}),
            "affonso" | "standard-webhooks" => json!({"callbackUrl": "/hook"}),
            _ => json!({"callbackUrl": "/pb.php"}),
        };
        all = with(all, settings);
        for url in ["callbackUrl", "reversalUrl"] {
            if let Some(path) = all[url].as_str().filter(|path| path.starts_with('/')) {
                all[url] = receiver.url(path).into();
            }
        }
        let app = self.app(dialect, all).await;
        if !UNSIGNED.contains(&dialect) {
            self.secret(&app, if dialect == "standard-webhooks" { DECODED_SECRET } else { SECRET }).await;
        }
        Wall { app, receiver, source: self.source().await, from: IpAddr::from([127, 0, 0, 1]) }
    }

    /// A wall whose callbacks leave from an egress IP that no other one has.
    pub(crate) async fn wall_from(&self, address: &str) -> Wall {
        let wall = self.wall("besitos", json!({})).await;
        self.issue(json!({"address": address}), json!({"appId": wall.id})).await;
        Wall { from: address.parse().unwrap(), ..wall }
    }

    /// Issues an egress IP and assigns it; answers its path.
    pub(crate) async fn issue(&self, egress_ip: Value, to: Value) -> String {
        let path = format!("/v1/egress-ips/{}", self.post("/v1/egress-ips", egress_ip).await.id());
        self.post(&format!("{path}/assignments"), to).await.ok();
        path
    }
}

impl App {
    /// What belongs to it in the API.
    pub(crate) fn path(&self, below: &str) -> String {
        format!("/v1/apps/{}{below}", self.id)
    }

    /// A completion that every dialect takes.
    pub(crate) fn completion(&self, external_id: &str) -> Value {
        json!({
            "externalId": external_id, "eventType": "sale", "appId": self.id, "userId": "user_42",
            "offerId": "abc123", "offerName": "An offer", "userReward": "100", "payoutMinor": 250, "rewardMinor": 60,
        })
    }
}

impl Source {
    /// The same source at another node, or at a Ringback that was started again.
    pub(crate) fn at(&self, api: &Api) -> Self {
        Self { api: api.clone(), ..self.clone() }
    }

    /// Reports a completion.
    pub(crate) async fn report(&self, completion: &Value) -> Answer {
        self.post("/v1/conversions", completion).await
    }

    /// Reports some in one call; answers what became of each.
    pub(crate) async fn report_batch(&self, completions: &[Value]) -> Vec<Value> {
        let answer = self.post("/v1/conversions/batch", json!({"conversions": completions})).await;
        answer.ok()["results"].as_array().unwrap().clone()
    }

    /// Takes a completion back, whole or in part.
    pub(crate) async fn reverse(&self, reversal: Value) -> Answer {
        self.post("/v1/reversals", reversal).await
    }

    /// What it is shown of a completion.
    pub(crate) async fn look_up(&self, external_id: &str) -> Answer {
        let path = format!("/v1/conversions/{external_id}");
        Answer::to(self.sign(self.api.request(Method::GET, &path), path.as_bytes())).await.unwrap()
    }

    /// A POST that is signed.
    pub(crate) async fn post(&self, path: &str, body: impl Display) -> Answer {
        self.try_post(path, body).await.unwrap()
    }

    /// The same where nobody may be listening.
    pub(crate) async fn try_post(&self, path: &str, body: impl Display) -> Result<Answer, reqwest::Error> {
        let body = body.to_string();
        let request = self.sign(self.api.request(Method::POST, path), body.as_bytes());
        Answer::to(request.body(body)).await
    }

    fn sign(&self, request: reqwest::RequestBuilder, part: &[u8]) -> reqwest::RequestBuilder {
        let timestamp = self.api.now().as_millis();
        let signature = surface::sign(&SecretText::known(self.secret.clone()), timestamp, part);
        request
            .header("x-ea-surface", &self.surface)
            .header("x-ea-timestamp", timestamp.to_string())
            .header("x-ea-signature", signature)
    }
}

impl Deref for Wall {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl Wall {
    /// Reports a completion that every dialect takes.
    pub(crate) async fn report(&self, external_id: &str) -> Answer {
        self.source.report(&self.completion(external_id)).await
    }

    /// The same; answers its delivery, once that has this status.
    pub(crate) async fn report_until(&self, external_id: &str, status: &str) -> Value {
        let id = self.report(external_id).await.delivery();
        self.source.api.delivery_once(&id, status).await
    }

    /// The same wall at a Ringback that was started again.
    pub(crate) fn at(self, api: &Api) -> Self {
        Self { source: self.source.at(api), ..self }
    }
}

/// An object with the fields of another one in place of its own.
pub(crate) fn with(mut object: Value, fields: Value) -> Value {
    let Value::Object(fields) = fields else { panic!("no object: {fields}") };
    object.as_object_mut().unwrap().extend(fields);
    object
}
