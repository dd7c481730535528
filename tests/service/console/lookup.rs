//! "Where is my reward?" on its page: whose turn it is in each reader's words, what is copied for the user, and erasure.

use serde_json::json;

use super::visitor::{Page, Visitor};
use crate::money::offers::{click, offer};
use crate::support::{Reply, Ringback, Wall, text, with};

async fn stage(settings: serde_json::Value) -> (Ringback, Wall, Visitor, Visitor) {
    let ringback = Ringback::start().await;
    let wall = ringback.wall("besitos", with(json!({"name": "Kash wall", "ref": "kash"}), settings)).await;
    let ana = Visitor::of(&ringback, &wall).await;
    let mia = Visitor::manager(&ringback).await;
    (ringback, wall, ana, mia)
}

async fn found(visitor: &mut Visitor, text: &str) -> Page {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", text).finish();
    let page = visitor.get(&format!("/lookup?{query}")).await;
    assert_eq!(page.status, 200, "{}", page.html);
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reward_is_found_by_any_of_its_ids_and_told_in_the_words_of_the_reader() {
    let (_ringback, wall, mut ana, mut mia) = stage(json!({"retrySchedule": []})).await;
    wall.receiver.then([Reply::status(500)]);
    let dead = wall.report_until("order-1", "dead").await;
    for by in ["user_42", "ORDER-1", " order-1 ", &text(&dead, "id"), &text(&dead, "completionId")] {
        let page = found(&mut ana, by).await;
        for words in [
            "Your turn",
            "Your server answered 500. Fix it, then replay.",
            "An offer",
            "reward 100",
            "Reported by S as order-1, and recorded.",
            "Attempt 1: your server answered 500.",
            "Your reward of 100 for An offer was reported at 18:40 UTC. The app has not confirmed it yet.",
            &format!("<a href=\"/deliveries/{}\">Open delivery ›</a>", text(&dead, "id")),
        ] {
            page.holds(words);
        }
    }
    let page = found(&mut mia, "user_42").await;
    page.holds("The publisher&#39;s turn");
    page.holds("The publisher&#39;s server answered 500. The publisher fixes it, then replays it.");
    let filled = page.html.split("/apps/kash/credit?").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
    assert!(filled.starts_with("userId=user_42&"), "{filled}");
    let form = mia.get(&format!("/apps/kash/credit?{filled}")).await;
    form.holds("value=\"user_42\"");
    form.holds("value=\"An offer\"");
}

#[tokio::test]
async fn what_is_not_there_is_told_with_whom_to_ask_and_what_is_foreign_is_not_there() {
    let (ringback, _, mut ana, _) = stage(json!({})).await;
    let foreign = ringback.wall("besitos", json!({"paused": true})).await;
    foreign.report("theirs").await.ok();
    let asks = ana.get("/lookup").await;
    asks.holds("Where is my reward?");
    asks.lacks("No user, transaction");
    for text in ["nobody", "theirs", "user_42"] {
        let page = found(&mut ana, text).await;
        page.holds("No user, transaction, click or record is known by this");
        page.holds("upper and lower case included");
        page.lacks("Open delivery");
    }
    let twice = ana.get("/lookup?q=a&q=b").await;
    assert_eq!(twice.status, 422);
    twice.holds("User, transaction or click stands twice.");
}

#[tokio::test]
async fn a_click_that_nothing_was_reported_with_is_told_of() {
    let (ringback, wall, mut ana, _) = stage(json!({})).await;
    let offer = offer(&ringback, json!({})).await;
    let clicked = click(&ringback, &offer, &wall, "u9").await;
    for by in ["u9", &clicked] {
        let page = found(&mut ana, by).await;
        page.holds("Clicks without a completion (1)");
        page.holds("The offer system&#39;s turn");
        page.holds("Nothing was reported with this click yet");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_erased_once_its_id_was_typed() {
    let (ringback, wall, mut ana, mut mia) = stage(json!({})).await;
    wall.report_until("done", "delivered").await;
    let other = with(wall.completion("other"), json!({"userId": "somebody-else"}));
    let other = wall.source.report(&other).await.delivery();
    ringback.delivery_once(&other, "delivered").await;
    let path = format!("/lookup/erase?app={}&user=user_42", wall.id);
    found(&mut ana, "user_42").await.holds(&path.replace('&', "&#38;"));
    let asks = ana.get(&path).await;
    asks.holds("Erase user_42 of Kash wall?");
    asks.holds("1 completion and 0 unused clicks name this user.");
    let refused = ana.send(&asks, &path, &[("userId", "USER_42")]).await;
    assert_eq!(refused.status, 422);
    refused.holds("User id must be the id of this user, exactly.");
    assert_eq!(ana.post(&path, &[("userId", "user_42")]).await.status, 403, "a form without its token");
    found(&mut mia, "user_42").await.holds("Open delivery");
    let done = ana.send(&asks, &path, &[("userId", "user_42")]).await;
    assert_eq!((done.status, done.location.as_deref()), (303, Some("/lookup")));
    ana.get("/lookup").await.holds("Erased. Nothing bears the user&#39;s id any more.");
    found(&mut ana, "user_42").await.holds("No user, transaction, click or record is known by this");
    let page = found(&mut ana, "done").await;
    page.holds("user erased");
    page.lacks("Erase this user");
    found(&mut ana, "somebody-else").await.holds("Open delivery");
}

#[tokio::test]
async fn who_may_not_know_of_an_app_erases_nobody_there_and_open_deliveries_come_first() {
    let (ringback, wall, mut ana, _) = stage(json!({"paused": true})).await;
    let foreign = ringback.wall("besitos", json!({"paused": true})).await;
    foreign.report("theirs").await.ok();
    let held = wall.report("held").await.delivery();
    ringback.held_for(&held, "app_paused").await;
    let path = format!("/lookup/erase?app={}&user=user_42", wall.id);
    let elsewhere = format!("/lookup/erase?app={}&user=user_42", foreign.id);
    let asks = ana.get(&path).await;
    assert_eq!(ana.get(&elsewhere).await.status, 404);
    assert_eq!(ana.send(&asks, &elsewhere, &[("userId", "user_42")]).await.status, 404);
    let refused = ana.send(&asks, &path, &[("userId", "user_42")]).await;
    assert_eq!(refused.status, 409);
    refused.holds("Deliveries of this user are open; wait, or cancel them.");
    assert_eq!(ringback.get("/v1/lookup?userId=user_42").await["items"].as_array().unwrap().len(), 2);
}
