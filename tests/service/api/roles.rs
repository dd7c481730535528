//! Every call, made by every role, for what is its own and for what is not: what is expected is read off the table of calls,
//! so a call that is added is tried here without another line.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse};
use reqwest::Method;
use ringback::actions::Actions;
use ringback::actions::caller::Caller;
use ringback::actions::calls::{CALLS, Call, Who};
use ringback::domain::account::Role;
use ringback::web::Web;
use serde_json::{Value, json};

use super::belongings::{Belongings, names_a_belonging};
use crate::support::{Answer, Api, Ringback, TOKEN, has};

/// The method and the pattern of a call.
fn parts(call: &Call) -> (Method, &'static str) {
    let (method, pattern) = call.name.split_once(' ').unwrap();
    (method.parse().unwrap(), pattern)
}

async fn make(by: &Api, call: &Call, path: &str, about: &Belongings) -> Answer {
    let (method, _) = parts(call);
    let body =
        if [Method::GET, Method::DELETE].contains(&method) { String::new() } else { about.body(call.name).to_string() };
    by.try_call(method, &format!("{path}?{}", Belongings::query(call.name)), body).await.unwrap()
}

/// It went through the door: what it is told beyond that is not a matter of roles.
#[track_caller]
fn is_let_in(answer: &Answer, what: &str) {
    assert!(answer.status < 500 && ![401, 403, 404].contains(&answer.status), "{what}: {answer:?}");
}

