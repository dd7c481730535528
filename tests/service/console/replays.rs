//! Replays, without a script: counted first, begun once, followed and stopped; each seen by whoever may see its app.

use std::time::Duration;

use serde_json::{Value, json};

use super::visitor::{Page, Visitor};
use crate::support::{Reply, Ringback, Wall, calling, found, text};

/// A wall whose deliveries are given up at the first failure, and its publisher's person.
async fn with_wall() -> (Ringback, Wall, Visitor) {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [], "name": "Kash wall", "ref": "kash"})).await;
    let ana = Visitor::of(&ringback, &wall).await;
    (ringback, wall, ana)
}

/// So many are given up, by a server that knows none of them; answers their deliveries.
async fn outage(ringback: &Ringback, wall: &Wall, completions: usize) -> Vec<String> {
    wall.receiver.then(vec![Reply::status(404); completions]);
    let all: Vec<Value> = (0..completions).map(|number| wall.completion(&format!("tx-{number}"))).collect();
    let reported = wall.source.report_batch(&all).await;
    found("all are dead", || async { (ringback.deliveries("dead").await.len() == completions).then_some(()) }).await;
    wall.receiver.so_far();
    reported.iter().map(|one| text(&one["deliveries"][0], "id")).collect()
}

/// The states of the deliveries that a page leads to, newest first.
async fn listed(visitor: &mut Visitor, counted: &Page) -> Vec<String> {
    let href = counted.html.split("\">See these deliveries ›").next().unwrap().rsplit("href=\"").next().unwrap();
    let list = visitor.get(&href.replace("&#38;", "&")).await;
    assert_eq!(list.status, 200, "{}", list.html);
    let word = |row: &str| row.split("</span>").next().unwrap().rsplit('>').next().unwrap().to_owned();
    list.html.split("<td class=\"first\">").skip(1).map(word).collect()
}

/// A time that holds everything: the clock stands at 18:40.
const DAY: &str = "app=kash&from=2024-07-01T00%3A00&to=2024-07-02T00%3A00";

