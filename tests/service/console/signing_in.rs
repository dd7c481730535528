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
    let refused = visitor.fill_in(&path, &short).await;
    refused.holds("Password must have 12 characters or more, not 5.");
    assert_eq!(refused.status, 422);
    let fields = [("email", "olga@example.com"), ("name", "Olga"), ("password", PASSWORD)];
    assert_eq!(visitor.fill_in(&path, &fields).await.location.as_deref(), Some("/"));
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
    let mut other = Visitor::new(&ringback);
    let away = [("email", OPERATOR), ("password", PASSWORD), ("to", "//evil.example")];
    assert_eq!(other.fill_in("/sign-in", &away).await.location.as_deref(), Some("/"));
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
    let form = visitor.get(path).await;
    assert!(form.header("set-cookie").starts_with("__Host-ringback-visit="), "{}", form.header("set-cookie"));
    assert_eq!(visitor.send(&form, path, &fields).await.status, 403, "it comes from another origin");
    let token = form.hidden();
    let ours = [&[(token[0].0.as_str(), token[0].1.as_str())], &fields[..]].concat();
    let joined = visitor.post_from("https://rb.example", path, &ours).await;
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
        let refused = visitor.sign_in(email, "wrong").await;
        refused.holds("E-mail or password is wrong.");
        refused.lacks("wrong\"");
        assert_eq!(refused.status, 401);
    }
    for _ in 3..10 {
        visitor.sign_in(OPERATOR, "wrong").await;
    }
    let shut = visitor.sign_in(OPERATOR, PASSWORD).await;
    shut.holds("Too many attempts. Try again after 18:55 UTC.");
    assert_eq!(shut.status, 429);
}

#[tokio::test]
async fn a_form_that_another_site_has_somebody_send_signs_nobody_in() {
    let ringback = Ringback::start().await;
    operator(&ringback).await;
    let (mut evil, mut victim) = (Visitor::new(&ringback), Visitor::new(&ringback));
    let fields = [("email", OPERATOR), ("password", PASSWORD)];
    let (of_evil, of_victim) = (evil.get("/sign-in").await.hidden(), victim.get("/sign-in").await.hidden());
    let (of_evil, right) = (of_evil[0].1.as_str(), of_victim[0].1.as_str());
    // Over http a browser says `null` of our own pages and of the other site's alike.
    for token in [None, Some(""), Some(of_evil), Some(&right[1..])] {
        let token = token.map(|token| ("formToken", token));
        let all: Vec<_> = token.into_iter().chain(fields).collect();
        let refused = victim.post_from("null", "/sign-in", &all).await;
        assert_eq!((refused.status, refused.location.as_deref()), (403, None));
        refused.holds("This form has expired. Send it once more; nothing was changed.");
        refused.lacks(OPERATOR);
        assert!(!victim.cookies.contains_key("ringback"), "{:?}", victim.cookies);
    }
    assert_eq!(ringback.get("/v1/audit").await["items"][0]["action"], "POST /v1/join", "nobody tried to sign in");
    let ours: Vec<_> = [("formToken", right)].into_iter().chain(fields).collect();
    assert_eq!(victim.post_from("null", "/sign-in", &ours).await.status, 303);
    assert!(!victim.cookies.contains_key("ringback-visit"), "{:?}", victim.cookies);
}

#[tokio::test]
async fn a_form_to_sign_in_works_in_two_tabs_and_for_half_a_day() {
    let ringback = Ringback::start().await;
    operator(&ringback).await;
    let mut visitor = Visitor::new(&ringback);
    let fields = [("email", OPERATOR), ("password", PASSWORD)];
    let first = visitor.get("/sign-in").await;
    visitor.get("/sign-in?to=%2Fapps").await;
    let mut other = visitor.clone();
    assert_eq!(visitor.send(&first, "/sign-in", &fields).await.status, 303);
    ringback.clock.advance(std::time::Duration::from_secs(12 * 3_600));
    let late = other.send(&first, "/sign-in", &fields).await;
    assert_eq!(late.status, 403);
    assert_eq!(other.send(&late, "/sign-in", &fields).await.status, 303, "what is shown then is a form that works");
}

#[tokio::test]
async fn a_link_to_join_is_used_by_the_form_that_was_shown_alone() {
    let ringback = Ringback::start().await;
    let link = ringback.first_operator_link().unwrap();
    let path = format!("/join/{}", link.split_once("/join/").unwrap().1);
    let fields = [("email", "olga@example.com"), ("name", "Olga"), ("password", PASSWORD)];
    let mut visitor = Visitor::new(&ringback);
    let refused = visitor.post_from("null", &path, &fields).await;
    assert_eq!(refused.status, 403);
    refused.holds("This form has expired. Send it once more; nothing was changed.");
    refused.lacks("olga@example.com");
    assert_eq!(visitor.send(&refused, &path, &fields).await.location.as_deref(), Some("/"));
}

#[tokio::test]
async fn wrong_digits_are_said_at_their_field_and_what_was_right_stays() {
    let ringback = Ringback::start().await;
    let mut olga = operator(&ringback).await;
    let account = olga.get("/account").await;
    let begun = olga.send(&account, "/account/second-factor", &[]).await;
    let key = begun.html.split("<code id=\"secret-text\">").nth(1).unwrap().split('<').next().unwrap();
    let code = crate::people::second_factor::key(key).code_at(ringback.now());
    assert_eq!(olga.send(&begun, "/account/second-factor/confirm", &[("code", &code)]).await.status, 303);
    let mut visitor = Visitor::new(&ringback);
    let asked = visitor.sign_in(OPERATOR, PASSWORD).await;
    assert_eq!(asked.status, 200);
    asked.lacks("There is a problem");
    let fields = [("email", OPERATOR), ("password", PASSWORD), ("code", "000000")];
    let refused = visitor.send(&asked, "/sign-in", &fields).await;
    assert_eq!(refused.status, 401);
    refused.holds("<a href=\"#field-code\">These six digits are wrong, or were used before.</a>");
    refused.holds("name=\"code\" aria-describedby=\"field-code-help field-code-fault\" required aria-invalid=\"true\"");
    refused.holds(&format!("value=\"{PASSWORD}\""));
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

    // Whoever signs in then is told at the form that it did nothing, and nothing of what was typed is kept.
    let sign_in = visitor.follow(sent).await;
    let second = [("email", "second@example.com"), ("password", PASSWORD)];
    let back = visitor.send(&sign_in, "/sign-in", &second).await;
    assert_eq!(back.location.as_deref(), Some("/apps/new"));
    let form = visitor.follow(back).await;
    form.holds("You had been signed out, so nothing was saved or done. Please do it again here.");
    form.lacks("value=\"A\"");
    visitor.get("/apps/new").await.lacks("You had been signed out");
}

/// The one person's id; a second operator is there, so that it is not the last.
async fn user(ringback: &Ringback) -> String {
    Visitor::joined(ringback, "second@example.com", json!({"role": "operator"})).await;
    let users = ringback.get("/v1/users").await;
    let found = users["items"].as_array().unwrap().iter().find(|user| user["email"] == OPERATOR).unwrap();
    found["id"].as_str().unwrap().to_owned()
}
