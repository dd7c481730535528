//! A service in this process: a fresh store, a clock that stands still, and one token for every role.

use std::sync::Arc;

use actix_web::body::to_bytes;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{App, test};
use ringback::clock::{Clock, ManualClock};
use ringback::dispatch::dispatcher::{Dispatcher, Setup};
use ringback::domain::destination::TargetPolicy;
use ringback::domain::node::NodeRole;
use ringback::domain::time::Timestamp;
use ringback::store::{Access, Location, Store};
use ringback::web::Web;
use serde_json::{Value, json};

use crate::place::{self, Place};

/// The operator's token; others are made through the API.
const OPERATOR: &str = "an-operator-token-of-32-characters";

/// A service, and whoever may call it.
pub(crate) struct Service {
    pub(crate) web: Web,
    pub(crate) hand: ManualClock,
    pub(crate) operator: String,
    pub(crate) manager: String,
    /// A publisher's own token, and its id.
    pub(crate) publisher: String,
    pub(crate) publisher_id: String,
    _place: Place,
}

/// An answer: status, headers of interest, body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: actix_web::http::header::HeaderMap,
    pub(crate) json: Value,
}

impl Answer {
    /// The names of the fields that a problem complains of.
    pub(crate) fn fields(&self) -> Vec<&str> {
        let errors = self.json["errors"].as_array();
        errors.into_iter().flatten().filter_map(|error| error["field"].as_str()).collect()
    }

    /// The id of the object.
    pub(crate) fn id(&self) -> String {
        self.json["id"].as_str().unwrap_or_else(|| panic!("no id: {self:?}")).to_owned()
    }
}

impl Service {
    /// An empty service with a token for every role.
    pub(crate) async fn start() -> Self {
        let place = place::fresh();
        let access = Access { key_file: Some(place.key_file()), ..Access::to(Location::parse(&place.url).unwrap()) };
        let store = Store::open(&access).unwrap();
        let (clock, hand) = Clock::manual(Timestamp::from_millis(1_700_000_000_000));
        store.bootstrap_operator(OPERATOR, clock.now()).await.unwrap();
        let setup = Setup {
            targets: TargetPolicy::default(),
            egress_bind: None,
            egress_echo_url: None,
            retry_scale_thousandths: 1_000,
            retention_days: 90,
            role: NodeRole::All,
        };
        // Put together but not started: nothing is sent while the admin API is tested.
        let dispatcher = Dispatcher::assemble(store, clock, setup).await.unwrap();
        let mut service = Self {
            web: Web::new(Arc::new(dispatcher)),
            hand,
            operator: OPERATOR.to_owned(),
            manager: String::new(),
            publisher: String::new(),
            publisher_id: String::new(),
            _place: place,
        };
        service.manager = service.token(json!({"name": "manager", "role": "account_manager"})).await;
        let publisher = service.post(OPERATOR, "/v1/publishers", json!({"name": "Acme", "ref": "acme"})).await;
        service.publisher_id = publisher.id();
        service.publisher = service.token_of(&publisher.id()).await;
        service
    }

    /// Makes a token.
    pub(crate) async fn token(&self, body: Value) -> String {
        let answer = self.post(OPERATOR, "/v1/tokens", body).await;
        answer.json["token"].as_str().unwrap_or_else(|| panic!("no token: {answer:?}")).to_owned()
    }

    /// Makes a token of a publisher.
    pub(crate) async fn token_of(&self, publisher_id: &str) -> String {
        self.token(json!({"name": "theirs", "role": "publisher", "publisherId": publisher_id})).await
    }

    /// Creates an app of the publisher, as its account manager.
    pub(crate) async fn app(&self, mut body: Value) -> Answer {
        body["publisherId"] = json!(self.publisher_id);
        self.post(&self.manager, "/v1/apps", body).await
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.call(Method::GET, token, path, None).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.call(Method::POST, token, path, Some(body.to_string().into_bytes())).await
    }

    pub(crate) async fn put(&self, token: &str, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, token, path, Some(body.to_string().into_bytes())).await
    }

    pub(crate) async fn patch(&self, token: &str, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, token, path, Some(body.to_string().into_bytes())).await
    }

    pub(crate) async fn delete(&self, token: &str, path: &str) -> Answer {
        self.call(Method::DELETE, token, path, None).await
    }

    /// Makes a call; an empty token makes one without.
    pub(crate) async fn call(&self, method: Method, token: &str, path: &str, body: Option<Vec<u8>>) -> Answer {
        let app = App::new().app_data(Data::new(self.web.clone())).configure(ringback::web::routes);
        let service = test::init_service(app).await;
        let mut request = test::TestRequest::with_uri(path).method(method);
        if !token.is_empty() {
            request = request.insert_header(("authorization", format!("Bearer {token}")));
        }
        if let Some(body) = body {
            request = request.set_payload(body);
        }
        let response = test::call_service(&service, request.to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = to_bytes(response.into_body()).await.unwrap_or_default();
        Answer { status, headers, json: serde_json::from_slice(&body).unwrap_or(Value::Null) }
    }
}
