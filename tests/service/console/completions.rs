//! Completions, without a script: listed and exported by the API's filters, shown with how they came about, and taken back once.

use serde_json::{Value, json};

use super::visitor::{Page, Visitor};
use crate::support::{Reply, Ringback, Wall, calling, has, with};

/// A wall, its publisher's person and a manager.
async fn with_wall(dialect: &str) -> (Ringback, Wall, Visitor, Visitor) {
    let (ringback, wall) = calling(dialect, json!({"name": "Kash wall", "ref": "kash", "retrySchedule": []})).await;
    let ana = Visitor::of(&ringback, &wall).await;
    let max = Visitor::manager(&ringback).await;
    (ringback, wall, ana, max)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_recorded_is_listed_by_the_filters_of_the_api_and_every_link_keeps_them() {
    let (_ringback, wall, mut ana, _) = with_wall("besitos").await;
    ana.get("/completions").await.holds("No completions yet. They appear as soon as the offer system reports one.");
    wall.report_until("order-1", "delivered").await;
    let id = wall.report("order-2").await.id();
    let list = ana.get("/completions").await;
    list.holds("<code>order-2</code>");
    list.holds(&format!("href=\"/completions/{id}\""));
    list.holds("2.50 USD");
    list.holds("An offer");
    list.lacks("<th scope=\"col\">App</th>");
    list.holds(&format!("hx-get=\"/completions?part=newer&#38;after={id}\""));
    ana.get("/completions?live=off").await.lacks("data-poll");

    let found = ana.get("/completions?transactionId=ORDER-1&app=kash&live=off").await;
    found.holds("<code>order-1</code>");
    found.lacks("<code>order-2</code>");
    found.holds("href=\"/completions/export?app=kash&#38;transactionId=ORDER-1\"");
    found.holds("href=\"/completions?app=kash&#38;transactionId=ORDER-1\">go on");
    found.holds("<option value=\"kash\" selected>Kash wall</option>");
    let none = ana.get("/completions?deliveryStatus=dead").await;
    none.holds("No completion matches. Clear the filters, or look the user up.");
    none.holds("<details open>");
    ana.get("/completions?from=2024-07-02T00%3A00").await.holds("Nothing recorded in this period.");
    ana.get("/completions?from=2024-07-01T00%3A00&to=2024-07-01T18%3A41").await.holds("<code>order-2</code>");

    let later = wall.report("order-3").await.id();
    let part = ana.get(&format!("/completions?part=newer&after={id}")).await;
    part.holds("1 newer. Show them");
    part.lacks(&later);
    let unchanged = ana.get(&format!("/completions?part=newer&after={later}")).await;
    unchanged.lacks("newer. Show them");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_for_the_first_completion_is_told() {
    let (_ringback, wall, mut ana, _) = with_wall("besitos").await;
    let asked = |page: &Page| {
        let behind = page.html.split("hx-get=\"").nth(1).unwrap();
        behind.split('"').next().unwrap().replace("&#38;", "&")
    };
    let empty = ana.get("/completions?app=kash&from=2024-07-01T00%3A00").await;
    empty.holds("No completion matches.");
    let again = asked(&empty);
    assert!(again.contains("&since=2024-07-01T18%3A3"), "{again}");
    let nothing = ana.get(&again).await;
    nothing.lacks("newer. Show");
    assert_eq!(asked(&nothing), again);
    wall.report("order-1").await;
    let part = ana.get(&again).await;
    part.holds("1 newer. Show them");
    part.holds("href=\"/completions?app=kash&#38;from=2024-07-01T00%3A00\"");
    part.holds("There are newer completions.");
    // What is over brings nothing more.
    ana.get("/completions?to=2024-06-30T00%3A00").await.lacks("data-poll");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_erased_user_nobody_is_told_that_it_is_reversed() {
    let (ringback, wall, _, mut max) = with_wall("affonso").await;
    let reported = wall.report("order-1").await;
    ringback.delivery_once(&reported.delivery(), "delivered").await;
    assert_eq!(ringback.delete(&wall.path("/users/user_42")).await.status, 204);
    let path = format!("/completions/{}/reverse", reported.id());
    let form = max.get(&path).await;
    form.holds("The user was erased, so nobody is told.");
    form.lacks("is told at once");
    let done = max.send(&form, &path, &[("extent", "all"), ("note", "late")]).await;
    max.follow(done).await.holds("Reversed. Nobody is told");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_filter_stands_at_its_field_and_the_rest_is_kept() {
    let (_ringback, wall, mut ana, _) = with_wall("besitos").await;
    wall.report("order-1").await;
    for (asked, said) in [
        ("review=soon", "Review must be one of waiting, released, rejected."),
        ("from=yesterday", "From (UTC) must be a time such as 2026-11-28T14:03."),
        ("from=2024-07-02T00%3A00&to=2024-07-01T00%3A00", "To (UTC) must be later than From."),
        ("manual=maybe", "By hand must be true or false."),
        ("eventType=BAD!", "Event type"),
        ("userId=a&userId=b", "User stands twice."),
        ("user=a", "user is unknown"),
        ("cursor=x", "must be the nextCursor of a page of this list"),
        ("live=on", "live must be one of off"),
        ("part=anything", "part"),
    ] {
        let page = ana.get(&format!("/completions?{asked}&transactionId=order-1")).await;
        assert_eq!(page.status, 422, "{asked}: {}", page.html);
        page.holds(said);
        page.holds("<title>Error: Completions");
        page.holds("value=\"order-1\"");
        assert_eq!(ana.get(&format!("/completions/export?{asked}")).await.status, 422, "{asked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_export_holds_what_matches_and_nothing_foreign() {
    let (ringback, wall, mut ana, mut max) = with_wall("besitos").await;
    wall.report_until("order-1", "delivered").await;
    wall.report_until("order-2", "delivered").await;
    let foreign = ringback.wall("besitos", json!({"name": "Foreign"})).await;
    foreign.report("order-9").await;
    let csv = ana.get("/completions/export?transactionId=order-2").await;
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"completions.csv\"");
    assert_eq!(csv.html.lines().count(), 2, "{}", csv.html);
    csv.holds("order-2");
    let all = ana.get("/completions/export").await;
    all.lacks("order-9");
    assert_eq!(all.html.lines().count(), 3);
    assert_eq!(max.get("/completions/export").await.html.lines().count(), 4);
    let by_api = ringback.get(&format!("/v1/completions?appId={}&format=csv", wall.id)).await;
    assert_eq!(by_api.as_str().unwrap(), all.html);
    max.get("/completions").await.holds("<th scope=\"col\">App</th>");
    for path in [format!("/completions?app={}", foreign.id), format!("/completions/export?app={}", foreign.id)] {
        let page = ana.get(&path).await;
        assert_eq!(page.status, 404, "{path}");
        page.holds("App names no app that you may see.");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_user_is_called_so_and_neither_looked_up_nor_reversed() {
    let (ringback, wall, _, mut max) = with_wall("besitos").await;
    wall.report_until("order-1", "delivered").await;
    let id = ringback.get("/v1/completions").await["items"][0]["id"].as_str().unwrap().to_owned();
    let page = max.get(&format!("/completions/{id}")).await;
    page.holds("Look this user up");
    page.holds("Nothing to do");
    assert_eq!(ringback.delete(&wall.path("/users/user_42")).await.status, 204);
    let page = max.get(&format!("/completions/{id}")).await;
    page.holds("<dt>User</dt><dd>erased</dd>");
    page.lacks("Look this user up");
    page.lacks(">Reverse</a>");
    max.get("/completions").await.holds("<span class=\"muted\">erased</span>");
    let found = max.get(&format!("/lookup?q={id}")).await;
    found.holds("user erased");
    found.lacks("Reverse …");
    found.lacks("userId=");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completion_says_whose_turn_it_is_and_how_its_amounts_came_about() {
    let (ringback, wall, mut ana, mut max) = with_wall("besitos").await;
    ringback.change(&wall, json!({"rewardRate": "40", "rewardDecimals": 2})).await;
    wall.receiver.then([Reply::status(404)]);
    wall.report_until("order-1", "dead").await;
    let id = ringback.get("/v1/completions").await["items"][0]["id"].as_str().unwrap().to_owned();
    let page = ana.get(&format!("/completions/{id}")).await;
    page.holds("Your turn");
    page.holds("Reward 100.00: the payout of 2.50 USD at 40 for 1 USD, 2 digits after the point");
    page.holds("The report itself said: payout 2.50 USD, reward 100.");
    page.holds("Reported by S as order-1, and recorded.");
    page.lacks(">Reverse</a>");
    let page = max.get(&format!("/completions/{id}")).await;
    page.holds("The publisher&#39;s turn");
    page.holds(&format!("href=\"/completions/{id}/reverse\">Reverse</a>"));
    let foreign = ringback.app("besitos", json!({"name": "Other"})).await;
    let mut bea =
        Visitor::joined(&ringback, "bea@example.com", json!({"role": "publisher", "publisherId": foreign.publisher}))
            .await;
    bea.get(&format!("/completions/{id}")).await.holds("There is no such completion, or it is not yours.");
    bea.get("/completions").await.lacks("order-1");
    assert_eq!(max.get("/completions/cmp_1").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_completion_is_reversed_once_however_often_the_form_is_sent() {
    let (ringback, wall, mut ana, mut max) = with_wall("affonso").await;
    let reported = wall.report("order-1").await;
    ringback.delivery_once(&reported.delivery(), "delivered").await;
    wall.receiver.next().await;
    let path = format!("/completions/{}/reverse", reported.id());
    let refused = ana.get(&path).await;
    assert_eq!(refused.status, 403);
    refused.holds("account manager");
    let form = max.get(&path).await;
    assert_eq!(ana.send(&form, &path, &[("extent", "all"), ("note", "x")]).await.status, 403);
    form.holds("<b>user_42 · An offer · reward 100 · Kash wall</b>");
    form.holds("2.50 USD");
    form.holds("The publisher&#39;s server knows of it, and is told at once that it is reversed.");
    let silent = max.send(&form, &path, &[("extent", "all"), ("reason", "fraud")]).await;
    assert_eq!(silent.status, 422);
    silent.holds("Note is required.");
    silent.holds("<option value=\"fraud\" selected>");
    let given = [("extent", "all"), ("reason", "fraud"), ("note", "emulator farm")];
    let done = max.send(&form, &path, &given).await;
    max.follow(done).await.holds("Reversed. The publisher&#39;s server is told.");
    assert!(wall.receiver.next().await.body.contains("refunded"));
    let again = max.send(&form, &path, &given).await;
    max.follow(again).await.holds("This was reversed before; nothing is reversed twice.");
    let record = ringback.recorded(&reported.id()).await;
    assert_eq!(record["reversals"].as_array().unwrap().len(), 1);
    has(&record["reversals"][0], json!({"whole": true, "reason": "fraud", "manual": {"reason": "emulator farm"}}));
    let page = max.get(&format!("/completions/{}", reported.id())).await;
    page.holds("Reversed as a whole: nothing is left of it to reverse.");
    page.holds("emulator farm");
    let gone = max.get(&path).await;
    max.follow(gone).await.holds("Nothing is left of it to reverse.");
    ana.get("/completions").await.holds(">Whole</td>");
    let action = ringback.get("/v1/audit").await["items"][0]["action"].clone();
    assert_eq!(action, "POST /v1/completions/{id}/reversals");
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_are_reversed_up_to_what_is_left_and_each_form_once() {
    let (ringback, wall, _, mut max) = with_wall("offermaru").await;
    let reported = wall.report("order-1").await;
    ringback.delivery_once(&reported.delivery(), "delivered").await;
    let path = format!("/completions/{}/reverse", reported.id());
    let form = max.get(&path).await;
    for (given, said) in [
        (vec![("extent", "part")], "What is reversed needs one or more amounts, where parts are reversed."),
        (vec![("extent", "part"), ("payoutMinor", "9.99")], "Payout in USD is more than the 2.50 USD that are left."),
        (vec![("extent", "part"), ("payoutMinor", "1.255")], "must be an amount of USD such as 17.55"),
        (vec![("extent", "part"), ("userReward", "100.1")], "Reward is more than the 100 that are left."),
        (vec![("extent", "all"), ("payoutMinor", "1")], "must be empty where all that is left is reversed"),
        (vec![("extent", "half")], "must be one of all, part"),
    ] {
        let all: Vec<_> = given.iter().copied().chain([("reason", "refund"), ("note", "half a year")]).collect();
        let refused = max.send(&form, &path, &all).await;
        assert_eq!(refused.status, 422, "{given:?}");
        refused.holds(said);
        refused.holds("half a year");
    }
    let given = [("extent", "part"), ("payoutMinor", "1.5"), ("userReward", "60"), ("note", "half")];
    let done = max.send(&form, &path, &given).await;
    max.follow(done).await.holds("Part: payout 1.50 USD, reward 60");
    let again = max.send(&form, &path, &given).await;
    max.follow(again).await.holds("This was reversed before; nothing is reversed twice.");
    let rest = max.get(&path).await;
    rest.holds("1.00 USD");
    assert_ne!(rest.hidden(), form.hidden(), "another form is another part");
    max.get("/completions").await.holds("Part: 1.50 USD");
    let done = max.send(&rest, &path, &[("extent", "all"), ("note", "the rest")]).await;
    max.follow(done).await.holds("nothing is left of it to reverse");
    assert_eq!(ringback.recorded(&reported.id()).await["reversed"]["payoutMinor"], 250);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_sent_is_canceled_and_a_dialect_that_knows_no_parts_says_so() {
    let (ringback, wall, _, mut max) = with_wall("besitos").await;
    ringback.change(&wall, json!({"paused": true})).await;
    let reported = wall.report("order-1").await;
    let path = format!("/completions/{}/reverse", reported.id());
    let form = max.get(&path).await;
    form.holds("Nothing was sent yet: if all is reversed, the callback is canceled and nobody is told of either.");
    let part = max.send(&form, &path, &[("extent", "part"), ("payoutMinor", "1"), ("note", "n")]).await;
    assert_eq!(part.status, 422);
    part.holds("The dialect besitos can tell of the whole alone, not of a part.");
    let done = max.send(&form, &path, &[("extent", "all"), ("note", "n")]).await;
    max.follow(done).await.holds("Reversed before anything was sent, so nobody is told.");
    assert!(wall.receiver.so_far().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_rows_are_a_small_page() {
    let (ringback, wall, _, mut max) = with_wall("besitos").await;
    ringback.app("besitos", json!({"publisherId": wall.publisher, "name": "N".repeat(255)})).await;
    // As long as the ids that offer systems and publishers make, which are UUIDs.
    let completion = |number: usize| {
        let id = format!("3f2c7d0f-41c9-4b86-9e4a-{number:0>12}");
        with(wall.completion(&id), json!({"userId": id, "offerName": "W".repeat(60), "userReward": "1234567.89"}))
    };
    let all: Vec<Value> = (0..51).map(completion).collect();
    wall.source.report_batch(&all).await;
    let page = max.get("/completions").await;
    assert_eq!(page.html.matches("class=\"cover\"").count(), 50);
    page.holds("rel=\"next\"");
    let older = page.html.split("href=\"/completions?cursor=").nth(1).unwrap().split('"').next().unwrap();
    let rest = max.get(&format!("/completions?cursor={older}")).await;
    assert_eq!(rest.html.matches("class=\"cover\"").count(), 1);
    rest.holds(">Newest</a>");
    assert!(page.html.len() < 50_000, "{} bytes", page.html.len());
}
