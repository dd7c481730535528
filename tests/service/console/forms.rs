//! What forms change, for whom, and how often.

use serde_json::{Value, json};

use super::visitor::Visitor;
use crate::support::{Ringback, text};

const URL: &str = "https://kash.example/pb?user_id={user_id}&tx={transaction_id}&payout={payout}";

/// A publisher's person and its app.
async fn with_app(ringback: &Ringback) -> (Visitor, String) {
    let app = ringback.app("besitos", json!({"name": "Kash wall", "callbackUrl": URL})).await;
    let role = json!({"role": "publisher", "publisherId": app.publisher});
    (Visitor::joined(ringback, "ana@example.com", role).await, app.id)
}

fn new_app<'a>(name: &'a str, url: &'a str) -> [(&'a str, &'a str); 3] {
    [("name", name), ("dialect", "besitos"), ("callbackUrl", url)]
}

async fn url_of(ringback: &Ringback, app: &str) -> Value {
    ringback.get(&format!("/v1/apps/{app}")).await["callbackUrl"].clone()
}

#[tokio::test]
async fn a_form_without_its_token_or_from_another_site_changes_nothing() {
    let ringback = Ringback::start().await;
    let (mut ana, app) = with_app(&ringback).await;
    let path = format!("/apps/{app}/callback");
    let form = ana.get(&path).await;
    let token = form.hidden().into_iter().find(|(name, _)| name == "formToken").unwrap().1;
    let other = ("callbackUrl", "https://evil.example/pb?user_id={user_id}&tx={transaction_id}&payout={payout}");
    let mut bea = Visitor::joined(&ringback, "bea@example.com", json!({"role": "operator"})).await;
    let foreign = bea.get(&path).await.hidden().into_iter().find(|(name, _)| name == "formToken").unwrap().1;
    for refused in [
        ana.post(&path, &[other]).await,
        ana.post(&path, &[("formToken", ""), other]).await,
        ana.post(&path, &[("formToken", &foreign), other]).await,
        ana.post_from("https://evil.example", &path, &[("formToken", &token), other]).await,
    ] {
        refused.holds("This form has expired. Open the page again; nothing was changed.");
        assert_eq!(refused.status, 403);
    }
    let endpoint = text(&ringback.get(&format!("/v1/apps/{app}/endpoints")).await["items"][0], "id");
    let of_endpoint = format!("{path}?endpoint={endpoint}");
    ana.post(&of_endpoint, &[other]).await.holds(&format!("href=\"{of_endpoint}\""));
    assert_eq!(url_of(&ringback, &app).await, URL);
    let saved = ana.post(&path, &[("formToken", &token), other]).await;
    assert_eq!(saved.status, 303);
    assert_eq!(url_of(&ringback, &app).await, other.1);
}

#[tokio::test]
async fn what_is_saved_is_in_force_and_is_said_once() {
    let ringback = Ringback::start().await;
    let (mut ana, app) = with_app(&ringback).await;
    let path = format!("/apps/{app}/callback");
    let form = ana.get(&path).await;
    let given = [
        ("callbackUrl", URL),
        ("events", "sale, level"),
        ("success.statuses", "200 201"),
        ("retrySchedule", "60, 300"),
        ("timeoutMs", "9000"),
        ("headers", "X-Api-Key: very-secret"),
        ("timestampSource", "attempt"),
    ];
    assert_eq!(ana.send(&form, &path, &given).await.location.as_deref(), Some(path.as_str()));
    let page = ana.get(&path).await;
    page.holds("Saved. In force now.");
    page.holds("Set: X-Api-Key.");
    page.lacks("very-secret");
    ana.get(&path).await.lacks("Saved. In force now.");
    let shown = ringback.get(&format!("/v1/apps/{app}")).await;
    assert_eq!(shown["events"], json!(["sale", "level"]));
    assert_eq!(shown["success"], json!({"statuses": ["200", "201"]}));
    assert_eq!((&shown["retrySchedule"], &shown["timeoutMs"]), (&json!([60, 300]), &json!(9_000)));
    assert_eq!(shown["headers"], json!(["X-Api-Key"]));

    // Left empty, each goes back to what the dialect says; headers stay until they are taken away.
    let emptied = ana.send(&page, &path, &[("callbackUrl", URL), ("timestampSource", "completion")]).await;
    assert_eq!(emptied.status, 303);
    let shown = ringback.get(&format!("/v1/apps/{app}")).await;
    assert_eq!(
        (&shown["events"], &shown["success"], &shown["headers"]),
        (&Value::Null, &Value::Null, &json!(["X-Api-Key"]))
    );
    let both = [("callbackUrl", URL), ("noHeaders", "true"), ("headers", "X-B: b")];
    ana.send(&page, &path, &both).await.holds("Headers must be empty where no headers are to be sent any more.");
    ana.send(&page, &path, &[("callbackUrl", URL), ("noHeaders", "true")]).await;
    assert_eq!(ringback.get(&format!("/v1/apps/{app}")).await["headers"], json!([]));
    let action = ringback.get("/v1/audit").await["items"][0]["action"].clone();
    assert_eq!(action, "PATCH /v1/apps/{id}/endpoints/{endpointId}");
}

