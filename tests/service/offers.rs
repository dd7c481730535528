//! Offers and their tracking links: who keeps them, where a link leads, who is counted, and that nobody can bend it.

use std::time::Duration;

use reqwest::Method;
use reqwest::redirect::Policy;
use serde_json::{Value, json};

use crate::api::{Api, App};
use crate::ringback::{Ringback, faults, text};

/// What a visitor was answered with.
#[derive(Clone, Debug)]
pub(crate) struct Visited {
    pub(crate) status: u16,
    pub(crate) location: String,
    headers: reqwest::header::HeaderMap,
    body: Value,
}

impl Visited {
    /// The click id that the destination got.
    pub(crate) fn click_id(&self) -> String {
        let url = url::Url::parse(&self.location).unwrap_or_else(|_| panic!("no redirect: {self:?}"));
        url.query_pairs().find(|(name, _)| name == "c").unwrap().1.into_owned()
    }
}

/// An offer whose destination gets the click id as `c`.
pub(crate) async fn offer(ringback: &Api, settings: Value) -> Value {
    let mut offer = json!({
        "name": "Family Island", "destinationUrl": "https://ads.example/go?c={click_id}&s={sub}&o={offer_id}&a={app_id}",
        "payoutMinor": 250, "currency": "USD",
    });
    for (key, value) in settings.as_object().unwrap() {
        offer[key] = value.clone();
    }
    ringback.made(Method::POST, "/v1/offers", offer).await
}

/// Follows a link as a browser does, but stops at the redirect.
pub(crate) async fn visit(ringback: &Api, path: &str) -> Visited {
    visit_as(ringback, Method::GET, path, &[]).await
}

/// A click of a user, by its id.
pub(crate) async fn click(ringback: &Api, offer: &Value, app: &App, user: &str) -> String {
    let visited = visit(ringback, &format!("{}?app={}&user={user}", text(offer, "trackingUrl"), app.id)).await;
    assert_eq!(visited.status, 302, "{visited:?}");
    visited.click_id()
}

