//! The page of one delivery: replay and cancel, what ends its waiting, and what is shown of it to whom.

use serde_json::json;

use super::deliveries::{listed, stage};
use crate::support::{Reply, text};

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_been_told_is_replayed_after_asking() {
    let (ringback, wall, mut ana, _) = stage().await;
    wall.receiver.then([Reply::with(500, "X-Trace: 7\r\n", "out of memory")]);
    let dead = text(&wall.report_until("lost", "dead").await, "id");
    let path = format!("/deliveries/{dead}");
    let page = ana.get(&path).await;
    for text in [
        "Your turn",
        "Your server answered 500. Fix it, then replay.",
        "Your server may have been told",
        "1 of 1",
        "besitos@1",
        "Reported by S as lost, and recorded.",
        "Attempt 1",
        "Request, as recorded without its signature",
        "x-trace: 7",
        "out of memory",
        "Signed text, computed now",
        "(active)",
        "Cancel: only while it waits.",
        "It ended on 1 Jul 18:40:00 UTC. A delivery and its attempts are kept for 90 days after that; its completion stays.",
    ] {
        page.holds(text);
    }
    // What was signed is shown; what it was signed with, and the signature, are not.
    let sent = wall.receiver.next().await;
    let verifier = sent.parameter("verifier").unwrap();
    page.lacks(&verifier);
    page.holds(&format!("Signature begins <code>{}</code>", &verifier[..8]));
    page.lacks("data-poll");
    let asks = ana.get(&format!("{path}/replay")).await;
    asks.holds("Your server may have credited this already. It is told again with the same transaction id; a receiver that keeps ids ignores it.");
    let page = ana.send(&asks, &format!("{path}/replay"), &[]).await;
    let page = ana.follow(page).await;
    page.holds("Replayed. It is sent again now.");
    ringback.delivery_once(&dead, "delivered").await;
    let page = ana.get(&path).await;
    page.holds("Nothing to do");
    page.holds("Your server acknowledged");
    page.holds("Attempt 2");
    page.holds("<details id=\"attempt-2\" open>");
    page.holds("<details id=\"attempt-1\">");
    ana.get(&format!("{path}/replay")).await.holds("Your server has acknowledged this already.");
    // The same form once more, as by a double click: it asked about a delivery that was dead.
    let again = ana.send(&asks, &format!("{path}/replay"), &[]).await;
    ana.follow(again).await.holds("It changed meanwhile; look again.");
    assert_eq!(ringback.delivery(&dead).await["attempts"].as_array().unwrap().len(), 2);
    ana.get(&format!("{path}?attempt=1")).await.holds("<details id=\"attempt-1\"");
    // Nobody else's form replays anything.
    let foreign = ana.post(&format!("{path}/replay"), &[("formToken", "stolen")]).await;
    assert_eq!(foreign.status, 403);
    assert_eq!(ringback.delivery(&dead).await["status"], "delivered");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_canceled_after_asking_and_what_was_never_told_is_replayed_at_once() {
    let (ringback, wall, mut ana, _) = stage().await;
    ringback.change(&wall, json!({"paused": true})).await;
    let held = wall.report("held").await.delivery();
    ringback.held_for(&held, "app_paused").await;
    let path = format!("/deliveries/{held}");
    let page = ana.get(&path).await;
    page.holds("Held: the app is paused. Resume it and this is sent; nothing is lost.");
    page.holds("Replay: only once it has ended.");
    // What it waits for comes first and is the page's filled button; what makes no sense yet is not offered.
    let acts = ["class=\"button primary\">Resume app</button>", ">Cancel</a>"].map(|act| page.html.find(act));
    assert!(acts[0].is_some() && acts[0] < acts[1], "{}", page.html);
    page.lacks("Replay all since this one");
    page.holds("data-poll=\"2\"");
    ana.get(&format!("{path}?live=off")).await.lacks("data-poll");
    ana.get(&format!("{path}?attempt=1")).await.holds(&format!("{path}?attempt=1&#38;live=off"));
    for act in ["replay", "cancel"] {
        assert_eq!(ana.get(&format!("{path}/{act}?x=1")).await.status, 422, "{act}");
    }
    let part = ana.get(&format!("{path}?part=shown")).await;
    part.lacks("<html");
    let asks = ana.get(&format!("{path}/cancel")).await;
    asks.holds("Your server was told nothing, and is not told now.");
    let page = ana.send(&asks, &format!("{path}/cancel"), &[]).await;
    let page = ana.follow(page).await;
    page.holds("Canceled. It is not sent any more.");
    page.holds("Canceled by hand. A replay sends it after all.");
    let again = ana.send(&asks, &format!("{path}/cancel"), &[]).await;
    assert_eq!(again.status, 409);
    again.holds("The delivery is canceled; it can be canceled only while it waits");
    assert_eq!(ana.get(&format!("{path}/cancel")).await.status, 409);
    let replayed = ana.send(&page, &format!("{path}/replay"), &[]).await;
    ana.follow(replayed).await.holds("Replayed.");
    assert_eq!(ringback.held_for(&held, "app_paused").await["status"], "held");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_redirected_names_the_address_and_offers_the_callback_url_before_a_replay() {
    let (ringback, wall, mut ana, _) = stage().await;
    wall.receiver.then([Reply::with(301, "Location: https://www.kash.example/pb?x=1\r\n", "")]);
    let path = format!("/deliveries/{}", text(&wall.report_until("moved", "dead").await, "id"));
    let page = ana.get(&path).await;
    page.holds("Save the callback URL with https://www.kash.example in place of http://127.0.0.1:");
    page.holds("<a id=\"fix\" class=\"button primary\"");
    page.holds("<a id=\"replay\" class=\"button\"");
    // Once another URL is saved, a replay is what comes next.
    ringback.change(&wall, json!({"callbackUrl": "https://www.kash.example/pb?u={user_id}&tx={transaction_id}"})).await;
    let page = ana.get(&path).await;
    page.lacks("id=\"fix\"");
    page.holds("<a id=\"replay\" class=\"button primary\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_callbacks_to_several_endpoints_are_told_apart_by_one_name() {
    let (ringback, wall, mut ana, _) = stage().await;
    ana.get("/deliveries").await.lacks("endpoint 1");
    let second = ringback.post(&wall.path("/endpoints"), json!({"dialect": "plain-json"})).await.id();
    wall.report("twice").await.ok();
    let list = ana.get("/deliveries").await;
    list.holds("<small class=\"muted\">endpoint 1</small>");
    list.holds("<small class=\"muted\">endpoint 2</small>");
    let found = ana.get("/lookup?q=twice").await;
    found.holds("Open delivery to endpoint 2 (held)");
    found.holds("This is the callback to endpoint ");
    ana.get(&wall.path("/secrets").replace("/v1", "")).await.holds("2 · plain-json");
    let held = list.html.split("endpoint 2").next().unwrap().rsplit("href=\"").next().unwrap();
    let page = ana.get(held.split('"').next().unwrap()).await;
    page.holds("<dt>Endpoint</dt><dd>2 · ");
    page.holds(&format!("callback?endpoint={second}\">Set callback URL</a>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_erased_user_nothing_is_shown_and_nothing_replayed() {
    let (ringback, wall, mut ana, _) = stage().await;
    let done = text(&wall.report_until("gone", "delivered").await, "id");
    assert_eq!(ringback.delete(&wall.path("/users/user_42")).await.status, 204);
    let page = ana.get(&format!("/deliveries/{done}")).await;
    page.holds("<dt>User</dt><dd>erased</dd>");
    page.holds("What was sent and answered was erased with its user.");
    page.holds("Replay: the user was erased; nobody can be told of what is nobody&#39;s any more.");
    page.lacks("user_42");
    page.lacks("computed now");
    let list = ana.get("/deliveries").await;
    list.holds("<td class=\"of-user\"><span class=\"muted\">erased</span>");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_an_archived_app_stays_readable_without_acts() {
    let (ringback, wall, mut ana, _) = stage().await;
    wall.receiver.then([Reply::status(500)]);
    let dead = text(&wall.report_until("lost", "dead").await, "id");
    assert_eq!(ringback.delete(&wall.path("")).await.status, 204);
    let page = ana.get(&format!("/deliveries/{dead}")).await;
    page.holds("Kash wall (archived)");
    page.holds("Replay: the app or endpoint is archived; nobody would receive it.");
    page.lacks("id=\"replay\"");
    let list = ana.get(&format!("/deliveries?app={}", wall.id)).await;
    assert_eq!(listed(&list), ["lost"]);
    list.lacks("Replay all that match");
}