#[tokio::test]
async fn every_fault_stands_at_its_field_and_what_was_typed_stays() {
    let ringback = Ringback::start().await;
    let (mut ana, app) = with_app(&ringback).await;
    let path = format!("/apps/{app}/callback");
    let form = ana.get(&path).await;
    let wrong = "https://kash.example/pb?user_id={user_id}&tx={tranaction_id}&payout={payout}";
    let given = [("callbackUrl", wrong), ("retrySchedule", "0")];
    let refused = ana.send(&form, &path, &given).await;
    assert_eq!(refused.status, 422);
    refused.holds("<title>Error: Kash wall · Callback URL · Ringback</title>");
    refused.holds("Use {transaction_id}");
    refused
        .holds("data-take=\"https://kash.example/pb?user_id={user_id}&#38;tx={transaction_id}&#38;payout={payout}\"");
    refused.holds("Retry schedule must hold seconds from 1");
    refused.holds("{tranaction_id}&#38;payout={payout}</textarea>");
    refused.holds("<details open>");
    let unknown = ana.send(&form, &path, &[("callbackUrl", URL), ("callbackURL", URL)]).await;
    unknown.holds("callbackURL is unknown; did you mean `callbackUrl`?");
    assert_eq!(url_of(&ringback, &app).await, URL);
}

#[tokio::test]
async fn a_preview_follows_what_is_typed_and_changes_nothing() {
    let ringback = Ringback::start().await;
    let (mut ana, app) = with_app(&ringback).await;
    let path = format!("/apps/{app}/callback");
    let form = ana.get(&path).await;
    form.holds("Not signed yet: there is no secret.");
    ringback.post(&format!("/v1/apps/{app}/secrets"), "{}").await.ok();
    let part = format!("{path}?part=preview");
    let typed = "https://other.example/in?user_id={user_id}&tx={transaction_id}&payout={payout}";
    let shown = ana.send(&form, &part, &[("callbackUrl", typed), ("retrySchedule", "60")]).await;
    shown.holds("https://other.example/in?");
    shown.holds("<span class=\"part ours\" title=\"verifier\">");
    shown.holds("Done with 200 exactly; else again after 1 min, once.");
    shown.lacks("<html");
    let refused = ana.send(&form, &part, &[("callbackUrl", "https://other.example/in?user_id={userid}")]).await;
    assert_eq!((refused.status, refused.header("hx-retarget")), (200, "#preview-faults"));
    refused.holds("Use {user_id}");
    let whole = ana.send(&form, &path, &[("callbackUrl", typed), ("act", "preview")]).await;
    whole.holds("<html");
    whole.holds("https://other.example/in?");
    assert_eq!(url_of(&ringback, &app).await, URL);
}

