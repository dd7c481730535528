//! Offers and their tracking links: who keeps them, where a link leads, who is counted, and that nobody can bend it.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Api, App, Ringback, Wall, calling, shown, text, with};

/// Where a visitor was sent.
fn location(visited: &Answer) -> &str {
    visited.headers["location"].to_str().unwrap()
}

/// The click id that the destination got.
fn click_id(visited: &Answer) -> String {
    assert_eq!(visited.status, 302, "{visited:?}");
    let url = url::Url::parse(location(visited)).unwrap();
    url.query_pairs().find(|(name, _)| name == "c").unwrap().1.into_owned()
}

/// An offer whose destination gets the click id as `c`.
pub(crate) async fn offer(ringback: &Api, settings: Value) -> Value {
    let offer = json!({
        "name": "Family Island", "destinationUrl": "https://ads.example/go?c={click_id}&s={sub}&o={offer_id}&a={app_id}",
        "payoutMinor": 250, "currency": "USD",
    });
    ringback.post("/v1/offers", with(offer, settings)).await.ok()
}

/// Follows a link as a browser does, but stops at the redirect.
async fn visit(ringback: &Api, path: &str) -> Answer {
    visit_as(ringback, Method::GET, path, &[]).await
}

/// A click of a user, by its id.
pub(crate) async fn click(ringback: &Api, offer: &Value, app: &App, user: &str) -> String {
    let visited = visit(ringback, &format!("{}?app={}&user={user}", text(offer, "trackingUrl"), app.id)).await;
    click_id(&visited)
}