#[tokio::test(flavor = "multi_thread")]
async fn what_an_outage_missed_is_counted_first_and_sent_again_once() {
    let (ringback, wall, mut ana) = with_wall().await;
    ana.get("/replays").await.holds("No replay yet. One brings back what an outage missed.");
    outage(&ringback, &wall, 3).await;
    wall.report_until("tx-told", "delivered").await;
    let reversal = wall.source.reverse(json!({"externalId": "tx-told"})).await.delivery();
    ringback.delivery_once(&reversal, "delivered").await;
    wall.receiver.so_far();

    let form = ana.get(&format!("/replays/new?{DAY}")).await;
    form.holds("value=\"2024-07-01T00:00\"");
    form.holds("<option value=\"kash\" selected>Kash wall</option>");
    form.holds("name=\"state\" value=\"dead\" checked");
    let twice = ana.get(&format!("/replays/new?{DAY}&state=dead&state=delivered&count=1")).await;
    twice.holds("4 deliveries would be sent again. 1 is left out: 1 reversed.");
    twice.holds("Your server acknowledged some of these already.");
    let counted = ana.get(&format!("/replays/new?{DAY}&state=dead&count=1")).await;
    counted.holds("3 deliveries would be sent again.");
    counted.holds(">Replay 3 deliveries</button>");
    counted.lacks("acknowledged some of these already");
    counted.lacks("What is left out stays as it is.");
    assert_eq!(listed(&mut ana, &counted).await, ["Dead"; 3]);
    twice.holds("What is left out stays as it is.");
    assert!(wall.receiver.so_far().is_empty(), "counting sends nothing");

    let begun = ana.send(&counted, "/replays/new", &[]).await;
    let path = begun.location.clone().unwrap();
    assert!(path.starts_with("/replays/rpl_"), "{path}");
    ana.follow(begun).await.holds("The replay has begun. This page follows it.");
    ringback.once(&format!("/v1{path}"), "done", |replay| replay["state"] == "done").await;
    let again = ana.send(&counted, "/replays/new", &[]).await;
    let list = ana.follow(again).await;
    list.holds("This form was sent before, and nothing is sent twice because of it.");
    list.holds("3 of 3");
    assert_eq!(ringback.get("/v1/replays").await["items"].as_array().unwrap().len(), 1);
    found("all arrive", || async { (ringback.deliveries("delivered").await.len() == 5).then_some(()) }).await;
    let page = ana.get(&path).await;
    page.holds("It has come to its end: 3 deliveries were queued again.");
    page.lacks("data-poll");
    page.lacks("Cancel replay");
    page.holds("Sent again");
    for became in [">Delivered 5</a>", ">Waiting 0</a>", ">Dead 0</a>"] {
        page.holds(became);
    }
    let action = ringback.get("/v1/audit").await["items"][0]["action"].clone();
    assert_eq!(action, "POST /v1/replays");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_that_is_led_to_holds_what_was_counted_and_nothing_else() {
    let (ringback, wall, mut ana) = with_wall().await;
    outage(&ringback, &wall, 2).await;
    wall.report_until("tx-told", "delivered").await;
    ringback.change(&wall, json!({"paused": true})).await;
    let canceled = wall.report("tx-canceled").await.delivery();
    ringback.post(&format!("/v1/deliveries/{canceled}/cancel"), json!({})).await.ok();
    let held = wall.report("tx-held").await.delivery();
    ringback.change(&wall, json!({"paused": false})).await;
    ringback.delivery_once(&held, "delivered").await;
    // Half a minute later, which no list that is asked by the minute could leave out.
    ringback.clock.advance(Duration::from_secs(30));
    wall.receiver.then([Reply::status(404)]);
    wall.report_until("tx-later", "dead").await;

    let window = "app=kash&from=2024-07-01T18%3A40&to=2024-07-01T18%3A40%3A30";
    let counted = ana.get(&format!("/replays/new?{window}&state=dead&state=canceled&count=1")).await;
    counted.holds("3 deliveries would be sent again.");
    assert_eq!(listed(&mut ana, &counted).await, ["Canceled", "Dead", "Dead"]);
    counted.holds("<dd>Dead, Canceled</dd>");
    let chosen = ana.get("/deliveries?state=dead%2Ccanceled").await;
    chosen.holds("<option value=\"dead,canceled\" selected>Dead, Canceled</option>");
    assert_eq!(ana.get("/deliveries?state=dead%2Cgone").await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_more_by_now_than_was_counted_is_shown_again_before_it_begins() {
    let (ringback, wall, mut ana) = with_wall().await;
    outage(&ringback, &wall, 2).await;
    let counted = ana.get(&format!("/replays/new?{DAY}&state=dead&count=1")).await;
    counted.holds(">Replay 2 deliveries</button>");
    wall.receiver.then([Reply::status(404)]);
    wall.report_until("tx-later", "dead").await;
    wall.receiver.so_far();
    let shown = ana.send(&counted, "/replays/new", &[]).await;
    assert_eq!(shown.status, 409);
    shown.holds("It is 3 by now; 2 when it was counted before. Nothing has begun.");
    shown.holds(">Replay 3 deliveries</button>");
    assert!(ringback.get("/v1/replays").await["items"].as_array().unwrap().is_empty());
    // The first form was not used up: it is told the same again.
    assert_eq!(ana.send(&counted, "/replays/new", &[]).await.status, 409);
    let begun = ana.send(&shown, "/replays/new", &[]).await;
    ana.follow(begun).await.holds("The replay has begun.");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_is_none_is_told_at_its_field() {
    let (_ringback, _wall, mut ana) = with_wall().await;
    for count in ["", "&count=1"] {
        let page = ana.get(&format!("/replays/new?app=nowhere&from=2024-07-01T00%3A00&state=canceled{count}")).await;
        assert_eq!(page.status, 404);
        page.holds("App names no app that you may see.");
        page.holds("value=\"2024-07-01T00:00\"");
        page.holds("name=\"state\" value=\"canceled\" checked");
    }
    assert_eq!(ana.get("/replays?part=anything").await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_alone_names_the_app_and_everything_since_it() {
    let (ringback, wall, mut ana) = with_wall().await;
    let dead = outage(&ringback, &wall, 3).await;
    let led = ana.get(&format!("/replays/new?since={}", dead[1])).await;
    let form = ana.follow(led).await;
    form.holds(&format!("<code>{}</code>", dead[1]));
    form.lacks("datetime-local");
    let counted = ana.get(&format!("/replays/new?app=kash&since={}&state=dead&count=1", dead[1])).await;
    counted.holds("2 deliveries would be sent again.");
    let both = ana.get(&format!("/replays/new?{DAY}&since={}&state=dead&count=1", dead[1])).await;
    assert_eq!(both.status, 422);
    both.holds("Since stands in place of a time; give one or the other.");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_stands_at_its_field_and_the_rest_is_kept() {
    let (_ringback, _wall, mut ana) = with_wall().await;
    for (asked, said) in [
        ("app=kash&state=dead&count=1", "From (UTC) is required."),
        ("app=kash&from=soon&state=dead&count=1", "must be a time such as 2026-11-28T14:03"),
        ("from=2024-07-01T00%3A00&state=dead&count=1", "App is required."),
        ("app=kash&from=2024-07-01T00%3A00&count=1", "State must be one or several of dead, delivered, canceled."),
        ("app=kash&from=2024-07-01T00%3A00&to=2024-06-01T00%3A00&state=dead&count=1", "From must be before To"),
        ("app=kash&from=2024-01-01T00%3A00&state=dead&count=1", "must be at most 31 days before To"),
        ("app=kash&form=x", "form is unknown; did you mean `from`?"),
        ("app=kash&app=kash", "App stands twice."),
    ] {
        let page = ana.get(&format!("/replays/new?{asked}")).await;
        assert_eq!(page.status, 422, "{asked}: {}", page.html);
        page.holds(said);
        page.holds("<title>Error: New replay");
    }
    let kept = ana.get(&format!("/replays/new?{DAY}&state=held&count=1")).await;
    kept.holds("value=\"2024-07-02T00:00\"");
    let nothing = ana.get(&format!("/replays/new?{DAY}&state=canceled&count=1")).await;
    nothing.holds("No delivery would be sent again.");
    nothing.lacks("<button class=\"button danger\">");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_runs_is_followed_and_stopped_and_a_second_waits_for_its_end() {
    let (ringback, wall, mut ana) = with_wall().await;
    outage(&ringback, &wall, 40).await;
    ringback.change(&wall, json!({"paused": true})).await;
    let counted = ana.get(&format!("/replays/new?{DAY}&state=dead&count=1")).await;
    let begun = ana.send(&counted, "/replays/new", &[]).await;
    let path = begun.location.clone().unwrap();
    ringback.once(&format!("/v1{path}"), "waiting", |replay| replay["done"] == 16).await;
    let page = ana.get(&path).await;
    page.holds("16 of 40");
    page.holds("The app is paused: what is sent again is held");
    page.holds(&format!("hx-get=\"{path}?part=progress\""));
    ana.get(&format!("{path}?live=off")).await.lacks("data-poll");
    let list = ana.get("/replays").await;
    list.holds("data-poll=\"5\"");
    list.holds("16 of 40");
    ana.get("/replays?live=off").await.lacks("data-poll");

    let second = ana.get(&format!("/replays/new?{DAY}&state=dead&count=1")).await;
    let refused = ana.send(&second, "/replays/new", &[]).await;
    assert_eq!(refused.status, 409);
    refused.holds("of this app runs; wait for its end, or cancel it.");

    for wrong in [format!("{path}/cancel?x=1"), format!("{path}?part=anything")] {
        assert_eq!(ana.get(&wrong).await.status, 422, "{wrong}");
    }
    let asks = ana.get(&format!("{path}/cancel")).await;
    asks.holds("This stops what is not yet due: 24 deliveries that it has not come to stay as they are.");
    let stopped = ana.send(&asks, &format!("{path}/cancel"), &[]).await;
    ana.follow(stopped).await.holds("It was stopped: 16 deliveries were queued again before that");
    let again = ana.send(&asks, &format!("{path}/cancel"), &[]).await;
    assert_eq!(again.status, 409);
    again.holds("The replay has ended; there is nothing to cancel.");
}

#[tokio::test(flavor = "multi_thread")]
async fn replays_that_began_meanwhile_are_told_of_and_never_put_in() {
    let (ringback, wall, mut ana) = with_wall().await;
    let dead = outage(&ringback, &wall, 1).await;
    let since = json!({"appId": wall.id, "sinceDeliveryId": dead[0], "status": "delivered"});
    let first = ringback.post("/v1/replays", &since).await.id();
    ringback.once(&format!("/v1/replays/{first}"), "done", |replay| replay["state"] == "done").await;
    let second = ringback.post("/v1/replays", &since).await.id();
    let part = ana.get(&format!("/replays?part=rows&newest={first}")).await;
    part.holds("1 newer. Show them");
    part.lacks(&second);
    part.holds(&format!("id=\"{first}\""));
    ana.get("/replays").await.holds(&second);
    let wrong = ana.get("/replays?cursor=x").await;
    assert_eq!(wrong.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_replay_is_not_there() {
    let (ringback, wall, _) = with_wall().await;
    let dead = outage(&ringback, &wall, 1).await;
    let since = json!({"appId": wall.id, "sinceDeliveryId": dead[0]});
    let id = ringback.post("/v1/replays", since).await.id();
    let other = ringback.app("besitos", json!({"name": "Other"})).await;
    let role = json!({"role": "publisher", "publisherId": other.publisher});
    let mut bea = Visitor::joined(&ringback, "bea@example.com", role).await;
    let list = bea.get("/replays").await;
    list.lacks(&id);
    list.holds("No replay yet.");
    for path in [format!("/replays/{id}"), format!("/replays/{id}/cancel")] {
        bea.get(&path).await.holds("There is no such replay, or it is not yours.");
    }
    let form = bea.get("/apps/new").await;
    assert_eq!(bea.send(&form, &format!("/replays/{id}/cancel"), &[]).await.status, 404);
    for asked in [format!("app={}", wall.id), format!("app=kash&{DAY}"), format!("since={}", dead[0])] {
        let page = bea.get(&format!("/replays/new?{}", asked.replacen("app=kash&", "", 1))).await;
        assert_eq!(page.status, 404, "{asked}: {}", page.html);
    }
    let given = [("app", wall.id.as_str()), ("since", dead[0].as_str()), ("state", "dead")];
    assert_eq!(bea.send(&form, "/replays/new", &given).await.status, 404);
}
