//! What is answered where no page lies, and where one does not take what is sent.

use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE};
use ringback::web::console::security::CSP;
use serde_json::json;

use super::visitor::Visitor;
use crate::support::{Ringback, TOKEN};

const NOWHERE: &str = "There is no such page, or it is not yours.";

#[tokio::test]
async fn a_path_that_leads_nowhere_is_answered_by_a_page_with_a_way_on() {
    let ringback = Ringback::start().await;
    let mut olga = Visitor::joined(&ringback, "olga@example.com", json!({"role": "operator"})).await;
    for path in ["/no-such-page", "/apps/none/no-such-page", "/v2/apps", "/robots.txt"] {
        let page = olga.get(path).await;
        page.holds(NOWHERE);
        page.holds("<a class=\"button\" href=\"/\">Home</a>");
        page.holds("<nav aria-label=\"Main\">");
        assert_eq!((page.status, page.header("content-security-policy")), (404, CSP), "{path}");
        // Whoever is not signed in is told no more than that.
        let page = Visitor::new(&ringback).get(path).await;
        page.holds(NOWHERE);
        page.lacks("<nav");
        let kept = (page.header("content-security-policy"), page.header("cache-control"));
        assert_eq!((page.status, kept), (404, (CSP, "no-store")), "{path}");
    }
}

#[tokio::test]
async fn a_program_is_told_of_a_wrong_path_as_before() {
    let ringback = Ringback::start().await;
    let olga = Visitor::joined(&ringback, "olga@example.com", json!({"role": "operator"})).await;
    let session = olga.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<String>();
    let request = |method, path| ringback.request(method, path).header(COOKIE, &session);
    for request in [
        request(Method::GET, "/v1/no-such-call"),
        request(Method::GET, "/v1"),
        request(Method::GET, "/assets/none/none"),
        request(Method::GET, "/no-such-page").header(AUTHORIZATION, format!("Bearer {TOKEN}")),
        request(Method::GET, "/no-such-page").header(ACCEPT, "application/json"),
        request(Method::POST, "/conversions").header(CONTENT_TYPE, "application/json"),
        request(Method::DELETE, "/no-such-page"),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 404, "{}", answer.url());
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/problem+json", "{}", answer.url());
        assert!(answer.text().await.unwrap().contains("There is no such path."));
    }
    let sent = request(Method::POST, "/no-such-page").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    assert!(sent.body("name=a").send().await.unwrap().text().await.unwrap().contains(NOWHERE));
}

#[tokio::test]
async fn a_page_that_takes_no_form_and_a_form_that_is_no_page_say_so_in_the_frame() {
    let ringback = Ringback::start().await;
    let mut olga = Visitor::joined(&ringback, "olga@example.com", json!({"role": "operator"})).await;
    let seen = olga.get("/sign-out").await;
    seen.holds("There is nothing to see at this address: it only takes a form.");
    let sent = olga.post("/apps", &[("name", "a")]).await;
    sent.holds("This page takes no form. Nothing was changed.");
    for (page, allowed) in [(seen, "POST"), (sent, "GET")] {
        page.holds("<nav aria-label=\"Main\">");
        assert_eq!((page.status, page.header("allow")), (405, allowed));
        assert_eq!(page.header("content-security-policy"), CSP);
    }
    assert_eq!(olga.get("/").await.status, 200, "nobody was signed out");
    let answer = ringback.request(Method::GET, "/v1/sessions").send().await.unwrap();
    assert_eq!(answer.headers()[CONTENT_TYPE], "application/problem+json");
}

#[tokio::test]
async fn the_head_of_a_page_is_that_of_the_page() {
    let ringback = Ringback::start().await;
    let answer = ringback.request(Method::HEAD, "/sign-in").send().await.unwrap();
    let csp = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert_eq!((answer.status().as_u16(), csp.as_str()), (200, CSP));
    assert_eq!(answer.text().await.unwrap(), "");
}
