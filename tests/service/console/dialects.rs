//! The pages of dialects: all of them, what one sends and asks for, by whoever is signed in.

use serde_json::json;

use super::visitor::Visitor;
use crate::support::{Ringback, Wall, text};

/// A wall of ayet with a URL, and its publisher's person.
async fn ayet(ringback: &Ringback) -> (Wall, Visitor) {
    let url = "https://kash.example/pb?uid={external_identifier}&tx={transaction_id}&cb={is_chargeback}&coins={currency_amount}";
    let wall = ringback.wall("ayet", json!({"name": "Kash wall", "callbackUrl": url})).await;
    let ana = Visitor::of(ringback, &wall).await;
    (wall, ana)
}

/// The first endpoint of a wall.
async fn endpoint_of(ringback: &Ringback, wall: &Wall) -> String {
    text(&ringback.get(&wall.path("/endpoints")).await["items"][0], "id")
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn every_dialect_is_listed_and_found_by_a_word_of_its_name() {
    let ringback = Ringback::start().await;
    let (_, mut ana) = ayet(&ringback).await;
    let all = ana.get("/dialects").await;
    let known = ringback.get("/v1/dialects").await;
    for dialect in known["items"].as_array().unwrap() {
        all.holds(&format!("href=\"/dialects/{}\"", dialect["name"].as_str().unwrap()));
    }
    all.holds("Not confirmed");
    // Where there is no vendor, none has confirmed it.
    for (query, said, other) in [
        ("besitos", "Confirmed by vendor", "General form"),
        ("plain-json", "General form", "Confirmed by vendor"),
        ("stripe-style", "General form", "Confirmed by vendor"),
    ] {
        let found = ana.get(&format!("/dialects?q={query}")).await;
        found.holds(said);
        found.lacks(other);
    }
    all.holds("Built-in");
    let found = ana.get("/dialects?q=AYET").await;
    found.holds("ayet@1");
    found.lacks("besitos@1");
    ana.get("/dialects?q=nobody").await.holds("No dialect is called so.");
    assert_eq!(ana.get("/dialects?w=x").await.status, 422);
}

#[tokio::test]
async fn every_dialect_has_a_page_that_is_short_enough_and_a_receiver() {
    let ringback = Ringback::start().await;
    let (_, mut ana) = ayet(&ringback).await;
    let known = ringback.get("/v1/dialects").await;
    for dialect in known["items"].as_array().unwrap() {
        let path = format!("/dialects/{}", dialect["name"].as_str().unwrap());
        let page = ana.get(&path).await;
        assert!(page.status == 200 && page.html.len() < 50_000, "{path}: {} {}", page.status, page.html.len());
        page.holds("Expected answer");
        page.lacks("[[placeholders]]");
        let receiver = ana.get(&format!("{path}/receiver?lang=python")).await;
        assert_eq!(receiver.status, 200, "{path}");
        receiver.holds("receiver-code");
    }
    assert_eq!(ana.get("/dialects/nobodys").await.status, 404);
    assert_eq!(ana.get("/dialects/nobodys/receiver").await.status, 404);
}

#[tokio::test]
async fn a_sample_is_made_from_ones_own_app_and_with_no_secret_of_it() {
    let ringback = Ringback::start().await;
    let (wall, mut ana) = ayet(&ringback).await;
    let page = ana.get("/dialects/ayet").await;
    let endpoint = endpoint_of(&ringback, &wall).await;
    ringback.post(&wall.path("/secrets"), json!({"secret": "of-ones-own", "activate": true})).await.ok();
    page.holds(&format!("<option value=\"{endpoint}\">Kash wall</option>"));
    page.holds("To a server that is made up.");
    let page = ana.get(&format!("/dialects/ayet?endpoint={endpoint}")).await;
    page.holds("As it would be sent to Kash wall.");
    page.holds("uid=u-42");
    page.holds("<code>sekret</code>");
    // The text of the sample is the one that the dialect signs, and the reversal stands beside it.
    page.holds("cb=0&#38;<wbr>coins=150.75&#38;<wbr>tx=tx-1001&#38;<wbr>uid=u-42");
    page.holds("cb=1&#38;<wbr>coins=-150.75&#38;<wbr>tx=r-tx-1001&#38;<wbr>uid=u-42");
    page.lacks("of-ones-own");
    page.holds(&format!("/apps/{}/receiver?endpoint={endpoint}&#38;lang=php", wall.id));
    // An endpoint of another dialect is none of its own.
    let other = ringback.wall("besitos", json!({})).await;
    let foreign = endpoint_of(&ringback, &other).await;
    let refused = ana.get(&format!("/dialects/ayet?endpoint={foreign}")).await;
    assert_eq!(refused.status, 422);
    refused.holds("Your app must be one of yours that speaks this dialect.");
}

#[tokio::test]
async fn a_url_that_is_tried_is_checked_and_stays_as_it_was_typed() {
    let ringback = Ringback::start().await;
    let (_, mut ana) = ayet(&ringback).await;
    let url = "https://mine.example/cb?who={external_identifier}&id={transaction_id}";
    let page = ana.get(&format!("/dialects/ayet?url={}", encoded(url))).await;
    assert_eq!(page.status, 200);
    page.holds("As it would be sent to your URL.");
    page.holds("who=u-42");
    page.holds("Not sent to this URL: add {is_chargeback}.");
    let wrong = "https://mine.example/cb?who={external_identifer}";
    let refused = ana.get(&format!("/dialects/ayet?url={}", encoded(wrong))).await;
    assert_eq!(refused.status, 422);
    refused.holds("did you mean {external_identifier}?");
    refused.holds("?who={external_identifer}</textarea>");
    refused.holds("To a server that is made up.");
    let receiver = ana.get(&format!("/dialects/ayet/receiver?lang=php&url={}", encoded(url))).await;
    receiver.holds("who");
    let none = ana.get(&format!("/dialects/ayet/receiver?url={}", encoded(wrong))).await;
    none.holds("external_identifer");
    none.lacks("receiver-code");
}

#[tokio::test]
async fn what_a_signature_is_worth_and_what_is_to_be_answered_is_said_in_words() {
    let ringback = Ringback::start().await;
    let (_, mut ana) = ayet(&ringback).await;
    let page = ana.get("/dialects/wannads").await;
    page.holds("with the body <code>OK</code> or <code>DUP</code>, nothing else.");
    page.holds("Not what marks a reversal:");
    page.holds("<code>{secret}</code> stands for it");
    page.holds("https://affiliates.wannads.com/documentation/postback_notifications");
    page.holds("5 further attempts.");
    let known = ringback.get("/v1/dialects").await;
    for dialect in known["items"].as_array().unwrap().iter().filter(|dialect| dialect["secretInClear"] == true) {
        let path = format!("/dialects/{}", dialect["name"].as_str().unwrap());
        ana.get(&path).await.holds("The secret itself travels");
    }
    ana.get("/dialects/tapjoy").await.holds("Not told: this dialect has no reversals.");
}
