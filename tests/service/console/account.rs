//! A person's own account: name, theme, password, second factor and sessions, each by a form of its own.

use serde_json::json;

use super::visitor::{PASSWORD, Page, Visitor};
use crate::support::Ringback;

const EMAIL: &str = "olga@example.com";
const NEW: &str = "another horse battery";

async fn olga(ringback: &Ringback) -> Visitor {
    Visitor::joined(ringback, EMAIL, json!({"role": "operator"})).await
}

/// The page that a form leads to.
async fn follow(visitor: &mut Visitor, answer: Page) -> Page {
    assert_eq!((answer.status, answer.location.as_deref()), (303, Some("/account")), "{}", answer.html);
    visitor.get("/account").await
}

async fn signed_in(ringback: &Ringback, password: &str) -> u16 {
    let mut visitor = Visitor::new(ringback);
    visitor.sign_in(EMAIL, password).await.status
}

#[tokio::test]
async fn name_and_theme_are_saved_and_seen_on_every_page() {
    let ringback = Ringback::start().await;
    let mut olga = olga(&ringback).await;
    let form = olga.get("/account").await;
    let saved = olga.send(&form, "/account", &[("name", "Olga O."), ("theme", "dark")]).await;
    let page = follow(&mut olga, saved).await;
    page.holds("Saved.");
    page.holds("data-theme=\"dark\"");
    page.holds(">Olga O.</a>");
    let refused = olga.send(&page, "/account", &[("name", ""), ("theme", "pink")]).await;
    assert_eq!(refused.status, 422);
    refused.holds("Theme must be one of system, light, dark.");
}

#[tokio::test]
async fn a_new_password_is_in_force_and_ends_the_other_sessions() {
    let ringback = Ringback::start().await;
    let mut olga = olga(&ringback).await;
    let mut other = Visitor::new(&ringback);
    assert_eq!(other.sign_in(EMAIL, PASSWORD).await.status, 303);
    let form = olga.get("/account").await;
    let short = olga.send(&form, "/account/password", &[("password", "short")]).await;
    short.holds("New password must have 12 characters or more, not 5.");
    short.lacks("value=\"short\"");
    let saved = olga.send(&form, "/account/password", &[("password", NEW)]).await;
    follow(&mut olga, saved).await.holds("Your new password is in force. Your other sessions have ended.");
    assert_eq!(other.get("/account").await.location.as_deref(), Some("/sign-in?to=%2Faccount"));
    assert_eq!((signed_in(&ringback, PASSWORD).await, signed_in(&ringback, NEW).await), (401, 303));
}

#[tokio::test]
async fn a_second_factor_shows_its_key_once_and_needs_a_code_to_come_into_force() {
    let ringback = Ringback::start().await;
    let mut olga = olga(&ringback).await;
    let form = olga.get("/account").await;
    let begun = olga.send(&form, "/account/second-factor", &[]).await;
    assert_eq!((begun.status, begun.header("cache-control")), (200, "no-store"));
    let key = begun.html.split("<code id=\"secret-text\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let wrong = olga.send(&begun, "/account/second-factor/confirm", &[("code", "000000")]).await;
    wrong.holds("Six digits is not the code that the app shows at this moment.");
    wrong.lacks(&key);
    assert_eq!(signed_in(&ringback, PASSWORD).await, 303, "what was only begun is not asked for");
}

#[tokio::test]
async fn a_session_is_ended_from_another_one() {
    let ringback = Ringback::start().await;
    let mut olga = olga(&ringback).await;
    let mut other = Visitor::new(&ringback);
    assert_eq!(other.sign_in(EMAIL, PASSWORD).await.status, 303);
    let form = olga.get("/account").await;
    form.holds("(this one)");
    let ended = olga.send(&form, "/account/sessions", &[]).await;
    follow(&mut olga, ended).await.holds("Signed out everywhere else.");
    assert_eq!(other.get("/").await.location.as_deref(), Some("/sign-in"));
    olga.get("/account").await.holds("Where you are signed in");
}
