//! The pages themselves, looked at by a browser: from the first operator's link to a callback URL that is in force.

use serde_json::json;

use super::looked_at;
use crate::support::{Home, Ringback, TOKEN};

#[tokio::test(flavor = "multi_thread")]
async fn every_page_holds_in_a_browser() {
    let ringback = Ringback::start().await;
    let long = "Wall-of-a-name-without-any-blank-".repeat(3);
    let url = format!("https://kash.example/{}?user_id={{user_id}}", "a-long-path/".repeat(150));
    ringback.app("besitos", json!({"name": long, "ref": "long", "callbackUrl": url})).await;
    let link = ringback.first_operator_link().unwrap();
    looked_at("pages.js", &[&ringback.url(""), &link, TOKEN]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_minutes_end_in_a_verified_callback() {
    let ringback = Ringback::start().await;
    let link = ringback.first_operator_link().unwrap();
    looked_at("first.js", &[&ringback.url(""), &link, TOKEN]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_and_what_each_role_arrives_at_hold_in_a_browser() {
    let ringback = Ringback::start().await;
    looked_at("people.js", &[&ringback.url(""), TOKEN]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_caught_up_with_and_a_credit_is_taken_back() {
    // By the machine's own clock: a replay that waits looks again after a while.
    let child = Home::new().serve().await;
    looked_at("work.js", &[&child.url(""), TOKEN]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_replaced_without_a_refusal_that_is_final() {
    // By the machine's own clock: a callback that was refused is called again after a while.
    let child = Home::new().serve().await;
    looked_at("secrets.js", &[&child.url(""), TOKEN]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dialect_of_an_operators_own_is_copied_mended_published_chosen_and_withdrawn() {
    let ringback = Ringback::start().await;
    looked_at("dialects.js", &[&ringback.url(""), TOKEN]).await;
}