async fn visit_as(ringback: &Api, method: Method, path: &str, headers: &[(&str, &str)]) -> Visited {
    let client = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
    let mut request = client.request(method, ringback.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let location = headers.get("location").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let body = serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default();
    Visited { status, location, headers, body }
}

/// How many clicks are on record; they are gone afterwards.
async fn clicks_taken_out(ringback: &Ringback) -> usize {
    let later = ringback.now().plus(Duration::from_secs(1));
    ringback.service.dispatcher.node.store.prune_clicks(later).await.unwrap()
}

async fn with_offer() -> (Ringback, App, Value) {
    let ringback = Ringback::start().await;
    let app = ringback.app("affonso", json!({"callbacks": "off"})).await;
    let offer = offer(&ringback, json!({})).await;
    (ringback, app, offer)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_kept_by_the_operator_and_read_by_a_publisher() {
    let (ringback, app, first) = with_offer().await;
    let goals = json!([{"id": "level-9", "name": "Level 9", "payoutMinor": 900}]);
    let made =
        offer(&ringback, json!({"ref": "island", "goals": goals, "activeUntil": "2030-01-01T00:00:00.000Z"})).await;
    let id = text(&made, "id");
    assert_eq!((&made["trackingUrl"], &made["goals"]), (&json!(format!("/c/{id}")), &goals));
    assert_eq!((&made["activeFrom"], &made["activeUntil"]), (&Value::Null, &json!("2030-01-01T00:00:00.000Z")));

    let token = json!({"name": "own", "role": "publisher", "publisherId": app.publisher});
    let publisher = text(&ringback.made(Method::POST, "/v1/tokens", token).await, "token");
    let read = ringback.call_as(&publisher, Method::GET, "/v1/offers/island", None).await;
    assert_eq!((read.status, &read.body), (200, &made));
    let listed = ringback.call_as(&publisher, Method::GET, "/v1/offers", None).await;
    assert_eq!(listed.body["items"], json!([made, first]));
    let patch = json!({"name": "Mine"});
    assert_eq!(ringback.call_as(&publisher, Method::PATCH, "/v1/offers/island", Some(patch)).await.status, 403);

    let change = json!({"payoutMinor": 300, "goals": null, "activeUntil": null, "ref": null});
    let changed = ringback.made(Method::PATCH, "/v1/offers/island", change).await;
    let mut expected = made.clone();
    (expected["payoutMinor"], expected["goals"]) = (json!(300), json!([]));
    (expected["activeUntil"], expected["ref"]) = (Value::Null, Value::Null);
    assert_eq!(changed, expected);
    assert_eq!(ringback.call(Method::GET, "/v1/offers/island", None).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_an_offer_is_named_and_a_ref_means_one_thing_alone() {
    let (ringback, _, first) = with_offer().await;
    assert_eq!(
        faults(&ringback.post("/v1/offers", json!({})).await),
        ["name", "destinationUrl", "payoutMinor", "currency"]
    );
    let wrong = json!({
        "name": "", "destinationUrl": "https://ads.example/?c={clickid}", "payoutMinor": 1, "currency": "dollars",
        "goals": [{"id": "", "name": "G", "payoutMinor": 1}],
    });
    let wrong = ringback.post("/v1/offers", wrong).await;
    let expected = ["name", "destinationUrl", "destinationUrl", "currency", "goals[0].id"];
    assert_eq!((wrong.status, faults(&wrong)), (422, expected.map(str::to_owned).to_vec()), "{}", wrong.body);
    let path = format!("/v1/offers/{}", text(&first, "id"));
    let nulled = ringback.call(Method::PATCH, &path, Some(json!({"payoutMinor": null}))).await;
    assert_eq!(faults(&nulled), ["payoutMinor"]);

    ringback.app("affonso", json!({"ref": "taken"})).await;
    let taken = ringback.call(Method::PATCH, &path, Some(json!({"ref": "taken"}))).await;
    assert_eq!(taken.status, 409, "{}", taken.body);
    ringback.made(Method::PATCH, &path, json!({"ref": "island"})).await;
    assert_eq!(ringback.post("/v1/publishers", json!({"name": "P", "ref": "island"})).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_is_recorded_and_forwarded_with_an_id_of_its_own() {
    let (ringback, app, offer) = with_offer().await;
    let id = text(&offer, "id");
    let path = format!("/c/{id}?app={}&user=u-1&sub=s%201&utm_source=x", app.id);
    let (first, second) = (visit(&ringback, &path).await, visit(&ringback, &path).await);
    let click_id = first.click_id();
    assert_eq!((first.status, &first.headers["cache-control"]), (302, &"no-store".parse().unwrap()));
    assert_eq!(first.headers["referrer-policy"], "no-referrer");
    assert_eq!(first.location, format!("https://ads.example/go?c={click_id}&s=s%201&o={id}&a={}", app.id));
    assert!(click_id.starts_with("clk_") && click_id.len() == 4 + 12 + 32, "{click_id}");
    assert_ne!(second.click_id(), click_id);

    let kept = ringback.service.dispatcher.node.store.click(click_id).await.unwrap().unwrap();
    assert_eq!((kept.user_id.as_str(), kept.sub.as_deref()), ("u-1", Some("s 1")));
    assert_eq!((kept.offer_id, kept.app_id, kept.clicked_at), (id, app.id, ringback.now()));
    assert_eq!(clicks_taken_out(&ringback).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefetch_and_a_bot_are_forwarded_without_a_click_id_and_whoever_names_no_browser_counts() {
    let (ringback, app, offer) = with_offer().await;
    let path = format!("{}?app={}&user=u", text(&offer, "trackingUrl"), app.id);
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
        assert_eq!((visited.status, visited.click_id().as_str()), (302, ""), "{headers:?}");
    }
    assert_eq!(clicks_taken_out(&ringback).await, 0);
    let browser = "Mozilla/5.0 (Linux; Android 13; CUBOT P80) Chrome/120.0.0.0 Mobile Safari/537.36";
    for headers in [vec![], vec![("User-Agent", browser)]] {
        assert_ne!(visit_as(&ringback, Method::GET, &path, &headers).await.click_id(), "");
    }
    assert_eq!(clicks_taken_out(&ringback).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_the_request_bends_the_redirect() {
    let (ringback, app, offer) = with_offer().await;
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
        let visited = visit(&ringback, &format!("{link}?app={}&user={bent}&sub={bent}", app.id)).await;
        let url = url::Url::parse(&visited.location).unwrap();
        assert_eq!((url.origin().ascii_serialization().as_str(), url.path()), ("https://ads.example", "/go"), "{bent}");
        let names: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        assert_eq!(names, ["c", "s", "o", "a"], "{bent}");
        let sub = url::form_urlencoded::parse(format!("s={bent}").as_bytes()).next().unwrap().1.into_owned();
        assert_eq!(url.query_pairs().nth(1).unwrap().1, sub);
    }
    let elsewhere = format!("{link}?app=https%3A%2F%2Fevil.example&user=u&url=https%3A%2F%2Fevil.example");
    let refused = visit(&ringback, &elsewhere).await;
    assert_eq!((refused.status, refused.location.as_str()), (404, ""));
    let broken = visit(&ringback, &format!("{link}?app={}&user=a%0D%0ALocation:%20https://evil.example", app.id)).await;
    assert_eq!((broken.status, &broken.body["errors"][0]["field"]), (422, &json!("user")));
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
    assert!(visited.location.ends_with("&s=&o=island&a=wall"), "{visited:?}");
    ringback.clock.advance(Duration::from_secs(60));
    assert_eq!(visit(&ringback, path).await.status, 404);
    ringback.made(Method::PATCH, "/v1/offers/island", json!({"activeUntil": null})).await;
    assert_eq!(visit(&ringback, path).await.status, 302);
    assert_eq!(ringback.call(Method::DELETE, &format!("/v1/apps/{}", app.id), None).await.status, 204);
    assert_eq!(visit(&ringback, path).await.status, 404);
}