async fn visit_as(ringback: &Api, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = ringback.request(method, path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    Answer::to(request).await.unwrap()
}

/// How many clicks are on record; they are gone afterwards.
async fn clicks_taken_out(ringback: &Ringback) -> usize {
    let later = ringback.now().plus(Duration::from_secs(1));
    ringback.store().prune_clicks(later).await.unwrap()
}

async fn with_offer() -> (Ringback, Wall, Value) {
    let (ringback, wall) = calling("affonso", json!({"callbacks": "off"})).await;
    let offer = offer(&ringback, json!({})).await;
    (ringback, wall, offer)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_kept_by_the_operator_and_read_by_a_publisher() {
    let (ringback, app, first) = with_offer().await;
    let goals = json!([{"id": "level-9", "name": "Level 9", "payoutMinor": 900}]);
    let made =
        offer(&ringback, json!({"ref": "island", "goals": goals, "activeUntil": "2030-01-01T00:00:00.000Z"})).await;
    insta::assert_snapshot!(shown(&made), @r#"
    {
      id: "ofr_1", ref: "island", name: "Family Island",
      destinationUrl: "https://ads.example/go?c={click_id}&s={sub}&o={offer_id}&a={app_id}", payoutMinor: 250,
      currency: "USD", goals: [{id: "level-9", name: "Level 9", payoutMinor: 900}], activeFrom: null,
      activeUntil: "2030-01-01T00:00:00.000Z", trackingUrl: "/c/ofr_1", createdAt: "2024-07-01T18:40:00.000Z",
    }
    "#);

    let publisher = ringback.publisher(&app.publisher).await;
    assert_eq!(publisher.get("/v1/offers/island").await, made);
    assert_eq!(publisher.get("/v1/offers").await["items"], json!([made, first]));
    assert_eq!(publisher.patch("/v1/offers/island", json!({"name": "Mine"})).await.status, 403);

    let change = json!({"payoutMinor": 300, "goals": null, "activeUntil": null, "ref": null});
    let changed = ringback.patch("/v1/offers/island", change).await.ok();
    assert_eq!(changed, with(made, json!({"payoutMinor": 300, "goals": [], "activeUntil": null, "ref": null})));
    assert_eq!(ringback.ask("/v1/offers/island").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_an_offer_is_named_and_a_ref_means_one_thing_alone() {
    let (ringback, _, first) = with_offer().await;
    ringback.post("/v1/offers", json!({})).await.refuses(422, &["name", "destinationUrl", "payoutMinor", "currency"]);
    let wrong = json!({
        "name": "", "destinationUrl": "https://ads.example/?c={clickid}", "payoutMinor": 1, "currency": "dollars",
        "goals": [{"id": "", "name": "G", "payoutMinor": 1}],
    });
    let expected = ["name", "destinationUrl", "destinationUrl", "currency", "goals[0].id"];
    ringback.post("/v1/offers", wrong).await.refuses(422, &expected);
    let path = format!("/v1/offers/{}", text(&first, "id"));
    ringback.patch(&path, json!({"payoutMinor": null})).await.refuses(422, &["payoutMinor"]);

    ringback.app("affonso", json!({"ref": "taken"})).await;
    assert_eq!(ringback.patch(&path, json!({"ref": "taken"})).await.status, 409);
    ringback.patch(&path, json!({"ref": "island"})).await.ok();
    assert_eq!(ringback.post("/v1/publishers", json!({"name": "P", "ref": "island"})).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_is_recorded_and_forwarded_with_an_id_of_its_own() {
    let (ringback, wall, offer) = with_offer().await;
    let id = text(&offer, "id");
    let path = format!("/c/{id}?app={}&user=u-1&sub=s%201&utm_source=x", wall.id);
    let (first, second) = (visit(&ringback, &path).await, visit(&ringback, &path).await);
    let (click_id, other) = (click_id(&first), click_id(&second));
    assert_eq!((first.status, &first.headers["cache-control"]), (302, &"no-store".parse().unwrap()));
    assert_eq!(first.headers["referrer-policy"], "no-referrer");
    assert_eq!(location(&first), format!("https://ads.example/go?c={click_id}&s=s%201&o={id}&a={}", wall.id));
    assert!(click_id.starts_with("clk_") && click_id.len() == 4 + 12 + 32, "{click_id}");
    assert_ne!(other, click_id);

    let kept = ringback.store().click(click_id).await.unwrap().unwrap();
    assert_eq!((kept.user_id.as_str(), kept.sub.as_deref()), ("u-1", Some("s 1")));
    assert_eq!((kept.offer_id, &kept.app_id, kept.clicked_at), (id, &wall.id, ringback.now()));
    assert_eq!(clicks_taken_out(&ringback).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefetch_and_a_bot_are_forwarded_without_a_click_id_and_whoever_names_no_browser_counts() {
    let (ringback, wall, offer) = with_offer().await;
    let path = format!("{}?app={}&user=u", text(&offer, "trackingUrl"), wall.id);
    let bot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
    for (method, headers) in [
        (Method::HEAD, vec![]),
        (Method::GET, vec![("Purpose", "prefetch")]),
        (Method::GET, vec![("Sec-Purpose", "prefetch;prerender")]),
        (Method::GET, vec![("X-Moz", "prefetch")]),
        (Method::GET, vec![("X-Purpose", "preview")]),
        (Method::GET, vec![("User-Agent", bot)]),
    ] {
        let visited = visit_as(&ringback, method, &path, &headers).await;
        assert_eq!(click_id(&visited), "", "{headers:?}");
    }
    assert_eq!(clicks_taken_out(&ringback).await, 0);
    let browser = "Mozilla/5.0 (Linux; Android 13; CUBOT P80) Chrome/120.0.0.0 Mobile Safari/537.36";
    for headers in [vec![], vec![("User-Agent", browser)]] {
        assert_ne!(click_id(&visit_as(&ringback, Method::GET, &path, &headers).await), "");
    }
    assert_eq!(clicks_taken_out(&ringback).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_the_request_bends_the_redirect() {
    let (ringback, wall, offer) = with_offer().await;
    let link = text(&offer, "trackingUrl");
    for bent in [
        "%2F%2Fevil.example",
        "%40evil.example%2F",
        "..%2F..%2F",
        "%26c%3Dclk_mine",
        "%23x",
        "%3F",
        "%7Bsub%7D",
        "%22%3E%3Cb%3E",
    ] {
        let visited = visit(&ringback, &format!("{link}?app={}&user={bent}&sub={bent}", wall.id)).await;
        let url = url::Url::parse(location(&visited)).unwrap();
        assert_eq!((url.origin().ascii_serialization().as_str(), url.path()), ("https://ads.example", "/go"), "{bent}");
        let names: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        assert_eq!(names, ["c", "s", "o", "a"], "{bent}");
        let sub = url::form_urlencoded::parse(format!("s={bent}").as_bytes()).next().unwrap().1.into_owned();
        assert_eq!(url.query_pairs().nth(1).unwrap().1, sub);
    }
    let elsewhere = format!("{link}?app=https%3A%2F%2Fevil.example&user=u&url=https%3A%2F%2Fevil.example");
    let refused = visit(&ringback, &elsewhere).await;
    assert_eq!((refused.status, refused.headers.get("location")), (404, None));
    let broken =
        visit(&ringback, &format!("{link}?app={}&user=a%0D%0ALocation:%20https://evil.example", wall.id)).await;
    broken.refuses(422, &["user"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_without_offer_app_or_user_leads_nowhere() {
    let (ringback, app, made) = with_offer().await;
    let link = text(&made, "trackingUrl");
    for (path, status, field) in [
        (format!("/c/nowhere?app={}&user=u", app.id), 404, None),
        (format!("{link}?app=nowhere&user=u"), 404, None),
        (format!("{link}?user=u"), 422, Some("app")),
        (format!("{link}?app={}", app.id), 422, Some("user")),
        (format!("{link}?app={}&user={}", app.id, "u".repeat(129)), 422, Some("user")),
        (format!("{link}?app={}&user=u&sub={}", app.id, "s".repeat(256)), 422, Some("sub")),
    ] {
        let visited = visit(&ringback, &path).await;
        assert_eq!((visited.status, visited.body["errors"][0]["field"].as_str()), (status, field), "{path}");
        assert_eq!(visited.headers["content-type"], "application/problem+json");
    }
    assert_eq!(clicks_taken_out(&ringback).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_works_by_refs_and_while_its_offer_is_active() {
    let ringback = Ringback::start().await;
    let app = ringback.app("affonso", json!({"callbacks": "off", "ref": "wall"})).await;
    let at = |seconds| ringback.now().plus(Duration::from_secs(seconds)).to_string();
    offer(&ringback, json!({"ref": "island", "activeFrom": at(60), "activeUntil": at(120)})).await;
    let path = "/c/island?app=wall&user=u";
    assert_eq!(visit(&ringback, path).await.status, 404);
    ringback.clock.advance(Duration::from_secs(60));
    let visited = visit(&ringback, path).await;
    assert!(location(&visited).ends_with("&s=&o=island&a=wall"), "{visited:?}");
    ringback.clock.advance(Duration::from_secs(60));
    assert_eq!(visit(&ringback, path).await.status, 404);
    ringback.patch("/v1/offers/island", json!({"activeUntil": null})).await.ok();
    assert_eq!(visit(&ringback, path).await.status, 302);
    assert_eq!(ringback.delete(&app.path("")).await.status, 204);
    assert_eq!(visit(&ringback, path).await.status, 404);
}
