//! The list of deliveries: filters, what is renewed, and who sees what.

use serde_json::json;

use super::looked_at;
use super::visitor::{Page, Visitor};
use crate::support::{Home, Reply, Ringback, TOKEN, Wall, text, with};

/// A wall whose callbacks are tried once, its publisher's person, and an operator.
pub(super) async fn stage() -> (Ringback, Wall, Visitor, Visitor) {
    let ringback = Ringback::start().await;
    let wall = ringback.wall("besitos", json!({"retrySchedule": [], "ref": "kash", "name": "Kash wall"})).await;
    let ana = Visitor::of(&ringback, &wall).await;
    let olga = Visitor::joined(&ringback, "olga@example.com", json!({"role": "operator"})).await;
    (ringback, wall, ana, olga)
}

/// The transaction ids of a list, from the top.
pub(super) fn listed(page: &Page) -> Vec<String> {
    let cells = page.html.split("<td class=\"of-tx\">").skip(1);
    let code = |cell: &str| {
        cell.split("<code").nth(1).unwrap().split('>').nth(1).unwrap().split('<').next().unwrap().to_owned()
    };
    cells.map(code).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_what_its_address_asks_for() {
    let (ringback, wall, mut ana, _) = stage().await;
    wall.report_until("fine", "delivered").await;
    wall.receiver.then([Reply::status(500)]);
    wall.report_until("lost", "dead").await;
    let other = with(wall.completion("other"), json!({"userId": "u 7"}));
    let other = wall.source.report(&other).await.delivery();
    ringback.delivery_once(&other, "delivered").await;
    wall.source.reverse(json!({"externalId": "fine"})).await.ok();
    ringback.post(&wall.path("/test"), json!({})).await.ok();
    let names = |query: &str| {
        let path = format!("/deliveries?{query}");
        let mut visitor = ana.clone();
        async move {
            let page = visitor.get(&path).await;
            assert_eq!(page.status, 200, "{}", page.html);
            listed(&page)
        }
    };
    for (query, expected) in [
        ("", &["fine", "other", "lost", "fine"][..]),
        ("state=all&q=&from=&to=&kind=&answer=&waitingFor=&endpoint=&egressIp=", &["fine", "other", "lost", "fine"]),
        ("state=dead", &["lost"]),
        ("state=attention", &["lost"]),
        ("state=delivered&kind=completion", &["other", "fine"]),
        ("q=u+7", &["other"]),
        ("q=LOST", &["lost"]),
        ("answer=500", &["lost"]),
        ("answer=http_status", &["lost"]),
        ("kind=reversal", &["fine"]),
        ("app=kash&state=dead", &["lost"]),
        ("to=2024-07-01T18:40", &[]),
        ("from=2024-07-01T18:40&state=dead", &["lost"]),
    ] {
        assert_eq!(names(query).await, expected, "{query}");
    }
    assert_eq!(names("kind=test").await.len(), 1);
    let page = ana.get("/deliveries").await;
    for text in ["Needs attention 1", "Waiting 0", "Dead 1", "Kept 90 days after their end", "500 · "] {
        page.holds(text);
    }
    page.lacks("<th scope=\"col\">App</th>");
    // A link keeps what it does not change, and counts are left out where they would be of something else.
    let page = ana.get("/deliveries?q=user_42&live=off").await;
    page.holds("/deliveries?q=user_42&#38;live=off&#38;state=dead\">Dead</a>");
    page.holds("Paused <a href=\"/deliveries?q=user_42\">go on</a>");
    page.lacks("data-poll");
}

#[tokio::test]
async fn a_status_that_is_asked_for_by_the_address_stays_chosen_though_few_servers_answer_it() {
    let (_ringback, _wall, mut ana, _) = stage().await;
    for status in ["418", "500"] {
        let page = ana.get(&format!("/deliveries?answer={status}")).await;
        page.holds(&format!("<option value=\"{status}\" selected>{status}</option>"));
        assert_eq!(page.html.matches(&format!("<option value=\"{status}\"")).count(), 1);
    }
    ana.get("/deliveries").await.lacks("<option value=\"418\"");
}

#[tokio::test]
async fn a_wrong_filter_is_told_at_its_field_and_the_others_stay() {
    let (ringback, _, mut ana, _) = stage().await;
    let page = ana.get("/deliveries?state=lost&q=u1&answer=2xx&egressIp=here&from=soon&colour=red&q=u2").await;
    assert_eq!(page.status, 422);
    for text in [
        "State must be one of those to choose from.",
        "Last answer must be a status such as 500, or a word such as timeout.",
        "Egress IP must be an IPv4 or IPv6 address, such as 203.0.113.7.",
        "From (UTC) must be a time such as 2026-11-28T14:03.",
        "User or transaction stands twice.",
        "colour is unknown",
        "value=\"u1\"",
        "Error: Deliveries",
        "Nothing is listed while a filter is wrong.",
    ] {
        page.holds(text);
    }
    page.lacks("No deliveries yet.");
    let foreign = ringback.wall("besitos", json!({"ref": "zen"})).await;
    for (query, words) in [
        ("app=nowhere".to_owned(), "App names no app that you may see."),
        ("app=zen".to_owned(), "App names no app that you may see."),
        (format!("app={}", foreign.id), "App names no app that you may see."),
        ("endpoint=end_none".to_owned(), "Endpoint names no endpoint that you may see."),
    ] {
        let page = ana.get(&format!("/deliveries?{query}&state=dead")).await;
        assert_eq!(page.status, 404, "{query}");
        page.holds(words);
        page.holds("<option value=\"dead\" selected>");
    }
    assert_eq!(ana.get(&format!("/deliveries?publisher={}", foreign.publisher)).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_its_own_and_nothing_else() {
    let (ringback, wall, mut ana, mut olga) = stage().await;
    let foreign = ringback.wall("besitos", json!({"name": "Zen wall", "retrySchedule": []})).await;
    let own = text(&wall.report_until("own", "delivered").await, "id");
    foreign.receiver.then([Reply::status(500)]);
    let dead = text(&foreign.report_until("foreign", "dead").await, "id");
    assert_eq!(listed(&ana.get("/deliveries").await), ["own"]);
    let all = olga.get("/deliveries").await;
    assert_eq!(listed(&all), ["foreign", "own"]);
    all.holds("<th scope=\"col\">App</th><th scope=\"col\" class=\"w-pub\">Publisher</th>");
    all.holds("Zen wall");
    olga.get(&format!("/deliveries/{dead}")).await.holds("The publisher&#39;s turn");
    for path in ["", "/replay", "/cancel"] {
        let page = ana.get(&format!("/deliveries/{dead}{path}")).await;
        assert_eq!(page.status, 404);
        page.holds("There is no such delivery, or it is not yours.");
    }
    // Neither by a form, nor by asking for a row by its id.
    let form = ana.get(&format!("/deliveries/{own}/replay")).await;
    let path = format!("/deliveries/{dead}/replay");
    assert_eq!(ana.send(&form, &path, &[]).await.status, 404);
    let token = form.hidden().into_iter().find(|(name, _)| name == "formToken").unwrap().1;
    let path = format!("/deliveries/{dead}/cancel");
    assert_eq!(ana.post(&path, &[("formToken", &token)]).await.status, 404);
    let part = ana.get(&format!("/deliveries?part=list&ids={dead},{own}")).await;
    assert_eq!(listed(&part), ["own"]);
    assert_eq!(ringback.delivery(&dead).await["status"], "dead");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_yet_and_nothing_that_matches_are_told_apart() {
    let (_ringback, wall, mut ana, _) = stage().await;
    let empty = ana.get("/deliveries").await;
    empty.holds("No deliveries yet. They appear as soon as the offer system reports a completion.");
    empty.holds("href=\"/apps/kash/test\">Send test callback</a>");
    wall.report_until("one", "delivered").await;
    let empty = ana.get("/deliveries?state=held").await;
    empty.holds("No delivery matches. Clear the filters, or look the user up.");
    empty.holds("<a href=\"/deliveries\">Clear the filters</a>");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_renews_its_rows_and_tells_of_newer_ones() {
    let (ringback, wall, mut ana, _) = stage().await;
    ringback.change(&wall, json!({"paused": true})).await;
    let held = wall.report("first").await.delivery();
    ringback.held_for(&held, "app_paused").await;
    let page = ana.get("/deliveries?state=held").await;
    page.holds("app paused");
    let again = page.html.split("hx-get=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
    assert_eq!(again, format!("/deliveries?state=held&part=list&ids={held}"));
    let part = ana.get(&again).await;
    part.holds("Newest first");
    part.lacks("<html");
    // What no longer matches stays where it was, as it is now; newer ones are told of and not shown.
    ringback.change(&wall, json!({"paused": false})).await;
    ringback.delivery_once(&held, "delivered").await;
    ringback.change(&wall, json!({"paused": true})).await;
    for name in ["second", "third"] {
        let held = wall.report(name).await.delivery();
        ringback.held_for(&held, "app_paused").await;
    }
    let part = ana.get(&again).await;
    assert_eq!(listed(&part), ["first"]);
    part.holds("Delivered");
    part.holds("href=\"/deliveries?state=held\">2 newer deliveries. Show them</a>");
    for wrong in ["ids=cmp_1", "ids=x", "part=table"] {
        assert_eq!(ana.get(&format!("/deliveries?part=list&{wrong}")).await.status, 422, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_rows_tells_of_what_came_since_it_was_opened() {
    let (_ringback, wall, mut ana, _) = stage().await;
    let page = ana.get("/deliveries?state=dead").await;
    let again = page.html.split("hx-get=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
    assert!(again.starts_with("/deliveries?state=dead&part=list&after=dlv_"), "{again}");
    ana.get(&again).await.lacks("Show it");
    wall.receiver.then([Reply::status(500)]);
    wall.report_until("lost", "dead").await;
    let part = ana.get(&again).await;
    part.holds("1 newer delivery. Show it");
    part.holds(&again.replace('&', "&#38;"));
    ana.get("/deliveries?state=dead&part=list").await.lacks("Show it");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_an_attempt_keeps_the_pause() {
    let (ringback, wall, mut ana, _) = stage().await;
    wall.receiver.then(vec![Reply::status(500); 7]);
    let dead = text(&wall.report_until("lost", "dead").await, "id");
    for _ in 0..6 {
        ringback.post(&format!("/v1/deliveries/{dead}/replay"), json!({})).await.ok();
        ringback.delivery_once(&dead, "dead").await;
    }
    let path = format!("/deliveries/{dead}");
    ana.get(&path).await.holds("href=\"?attempt=1#attempt-1\">Show</a>");
    ana.get(&format!("{path}?live=off")).await.holds("href=\"?live=off&#38;attempt=1#attempt-1\">Show</a>");
}

#[tokio::test(flavor = "multi_thread")]
async fn older_ones_are_a_page_away_and_the_newest_as_well() {
    let (_ringback, wall, mut ana, _) = stage().await;
    let completions: Vec<_> = (0..60).map(|number| wall.completion(&format!("n{number}"))).collect();
    wall.source.report_batch(&completions).await;
    let first = ana.get("/deliveries?state=all").await;
    assert_eq!(listed(&first).len(), 50);
    let older = first.html.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap();
    let older = older.trim_end_matches(['"', ' ']).replace("&#38;", "&");
    let second = ana.get(&older).await;
    assert_eq!(listed(&second).len(), 10);
    second.holds("<a href=\"/deliveries?state=all\">Newest</a>");
    second.holds("Older ones, newest first");
    assert_eq!(ana.get("/deliveries?cursor=dlv_1").await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_watches_deliveries() {
    let home = Home::new().with("RINGBACK_RETRY_SCALE", "1");
    let child = home.serve().await;
    looked_at("deliveries.js", &[&child.url(""), TOKEN]).await;
}
