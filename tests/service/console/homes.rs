//! Home of each role: what it needs to do, and what there is to know.

use std::time::Duration;

use serde_json::json;

use super::visitor::Visitor;
use crate::support::{PATIENCE, Reply, Ringback, Wall, calling, found};

const URL: &str = "https://kash.example/pb?user_id={user_id}&tx={transaction_id}&payout={payout}";

async fn manager(ringback: &Ringback) -> Visitor {
    Visitor::joined(ringback, "max@example.com", json!({"role": "account_manager"})).await
}

async fn operator(ringback: &Ringback) -> Visitor {
    Visitor::joined(ringback, "olga@example.com", json!({"role": "operator"})).await
}

/// The address that the live part of a page asks for.
fn part_of(html: &str) -> String {
    let address = html.split("data-poll=\"15\" hx-get=\"").nth(1).unwrap().split('"').next().unwrap();
    address.replace("&#38;", "&")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_somebody_stands_worst_first_with_why_and_the_rest_is_counted() {
    let (ringback, wall) = calling("besitos", json!({"name": "Failing wall", "retrySchedule": []})).await;
    wall.receiver.then([Reply::status(500)]);
    wall.report_until("dead", "dead").await;
    let bare = ringback.app("besitos", json!({"name": "Bare wall"})).await;
    let fine = ringback.wall("besitos", json!({"name": "Fine wall"})).await;
    fine.report_until("fine", "delivered").await;
    found("what became of both is added up", || async {
        ringback.tidy().await;
        let failing = ringback.get("/v1/apps?state=failing").await;
        let fine = ringback.get("/v1/apps?state=fine").await;
        (failing["items"] != json!([]) && fine["items"] != json!([])).then_some(())
    })
    .await;
    let mut max = manager(&ringback).await;
    let home = max.get("/").await;
    let rows: Vec<&str> = home.html.split("<tr id=\"need-").skip(1).collect();
    assert_eq!(rows.len(), 2, "{}", home.html);
    assert!(rows[0].contains("Failing wall") && rows[0].contains("1 dead in 24 h, last answer 500 at "), "{}", rows[0]);
    assert!(rows[1].contains("Bare wall") && rows[1].contains("Callback URL missing, secret missing."), "{}", rows[1]);
    home.holds("1 failing · 1 not set up · 1 fine");
    ringback.post("/v1/publishers", json!({"name": "Without an app"})).await.ok();
    max.get("/").await.holds("1 failing · 2 not set up · 1 fine");
    home.lacks("Fine wall");
    home.lacks("Oldest due");
    operator(&ringback).await.get("/").await.holds("Oldest due");

    // The page renews itself: rows stay where they are, and what is new is told of.
    let part = part_of(&home.html);
    ringback.change(&bare, json!({"callbackUrl": URL})).await;
    ringback.secret(&bare, "a-secret-of-sixteen").await;
    ringback.app("besitos", json!({"name": "Newer wall"})).await;
    let renewed = max.get(&part).await;
    renewed.lacks("<html");
    let rows: Vec<&str> = renewed.html.split("<tr id=\"need-").skip(1).collect();
    assert!(rows[1].contains("Bare wall") && rows[1].contains("Needs nobody now."), "{}", renewed.html);
    renewed.holds("1 more app needs somebody. Show it");
    renewed.lacks("Newer wall");
    max.get("/").await.holds("Newer wall");
    assert_eq!(max.get("/?part=work&shown=dlv_1").await.status, 422);
    let paused = max.get("/?live=off").await;
    paused.holds("Paused <a href=\"/\">go on</a>");
    paused.lacks("data-poll");
}

#[tokio::test]
async fn while_home_is_open_the_node_looks_again_every_five_seconds_and_all_who_have_it_open_are_shown_that() {
    let (ringback, wall, mut max, part) = home_beside_reviews().await;
    let mut olga = operator(&ringback).await;
    wall.report("first").await.is(200, json!({"status": "accepted"}));
    for seconds in [0, 4] {
        ringback.clock.advance(Duration::from_secs(seconds));
        max.get(&part).await.lacks("1 review ends");
    }
    ringback.clock.advance(Duration::from_secs(1));
    renewed_with(&mut max, &part, "1 review ends").await;
    wall.report("second").await.is(200, json!({"status": "accepted"}));
    olga.get(&part).await.holds("1 review ends");
    ringback.clock.advance(Duration::from_secs(5));
    renewed_with(&mut olga, &part, "2 reviews; the first ends").await;
    max.get(&part).await.holds("2 reviews; the first ends");
}

#[tokio::test]
async fn whoever_opens_home_sees_what_is_there_and_a_change_of_the_configuration_is_seen_at_once() {
    let (ringback, wall, mut max, part) = home_beside_reviews().await;
    let mut olga = operator(&ringback).await;
    wall.report("first").await.is(200, json!({"status": "accepted"}));
    olga.get(&part).await.lacks("1 review ends");
    max.get("/").await.holds("1 review ends");
    olga.get(&part).await.holds("1 review ends");
    ringback.app("besitos", json!({"name": "Bare wall"})).await;
    olga.get(&part).await.holds("1 more app needs somebody. Show it");
}

#[tokio::test]
async fn whoever_comes_back_to_home_after_a_while_sees_what_is_there_and_has_it_renewed_again() {
    let (ringback, wall, mut max, part) = home_beside_reviews().await;
    ringback.clock.advance(Duration::from_secs(90));
    wall.report("first").await.is(200, json!({"status": "accepted"}));
    max.get(&part).await.holds("1 review ends");
    wall.report("second").await.is(200, json!({"status": "accepted"}));
    ringback.clock.advance(Duration::from_secs(5));
    renewed_with(&mut max, &part, "2 reviews; the first ends").await;
}

/// An app whose completions come into review, and an account manager who has opened Home; with the address of its live part.
async fn home_beside_reviews() -> (Ringback, Wall, Visitor, String) {
    let ringback = Ringback::start().await;
    let wall = ringback.wall("offermaru", json!({"review": {"hours": 2, "payoutAboveMinor": 200}})).await;
    let mut max = manager(&ringback).await;
    let part = part_of(&max.get("/").await.html);
    (ringback, wall, max, part)
}

/// Asks for a part of a page until it shows this.
async fn renewed_with(visitor: &mut Visitor, part: &str, what: &str) {
    let asked = async { while !visitor.get(part).await.html.contains(what) {} };
    tokio::time::timeout(PATIENCE, asked).await.unwrap_or_else(|_| panic!("{part} never showed: {what}"));
}

#[tokio::test]
async fn where_nothing_needs_anybody_it_is_said_and_an_empty_install_says_what_is_first() {
    let ringback = Ringback::start().await;
    let mut max = manager(&ringback).await;
    let empty = max.get("/").await;
    empty.holds("No apps yet. An app is one offerwall placement.");
    empty.lacks("Needs you");
    let app = ringback.app("besitos", json!({"callbackUrl": URL})).await;
    ringback.secret(&app, "a-secret-of-sixteen").await;
    max.get("/").await.holds("No app needs anybody.");
}

#[tokio::test]
async fn open_reviews_and_scheduled_switches_are_told() {
    let ringback = Ringback::start().await;
    let wall = ringback.wall("offermaru", json!({"review": {"hours": 2, "payoutAboveMinor": 200}})).await;
    wall.report("held").await.is(200, json!({"deliveries": [{"status": "held", "waitingFor": "review"}]}));
    let egress = ringback.post("/v1/egress-ips", json!({"address": "127.0.9.9"})).await.id();
    let active_at = ringback.now().plus(std::time::Duration::from_secs(86_400)).to_string();
    ringback.put(&wall.path("/egress"), json!({"egressIpId": egress, "activeAt": active_at})).await.ok();
    let home = manager(&ringback).await.get("/").await;
    home.holds("Scheduled switches");
    home.holds("<code>127.0.9.9</code>");
    home.holds("1 review ends in 2 h.");
}

#[tokio::test]
async fn a_publisher_sees_its_apps_and_nothing_that_is_for_those_who_keep_many() {
    let ringback = Ringback::start().await;
    let app = ringback.app("besitos", json!({"name": "Kash wall"})).await;
    let role = json!({"role": "publisher", "publisherId": app.publisher});
    let mut ana = Visitor::joined(&ringback, "ana@example.com", role).await;
    let home = ana.get("/").await;
    home.holds("Kash wall");
    home.holds("Set callback URL");
    // An address is assigned by others: that is said aside and keeps nobody from the next step.
    home.holds("Egress IP: an account manager assigns one.");
    ringback.change(&app, json!({"callbackUrl": URL})).await;
    ringback.secret(&app, "a-secret-of-sixteen").await;
    for path in ["/".to_owned(), format!("/apps/{}", app.id)] {
        let page = ana.get(&path).await;
        page.holds("2 of 5. Next: send a test callback.");
        page.holds(&format!("class=\"button primary\" href=\"/apps/{}/test\">Send test callback</a>", app.id));
    }
    home.lacks("Needs you");
    assert_eq!(ana.get("/?part=work").await.status, 422);
}

#[tokio::test]
async fn a_paused_app_says_so_and_resuming_it_is_what_comes_first() {
    let ringback = Ringback::start().await;
    let wall = ringback.wall("besitos", json!({"name": "Kash wall", "paused": true})).await;
    ringback.held_for(&wall.report("held").await.delivery(), "app_paused").await;
    let mut ana = Visitor::of(&ringback, &wall).await;
    for path in ["/".to_owned(), format!("/apps/{}", wall.id)] {
        let page = ana.get(&path).await;
        page.holds("Paused</span>");
        page.holds("1 held: app paused");
        page.holds("<button class=\"button primary\">Resume</button>");
        page.lacks("class=\"button primary\" href");
    }
    let home = manager(&ringback).await.get("/").await;
    home.holds("1 held: app paused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_app_says_why_and_leads_to_what_failed() {
    let (ringback, wall) = calling("besitos", json!({"name": "Failing wall", "retrySchedule": []})).await;
    wall.receiver.then([Reply::status(500)]);
    wall.report_until("dead", "dead").await;
    found("what became of it is added up", || async {
        ringback.tidy().await;
        (ringback.get("/v1/apps?state=failing").await["items"] != json!([])).then_some(())
    })
    .await;
    let mut ana = Visitor::of(&ringback, &wall).await;
    for path in ["/".to_owned(), format!("/apps/{}", wall.id)] {
        let page = ana.get(&path).await;
        page.holds("1 dead in 24 h, last answer 500 at ");
        let list = format!("href=\"/deliveries?app={}&#38;state=dead\">See dead deliveries</a>", wall.id);
        page.holds(&format!("class=\"button primary\" {list}"));
        // What is next of the set-up stands there too, and is not the filled button.
        page.holds(&format!("class=\"button\" href=\"/apps/{}/test\">Send test callback</a>", wall.id));
    }
    let list = manager(&ringback).await.get("/apps").await;
    list.holds("data-label=\"Why\">last answer 500<");
    list.holds("data-label=\"Set up\">2 of 5: egress IP<");
}

#[tokio::test]
async fn apps_are_found_by_words_and_state_sorted_and_listed_when_archived() {
    let ringback = Ringback::start().await;
    let mut max = manager(&ringback).await;
    max.get("/apps").await.holds("No apps yet. An app is one offerwall placement.");
    for (name, url) in [("Zen wall", URL), ("Kash wall", "")] {
        let settings = if url.is_empty() { json!({"name": name}) } else { json!({"name": name, "callbackUrl": url}) };
        ringback.app("besitos", settings).await;
    }
    let zen = ringback.app("besitos", json!({"name": "Old wall", "ref": "old"})).await;
    assert_eq!(ringback.delete(&zen.path("")).await.status, 204);
    let order = |html: &str| {
        let places = ["Kash wall", "Zen wall", "Old wall"].map(|name| html.find(name));
        (places[0] < places[1], places.map(|place| place.is_some()))
    };
    assert_eq!(order(&max.get("/apps?sort=name").await.html), (true, [true, true, false]));
    assert_eq!(order(&max.get("/apps?q=ZEN").await.html).1, [false, true, false]);
    let archived = max.get("/apps?archived=true").await;
    assert_eq!(order(&archived.html).1, [false, false, true]);
    archived.holds("Archived</span>");
    archived.holds(&format!("href=\"/apps/{}\"", zen.id));
    assert_eq!(max.get(&format!("/apps/{}", zen.id)).await.status, 200);
    let none = max.get("/apps?q=nowhere&sort=name").await;
    none.holds("No app matches.");
    none.holds("value=\"nowhere\"");
    for (query, said) in [
        ("state=bad&q=kept", "State must be one of failing, waiting, not_set_up, quiet, fine."),
        ("q=kept&q=b", "Name, ref or id stands twice."),
        ("q=kept&stat=x", "stat is unknown; did you mean `state`?"),
        ("q=kept&archived=true&state=fine", "State says nothing of archived apps, which call nobody back."),
        ("q=kept&cursor=dlv_1", "cursor must be the nextCursor of a page of this list."),
    ] {
        let page = max.get(&format!("/apps?{query}")).await;
        assert_eq!(page.status, 422, "{query}");
        page.holds(said);
        page.holds("value=\"kept\"");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn apps_of_one_name_are_told_apart_where_they_are_listed_and_chosen() {
    let ringback = Ringback::start().await;
    let kash = ringback.wall("besitos", json!({"name": "Kash wall", "ref": "kash"})).await;
    kash.report_until("tx-1", "delivered").await;
    let other = ringback.app("besitos", json!({"name": "kash wall"})).await;
    let alone = ringback.app("besitos", json!({"name": "Zen wall", "ref": "zen"})).await;
    let archived = ringback.app("besitos", json!({"name": "Zen wall"})).await;
    assert_eq!(ringback.delete(&archived.path("")).await.status, 204);
    let mut max = manager(&ringback).await;
    let of_other = format!("kash wall · {}", other.id);
    for path in ["/apps", "/deliveries", "/completions"] {
        let page = max.get(path).await;
        page.holds("Kash wall · kash");
        page.holds(&of_other);
        page.lacks("Zen wall · ");
    }
    max.get("/").await.holds(&of_other);
    let rows = max.get("/deliveries").await;
    rows.holds("<td class=\"of-app\">Kash wall · kash");
    let rows = max.get("/completions").await;
    rows.holds("<td class=\"name\" data-label=\"App\">Kash wall · kash");
    let chosen = max.get("/replays/new").await;
    chosen.holds(">Kash wall · kash</option>");
    chosen.holds(&format!(">{of_other}</option>"));
    chosen.holds(">Zen wall</option>");
    assert_eq!(ringback.delete(&alone.path("")).await.status, 204);
}

#[tokio::test]
async fn many_apps_are_turned_page_by_page_and_the_filters_go_along() {
    let ringback = Ringback::start().await;
    let publisher = ringback.post("/v1/publishers", json!({"name": "P"})).await.id();
    for number in 0..120 {
        let app = json!({"publisherId": publisher, "name": format!("Wall {number:03}"), "dialect": "besitos"});
        ringback.post("/v1/apps", app).await.ok();
    }
    let mut max = manager(&ringback).await;
    let (mut at, mut seen) = ("/apps?q=wall&sort=name".to_owned(), Vec::new());
    loop {
        let page = max.get(&at).await;
        assert!(page.html.len() < 50_000, "{} bytes", page.html.len());
        seen.extend(
            page.html.split("class=\"cover\"").skip(1).map(|row| row.split('>').nth(1).unwrap()[..8].to_owned()),
        );
        let Some(older) = page.html.split("\" rel=\"next\"").next().filter(|_| page.html.contains("rel=\"next\""))
        else {
            break;
        };
        at = older.rsplit("href=\"").next().unwrap().replace("&#38;", "&");
        assert!(at.starts_with("/apps?q=wall&sort=name&cursor=app_"), "{at}");
    }
    let expected: Vec<String> = (0..120).map(|number| format!("Wall {number:03}")).collect();
    assert_eq!(seen, expected);
}