#[track_caller]
fn is_refused(answer: &Answer, status: u16, detail: &str, what: &str) {
    assert_eq!(answer.status, status, "{what}: {answer:?}");
    assert!(answer.body["detail"].as_str().unwrap().starts_with(detail), "{what}: {answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_that_wants_a_token_has_a_rule_and_every_rule_a_call() {
    let description = Ringback::start().await.get("/openapi.json").await;
    let bearer = json!([{"token": []}]);
    let mut described = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if *operation.get("security").unwrap_or(&description["security"]) == bearer {
                described.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    let wants_a_token = |call: &&Call| call.who != Who::Everybody;
    let ruled: BTreeSet<String> = CALLS.iter().filter(wants_a_token).map(|call| call.name.to_owned()).collect();
    let differing: Vec<&String> = described.symmetric_difference(&ruled).collect();
    assert!(differing.is_empty(), "described and without a rule, or the other way round: {differing:#?}");
}

#[test]
fn what_is_closed_to_publishers_and_what_to_account_managers_is_known_by_name() {
    let closed = |who| -> Vec<&str> { CALLS.iter().filter(|call| call.who == who).map(|call| call.name).collect() };
    insta::assert_snapshot!(closed(Who::Managers).join("\n"), @r"
    POST /v1/publishers
    PATCH /v1/publishers/{id}
    PATCH /v1/users/{id}
    DELETE /v1/users/{id}
    POST /v1/users/{id}/reset
    DELETE /v1/users/{id}/second-factor
    POST /v1/apps/{id}/credits
    POST /v1/completions/{id}/reversals
    POST /v1/offers
    PATCH /v1/offers/{id}
    POST /v1/egress-ips
    PATCH /v1/egress-ips/{id}
    DELETE /v1/egress-ips/{id}
    POST /v1/egress-ips/{id}/assignments
    DELETE /v1/egress-ips/{id}/assignments/{assignmentId}
    PUT /v1/apps/{id}/egress
    POST /v1/completions/{id}/release
    POST /v1/completions/{id}/reject
    POST /v1/dialects
    GET /v1/dialects/{name}/draft
    PUT /v1/dialects/{name}/draft
    DELETE /v1/dialects/{name}/draft
    POST /v1/dialects/{name}/check
    GET /v1/dialects/{name}/health
    ");
    insta::assert_snapshot!(closed(Who::Operators).join("\n"), @r"
    POST /v1/sources
    GET /v1/sources
    DELETE /v1/sources/{id}
    POST /v1/sources/{id}/rotate
    GET /v1/audit
    POST /v1/dialects/{name}/publish
    POST /v1/dialects/{name}/withdraw
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_is_let_in_to_what_is_its_own_and_open_to_it_and_told_of_nothing_else() {
    let ringback = Ringback::start().await;
    let manager = ringback.manager().await;
    let ours = Belongings::of_a_publisher(&ringback, 1).await;
    let theirs = Belongings::of_a_publisher(&ringback, 2).await;
    let publisher = Role::Publisher { publisher_id: String::new() };
    let mut place = 3;
    for call in CALLS.iter().filter(|call| call.who != Who::Everybody) {
        let (_, pattern) = parts(call);
        for (name, role, by) in [
            ("an operator", &Role::Operator, &*ringback),
            ("an account manager", &Role::AccountManager, &manager),
            ("a publisher", &publisher, &ours.publisher),
            ("a publisher's person", &publisher, &ours.person),
        ] {
            let what = format!("{} by {name}", call.name);
            let is_person = name == "a publisher's person";
            if !call.is_open_to(role, is_person) {
                for of in [&ours, &theirs] {
                    is_refused(&make(by, call, &of.path(pattern), of).await, 403, call.refusal(), &what);
                }
                continue;
            }
            if *role == publisher && names_a_belonging(pattern) {
                let answer = make(by, call, &theirs.path(pattern), &theirs).await;
                is_refused(&answer, 404, "There is no such ", &format!("{what}, foreign"));
            }
            if let Some(path) = ours.path_to_the_others_below(&theirs, pattern) {
                let answer = make(by, call, &path, &ours).await;
                is_refused(&answer, 404, "There is no such ", &format!("{what}, at {path}"));
            }
            if call.name.starts_with("DELETE ") {
                // What is deleted must be there first.
                let own = Belongings::of_a_publisher(&ringback, place).await;
                let by = match *role == publisher {
                    true if is_person => &own.person,
                    true => &own.publisher,
                    false => by,
                };
                is_let_in(&make(by, call, &own.path(pattern), &own).await, &what);
                place += 1;
            } else {
                is_let_in(&make(by, call, &ours.path(pattern), &ours).await, &what);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_let_in_without_a_token_that_is_known_but_to_what_is_open_to_everybody() {
    let ringback = Ringback::start().await;
    let ours = Belongings::of_a_publisher(&ringback, 1).await;
    for call in CALLS {
        for token in ["", "no-such-token"] {
            let answer = make(&ringback.with_token(token), call, &ours.path(parts(call).1), &ours).await;
            if call.who == Who::Everybody {
                is_let_in(&answer, call.name);
                continue;
            }
            answer.is(401, json!({"type": "/problems/unauthorized"}));
            assert!(answer.headers.contains_key("www-authenticate"), "{}", call.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_list_and_no_object_of_a_publisher_shows_anything_of_another_one() {
    let ringback = Ringback::start().await;
    let (ours, theirs) =
        (Belongings::of_a_publisher(&ringback, 1).await, Belongings::of_a_publisher(&ringback, 2).await);
    let publisher = Role::Publisher { publisher_id: String::new() };
    let description = ringback.get("/openapi.json").await;
    for call in CALLS.iter().filter(|call| call.only_reads() && call.is_open_to(&publisher, true)) {
        let (_, pattern) = parts(call);
        for (own, other) in [(&ours, &theirs), (&theirs, &ours)] {
            let by = if call.who == Who::People { &own.person } else { &own.publisher };
            let shown = make(by, call, &own.path(pattern), own).await.ok();
            assert_ne!(shown["items"], json!([]), "{} shows a publisher nothing of its own", call.name);
            shows_nothing_of(other, &shown, call.name);
        }
        // A list that can be asked for by an app or a publisher knows none of somebody else's.
        let parameters = description["paths"][pattern]["get"]["parameters"].as_array().cloned().unwrap_or_default();
        for (kind, parameter) in [("apps", "appId"), ("publishers", "publisherId")] {
            if parameters.iter().any(|known| known["name"] == parameter) {
                let query = format!("{pattern}?{parameter}={}{}", theirs.object(kind), Belongings::query(call.name));
                assert_eq!(ours.publisher.ask(&query).await.status, 404, "{query}");
            }
        }
    }
    for format in ["csv", "ndjson"] {
        let exported = ours.publisher.get(&format!("/v1/completions?format={format}")).await;
        assert!(exported.to_string().contains("user_42"));
        shows_nothing_of(&theirs, &exported, format);
    }
    let egress = ours.publisher.get("/v1/egress-ips").await;
    assert_eq!(egress["items"][0].get("bind"), None, "what is bound to is for operators to know");
}

#[track_caller]
fn shows_nothing_of(other: &Belongings, shown: &Value, what: &str) {
    for id in other.ids() {
        assert!(!shown.to_string().contains(id), "{what} shows {id}, which is another publisher's: {shown:#}");
    }
}

#[tokio::test]
async fn a_call_without_a_rule_is_refused_to_operators_as_well_and_logged() {
    let ringback = Ringback::start().await;
    let log = Log::default();
    let written = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || written.clone()).finish();
    let _logged = tracing::subscriber::set_default(subscriber);
    let open = |_: Caller| async { HttpResponse::Ok().finish() };
    let state = Data::new(Web::new(Arc::new(Actions::new(ringback.dispatcher())), Vec::new()));
    let app = App::new().app_data(state).route("/v1/unruled/{id}", web::get().to(open));
    let app = init_service(app.route("/v1/apps", web::get().to(open))).await;
    let bearer = ("Authorization", format!("Bearer {TOKEN}"));

    let unruled = TestRequest::get().uri("/v1/unruled/x").insert_header(bearer.clone()).to_request();
    let refused: Value = read_body_json(call_service(&app, unruled).await).await;
    has(&refused, json!({"type": "/problems/forbidden", "status": 403, "detail": "Nobody may do this."}));
    assert!(log.text().contains("no rule says who may make it pattern=\"/v1/unruled/{id}\""), "{}", log.text());
    let ruled = TestRequest::get().uri("/v1/apps").insert_header(bearer).to_request();
    assert_eq!(call_service(&app, ruled).await.status().as_u16(), 200);
}

/// What is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