#[tokio::test]
async fn a_new_apps_secret_is_shown_once_and_the_same_form_makes_nothing_more() {
    let ringback = Ringback::start().await;
    let (mut ana, _) = with_app(&ringback).await;
    let form = ana.get("/apps/new").await;
    let refused = ana.send(&form, "/apps/new", &new_app("", URL)).await;
    refused.holds("Name is required.");
    assert_eq!(ringback.get("/v1/apps?q=Zen").await["items"], json!([]));
    // By *back* in the browser: the form as it was before it was refused.
    let made = ana.send(&form, "/apps/new", &new_app("Zen wall", URL)).await;
    assert_eq!((made.status, made.header("cache-control")), (200, "no-store"));
    made.holds("Copy it now. It is not shown again, to anybody.");
    let secret = made.html.split("<code id=\"secret-text\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let apps = ringback.get("/v1/apps?q=Zen").await;
    let app = text(&apps["items"][0], "id");
    assert_eq!(ringback.get(&format!("/v1/apps/{app}/secrets")).await["items"][0]["state"], "active");

    let twice = ana.send(&form, "/apps/new", &new_app("Zen wall", URL)).await;
    assert_eq!(twice.location.as_deref(), Some("/apps"));
    ana.get("/apps").await.holds("This form was sent before, and makes nothing twice.");
    assert_eq!(ringback.get("/v1/apps?q=Zen").await["items"].as_array().unwrap().len(), 1);
    for path in ["/", "/apps", "/apps/new", &format!("/apps/{app}/callback")] {
        ana.get(path).await.lacks(&secret);
    }
    let audit = ringback.get("/v1/audit").await;
    let actions: Vec<&Value> =
        audit["items"].as_array().unwrap().iter().take(2).map(|entry| &entry["action"]).collect();
    assert_eq!(actions, ["POST /v1/apps/{id}/secrets", "POST /v1/apps"]);
}

#[tokio::test]
async fn a_publisher_that_was_made_stays_where_its_app_is_refused() {
    let ringback = Ringback::start().await;
    let mut olga = Visitor::joined(&ringback, "olga@example.com", json!({"role": "operator"})).await;
    let form = olga.get("/apps/new").await;
    let of = |name| [("publisherName", name), ("name", "Wall"), ("dialect", "besitos"), ("callbackUrl", "no url")];
    let nameless = olga.send(&form, "/apps/new", &of("")).await;
    nameless.holds("Name of the new publisher must");
    let refused = olga.send(&nameless, "/apps/new", &of("Kash")).await;
    refused.holds("The publisher Kash is made and chosen. The app is not made yet.");
    let publisher = text(&ringback.get("/v1/publishers").await["items"][0], "id");
    refused.holds(&format!("<option value=\"{publisher}\" selected>Kash</option>"));
    let fields = [("publisherId", publisher.as_str()), ("name", "Wall"), ("dialect", "besitos"), ("callbackUrl", URL)];
    let both = [&fields[..], &[("publisherName", "Zen")]].concat();
    let refused = olga.send(&refused, "/apps/new", &both).await;
    refused.holds("Name of the new publisher must be empty where a publisher is chosen.");
    // The form that made the publisher makes no second one.
    assert_eq!(olga.send(&nameless, "/apps/new", &of("Kash")).await.location.as_deref(), Some("/apps"));
    assert_eq!(olga.send(&refused, "/apps/new", &fields).await.status, 200);
    assert_eq!(ringback.get("/v1/publishers").await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn among_many_publishers_one_is_named_by_ref_or_by_a_name_that_is_its_own() {
    let ringback = Ringback::start().await;
    let mut olga = Visitor::joined(&ringback, "olga@example.com", json!({"role": "operator"})).await;
    for number in 0..50 {
        ringback.post("/v1/publishers", json!({"name": format!("P{}", number / 2)})).await.ok();
    }
    let kash = ringback.post("/v1/publishers", json!({"name": "Kash", "ref": "kash"})).await.id();
    let form = olga.get("/apps/new").await;
    form.lacks("<select");
    form.holds("Left empty: a new one, named below.");
    let of = |named, name| [("publisherId", named), ("name", name), ("dialect", "besitos"), ("callbackUrl", URL)];
    olga.send(&form, "/apps/new", &of("P7", "W"))
        .await
        .holds("Publisher is the name of several publishers; give a ref or id.");
    olga.send(&form, "/apps/new", &of("nobody", "W")).await.holds("Publisher names no publisher.");
    for (named, name) in [("kash", "By ref"), ("Kash", "By name"), (kash.as_str(), "By id")] {
        let form = olga.get("/apps/new").await;
        assert_eq!(olga.send(&form, "/apps/new", &of(named, name)).await.status, 200, "{named}");
        let made = ringback.get(&format!("/v1/apps?q={}", name.replace(' ', "%20"))).await;
        assert_eq!(made["items"][0]["publisherId"], kash.as_str());
    }
}

#[tokio::test]
async fn what_is_foreign_is_answered_like_what_does_not_exist() {
    let ringback = Ringback::start().await;
    let (mut ana, _) = with_app(&ringback).await;
    let foreign = ringback.app("besitos", json!({"name": "Foreign wall", "callbackUrl": URL})).await;
    for path in [format!("/apps/{}/callback", foreign.id), "/apps/none/callback".to_owned()] {
        for page in [ana.get(&path).await, ana.get(&format!("{path}?part=preview")).await] {
            page.holds("There is no such app, or it is not yours.");
            assert_eq!(page.status, 404);
        }
        let form = ana.get("/apps/new").await;
        assert_eq!(ana.send(&form, &path, &[("callbackUrl", URL)]).await.status, 404);
    }
    for path in ["/", "/apps"] {
        let list = ana.get(path).await;
        list.holds("Kash wall");
        list.lacks("Foreign wall");
    }
    let parts = ana.get("/ui").await;
    parts.holds("Only an operator may do this.");
    assert_eq!(parts.status, 403);
}
