//! Who is let in to the console, how, and how somebody is let out.

use ringback::web::console::security::CSP;
use serde_json::json;

use super::visitor::{PASSWORD, Visitor};
use crate::support::{Home, Ringback};

const OPERATOR: &str = "operator@example.com";

async fn operator(ringback: &Ringback) -> Visitor {
    Visitor::joined(ringback, OPERATOR, json!({"role": "operator"})).await
}

#[tokio::test]
async fn the_first_operator_joins_by_the_printed_link_once() {
    let ringback = Ringback::start().await;
    let link = ringback.first_operator_link().unwrap();
    let path = format!("/join/{}", link.split_once("/join/").unwrap().1);
    let mut visitor = Visitor::new(&ringback);
    visitor
        .get("/sign-in")
        .await
        .holds("Nobody can sign in yet. Open the link that <code>ringback serve</code> printed.");
    visitor.get(&path).await.holds("You are the first operator here.");
    let short = [("email", "olga@example.com"), ("name", "Olga"), ("password", "short")];
    let refused = visitor.post(&path, &short).await;
    refused.holds("Password must have 12 characters or more, not 5.");
    assert_eq!(refused.status, 422);
    let fields = [("email", "olga@example.com"), ("name", "Olga"), ("password", PASSWORD)];
    assert_eq!(visitor.post(&path, &fields).await.location.as_deref(), Some("/"));
    visitor.get("/").await.holds("No apps yet. An app is one offerwall placement.");
    for void in [visitor.get(&path).await, visitor.post(&path, &fields).await] {
        void.holds("This link opens nothing");
        assert_eq!(void.status, 404);
    }
    Visitor::new(&ringback).get("/sign-in").await.lacks("Nobody can sign in yet");
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_led_to_a_form_and_back_to_the_page() {
    let ringback = Ringback::start().await;
    operator(&ringback).await;
    let mut visitor = Visitor::new(&ringback);
    for (page, to) in [("/", "/sign-in"), ("/apps/new", "/sign-in?to=%2Fapps%2Fnew"), ("/ui", "/sign-in?to=%2Fui")] {
        let led = visitor.get(page).await;
        assert_eq!((led.status, led.location.as_deref()), (303, Some(to)));
        assert_eq!((led.header("content-security-policy"), led.header("cache-control")), (CSP, "no-store"));
    }
    let form = visitor.get("/sign-in?to=%2Fapps%2Fnew").await;
    assert_eq!((form.header("content-security-policy"), form.header("cache-control")), (CSP, "no-store"));
    assert_eq!((form.header("referrer-policy"), form.header("x-content-type-options")), ("no-referrer", "nosniff"));
    form.lacks("127.0.0.1");
    let done = visitor.send(&form, "/sign-in", &[("email", OPERATOR), ("password", PASSWORD)]).await;
    assert_eq!((done.status, done.location.as_deref()), (303, Some("/apps/new")));
    let cookie = done.header("set-cookie");
    assert!(
        cookie.starts_with("ringback=rbs_") && cookie.ends_with("; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax")
    );
    assert_eq!(visitor.get("/apps/new").await.status, 200);
    let away = [("email", OPERATOR), ("password", PASSWORD), ("to", "//evil.example")];
    assert_eq!(visitor.post("/sign-in", &away).await.location.as_deref(), Some("/"));
}

#[tokio::test]
async fn over_https_the_cookie_is_bound_to_the_host() {
    let ringback = Home::new().with("RINGBACK_PUBLIC_URL", "https://rb.example").start().await;
    operator_over_https(&ringback).await;
}

async fn operator_over_https(ringback: &Ringback) {
    let link = ringback.first_operator_link().unwrap();
    let path = link.strip_prefix("https://rb.example").unwrap();
    let mut visitor = Visitor::new(ringback);
    let fields = [("email", "olga@example.com"), ("name", "Olga"), ("password", PASSWORD)];
    assert_eq!(visitor.post(path, &fields).await.status, 403, "it comes from another origin");
    let joined = visitor.post_from("https://rb.example", path, &fields).await;
    let cookie = joined.header("set-cookie");
    assert!(cookie.starts_with("__Host-ringback=rbs_") && cookie.ends_with("SameSite=Lax; Secure"), "{cookie}");
    assert_eq!(visitor.get("/").await.status, 200);
}

#[tokio::test]
async fn one_answer_tells_nobody_what_was_wrong_and_too_many_failures_shut() {
    let ringback = Ringback::start().await;
    operator(&ringback).await;
    let mut visitor = Visitor::new(&ringback);
    for email in [OPERATOR, "nobody@example.com", "no address"] {
        let refused = visitor.post("/sign-in", &[("email", email), ("password", "wrong")]).await;
        refused.holds("E-mail or password is wrong.");
        refused.lacks("wrong\"");
        assert_eq!(refused.status, 401);
    }
    for _ in 3..10 {
        visitor.post("/sign-in", &[("email", OPERATOR), ("password", "wrong")]).await;
    }
    let shut = visitor.post("/sign-in", &[("email", OPERATOR), ("password", PASSWORD)]).await;
    shut.holds("Too many attempts. Try again after 18:55 UTC.");
    assert_eq!(shut.status, 429);
}

#[tokio::test]
async fn signing_out_ends_the_session_everywhere() {
    let ringback = Ringback::start().await;
    let mut visitor = operator(&ringback).await;
    let mut copy = visitor.clone();
    let home = visitor.get("/").await;
    let out = visitor.send(&home, "/sign-out", &[]).await;
    assert_eq!(out.location.as_deref(), Some("/sign-in?said=out"));
    assert!(visitor.cookies.is_empty());
    assert_eq!(copy.get("/").await.location.as_deref(), Some("/sign-in"));
    let again = copy.send(&home, "/sign-out", &[]).await;
    assert_eq!(again.location.as_deref(), Some("/sign-in?said=out"), "who wants to be signed out is");
    let audit = ringback.get("/v1/audit").await;
    assert_eq!(audit["items"][0]["action"], "DELETE /v1/me/sessions/{id}");
}

#[tokio::test]
async fn a_form_whose_session_has_ended_changes_nothing_and_leads_back_to_its_page() {
    let ringback = Ringback::start().await;
    let mut visitor = operator(&ringback).await;
    let form = visitor.get("/apps/new").await;
    ringback.delete(&format!("/v1/users/{}", user(&ringback).await)).await;
    let sent = visitor.send(&form, "/apps/new", &[("name", "A")]).await;
    assert_eq!(sent.location.as_deref(), Some("/sign-in?to=%2Fapps%2Fnew&said=ended"));
    visitor.get("/sign-in?said=ended").await.holds("You were signed out. Nothing was changed.");
    assert_eq!(ringback.get("/v1/apps").await["items"], json!([]));
}

/// The one person's id; a second operator is there, so that it is not the last.
async fn user(ringback: &Ringback) -> String {
    Visitor::joined(ringback, "second@example.com", json!({"role": "operator"})).await;
    let users = ringback.get("/v1/users").await;
    let found = users["items"].as_array().unwrap().iter().find(|user| user["email"] == OPERATOR).unwrap();
    found["id"].as_str().unwrap().to_owned()
}
