//! Settings of an app, without a script: what is saved, who may set what, endpoints, and archiving.

use serde_json::{Value, json};

use super::visitor::{Page, Visitor};
use crate::support::{Reply, Ringback, Wall, calling, has, text};

async fn with_wall() -> (Ringback, Wall, Visitor, Visitor) {
    let (ringback, wall) = calling("besitos", json!({"name": "Kash wall", "ref": "kash", "retrySchedule": []})).await;
    let ana = Visitor::of(&ringback, &wall).await;
    let max = Visitor::manager(&ringback).await;
    (ringback, wall, ana, max)
}

/// Sends a form of a page that has several: the token alone is common to them.
async fn send(visitor: &mut Visitor, page: &Page, path: &str, fields: &[(&str, &str)]) -> Page {
    let token = page.hidden().into_iter().find(|(name, _)| name == "formToken").unwrap().1;
    visitor.post(path, &[&[("formToken", token.as_str())], fields].concat()).await
}

async fn app(ringback: &Ringback, wall: &Wall) -> Value {
    ringback.get(&wall.path("")).await
}

const PATH: &str = "/apps/kash/settings";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_saved_is_in_force_and_what_is_emptied_goes_back_to_the_default() {
    let (ringback, wall, mut ana, _) = with_wall().await;
    let form = ana.get(PATH).await;
    form.holds("<title>Kash wall · Settings · Ringback</title>");
    form.lacks("name=\"ref\"");
    form.lacks("Revenue share");
    let given = [
        ("name", "Kash wall 2"),
        ("callbacks", "off"),
        ("maxHeldDays", "7"),
        ("limits.perSecond", "5"),
        ("limits.inFlight", ""),
    ];
    let saved = send(&mut ana, &form, PATH, &given).await;
    ana.follow(saved).await.holds("Saved. In force now.");
    let all = app(&ringback, &wall).await;
    has(&all, json!({"name": "Kash wall 2", "paused": false, "callbacks": "off", "maxHeldDays": 7, "ref": "kash"}));
    assert_eq!(all["limits"], json!({"perSecond": 5}));

    let emptied = send(&mut ana, &form, PATH, &[("name", "Kash wall"), ("callbacks", "on"), ("maxHeldDays", "")]).await;
    assert_eq!(emptied.status, 303);
    let all = app(&ringback, &wall).await;
    has(&all, json!({"name": "Kash wall", "callbacks": "on", "maxHeldDays": 30, "limits": null}));
    let action = ringback.get("/v1/audit").await["items"][0]["action"].clone();
    assert_eq!(action, "PATCH /v1/apps/{id}");

    let wrong = [("name", ""), ("callbacks", "on"), ("maxHeldDays", "999"), ("limits.perSecond", "0")];
    let refused = send(&mut ana, &form, PATH, &wrong).await;
    assert_eq!(refused.status, 422);
    refused.holds("Name must have 1 to 255 characters and not be blank.");
    refused.holds("Held for at most, in days must be a number of days from 1 to 365.");
    refused.holds("Callbacks per second must be a number from 1 to 10000.");
    refused.holds("value=\"999\"");
    let set = [("name", "Kash wall"), ("callbacks", "on"), ("ref", "other")];
    assert_eq!(send(&mut ana, &form, PATH, &set).await.status, 422);
    assert_eq!(app(&ringback, &wall).await["ref"], "kash");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_saves_from_a_page_that_was_opened_before_undoes_nothing_of_others() {
    let (ringback, wall, mut ana, mut max) = with_wall().await;
    let (form, of_max) = (ana.get(PATH).await, max.get(PATH).await);
    let change = json!({"paused": true, "callbacks": "off", "maxHeldDays": 9, "revenueShareBps": 5000});
    ringback.change(&wall, change).await;
    let given = [("name", "Kash wall 2"), ("callbacks", "on"), ("maxHeldDays", "30"), ("limits.perSecond", "999999")];
    let refused = ana.send(&form, PATH, &given).await;
    refused.holds("Callbacks per second must be a number from 1 to 10000.");
    let saved = ana.send(&refused, PATH, &[&given[..3], &[("limits.perSecond", "")]].concat()).await;
    ana.follow(saved).await.holds("Saved. In force now.");
    let set = json!({"name": "Kash wall 2", "paused": true, "callbacks": "off", "maxHeldDays": 9});
    has(&app(&ringback, &wall).await, set);

    let terms = format!("{PATH}/terms");
    let given =
        [("rewardDecimals", "0"), ("rewardRounding", "half_even"), ("refundWindowDays", "60"), ("clickDays", "7")];
    let saved = max.send(&of_max, &terms, &given).await;
    max.follow(saved).await.holds("Saved. In force now, for what is reported from now on.");
    has(&app(&ringback, &wall).await, json!({"clickDays": 7, "revenueShareBps": 5000}));
    let entries = ringback.get("/v1/audit").await["items"][0]["id"].clone();
    let unchanged = max.send(&of_max, &terms, &[&given[..3], &[("clickDays", "30")]].concat()).await;
    max.follow(unchanged).await.holds("Nothing was changed: it was set like this already.");
    assert_eq!(ringback.get("/v1/audit").await["items"][0]["id"], entries);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_paused_after_it_was_asked_and_resumed() {
    let (ringback, wall, mut ana, _) = with_wall().await;
    ana.get(PATH).await.holds("href=\"/apps/kash/pause\"");
    let asks = ana.get("/apps/kash/pause").await;
    asks.holds("Pause Kash wall?");
    asks.holds("What still waits after 30 days is dead.");
    let paused = ana.send(&asks, "/apps/kash/pause", &[]).await;
    let page = ana.follow(paused).await;
    page.holds("Paused. Callbacks wait until the app is resumed.");
    page.holds("action=\"/apps/kash/resume\"");
    has(&app(&ringback, &wall).await, json!({"paused": true}));
    let page = ana.get(PATH).await;
    page.lacks("href=\"/apps/kash/pause\"");
    let resumed = ana.send(&page, "/apps/kash/resume", &[]).await;
    ana.follow(resumed).await.holds("Resumed. What waited is sent now.");
    has(&app(&ringback, &wall).await, json!({"paused": false}));
}

#[tokio::test(flavor = "multi_thread")]
async fn terms_and_the_ref_are_the_account_managers_to_set() {
    let (ringback, wall, mut ana, mut max) = with_wall().await;
    let form = max.get(PATH).await;
    let terms = format!("{PATH}/terms");
    let given = [
        ("revenueShareBps", "70"),
        ("rewardRate", "100.50"),
        ("rewardDecimals", "2"),
        ("rewardRounding", "down"),
        ("refundWindowDays", "90"),
        ("clickDays", ""),
        ("review.hours", "24"),
        ("review.payoutAboveMinor", "10"),
        ("review.userRewardAbove", "500"),
        ("review.eventTypes", "sale, deal"),
    ];
    let saved = send(&mut max, &form, &terms, &given).await;
    max.follow(saved).await.holds("Saved. In force now, for what is reported from now on.");
    let all = app(&ringback, &wall).await;
    has(&all, json!({"revenueShareBps": 7000, "rewardRate": "100.50", "rewardDecimals": 2, "refundWindowDays": 90}));
    has(&all, json!({"clickDays": 30, "rewardRounding": "down"}));
    let rule = json!({"hours": 24, "payoutAboveMinor": 1000, "userRewardAbove": "500", "eventTypes": ["sale", "deal"]});
    assert_eq!(all["review"], rule);
    let page = max.get(PATH).await;
    page.holds("value=\"70.00\" id=\"field-revenueShareBps\"");
    page.holds("value=\"10.00\" id=\"field-review-payoutAboveMinor\"");
    for (field, typed, said) in [
        ("revenueShareBps", "70.555", "Revenue share, in percent must be a percentage with at most two digits"),
        ("revenueShareBps", "100.01", "Revenue share, in percent must be at most 100."),
        ("review.payoutAboveMinor", "10.005", "With a payout above must be an amount of USD such as 17.55."),
    ] {
        let refused = send(&mut max, &form, &terms, &[("rewardRounding", "down"), (field, typed)]).await;
        assert_eq!(refused.status, 422, "{typed}");
        refused.holds(said);
        refused.holds(&format!("value=\"{typed}\""));
    }

    let refused = send(&mut max, &form, &terms, &[("rewardRounding", "down"), ("review.hours", "5")]).await;
    assert_eq!(refused.status, 422);
    refused.holds("Reviews need one or more of what stands below");
    let refused = send(&mut max, &form, &terms, &[("rewardRounding", "down"), ("rewardRate", "much")]).await;
    refused.holds("Reward rate");
    assert_eq!(refused.status, 422);
    let emptied = send(&mut max, &form, &terms, &[("rewardRounding", "half_even")]).await;
    assert_eq!(emptied.status, 303);
    has(&app(&ringback, &wall).await, json!({"revenueShareBps": null, "rewardRate": null, "review": null}));

    let of_ana = ana.get(PATH).await;
    let forbidden = send(&mut ana, &of_ana, &terms, &[("revenueShareBps", "100"), ("rewardRounding", "up")]).await;
    assert_eq!(forbidden.status, 403);
    assert_eq!(app(&ringback, &wall).await["revenueShareBps"], Value::Null);

    let named = send(&mut max, &form, PATH, &[("name", "Kash wall"), ("callbacks", "on"), ("ref", "kash-2")]).await;
    assert_eq!(named.location.as_deref(), Some("/apps/kash-2/settings"));
    let taken = ringback.app("besitos", json!({"name": "Other", "ref": "taken"})).await;
    let refused =
        send(&mut max, &form, "/apps/kash-2/settings", &[("name", "Kash wall"), ("callbacks", "on"), ("ref", "taken")])
            .await;
    refused.holds("has this ref.");
    assert_eq!(refused.status, 409);
    assert_ne!(taken.id, wall.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn endpoints_are_added_once_enabled_and_deleted_but_for_the_last() {
    let (ringback, wall, mut ana, _) = with_wall().await;
    let form = ana.get(PATH).await;
    form.lacks("/delete\"");
    let endpoints = format!("{PATH}/endpoints");
    let none = ana.send(&form, &endpoints, &[("dialect", "")]).await;
    assert_eq!(none.status, 422);
    none.holds("Dialect of a further endpoint is required.");
    let added = ana.send(&form, &endpoints, &[("dialect", "standard-webhooks")]).await;
    let next = ana.follow(added).await;
    next.holds("Added. Set its callback URL; callbacks to it wait until then.");
    let again = ana.send(&form, &endpoints, &[("dialect", "standard-webhooks")]).await;
    let page = ana.follow(again).await;
    page.holds("This form was sent before, and adds nothing twice.");
    let all = ringback.get(&wall.path("/endpoints")).await["items"].as_array().unwrap().clone();
    assert_eq!(all.len(), 2);
    let second = text(&all[1], "id");
    let path = format!("{PATH}/endpoints/{second}/delete");
    page.holds(&format!("href=\"{path}\""));
    page.holds("No callback URL");
    let asks = ana.get(&path).await;
    asks.holds("Nothing is called there any more.");
    asks.lacks("open: ");
    ringback.change(&wall, json!({"paused": true})).await;
    wall.report("order-1").await;
    ana.get(&path).await.holds("2 deliveries are open: an endpoint is deleted once all of the app have ended.");
    let refused = send(&mut ana, &asks, &path, &[]).await;
    assert_eq!(refused.status, 409);
    for open in ringback.get(&format!("/v1/deliveries?appId={}", wall.id)).await["items"].as_array().unwrap() {
        ringback.cancel(&text(open, "id")).await.ok();
    }
    let asks = ana.get(&path).await;
    asks.lacks("open: ");
    let deleted = send(&mut ana, &asks, &path, &[]).await;
    ana.follow(deleted).await.holds("The endpoint is deleted.");
    let first = text(&all[0], "id");
    let path = format!("{PATH}/endpoints/{first}/delete");
    let asks = ana.get(&path).await;
    let refused = send(&mut ana, &asks, &path, &[]).await;
    assert_eq!(refused.status, 409);
    refused.holds("An app keeps at least one endpoint.");
    assert_eq!(ana.get(&format!("{PATH}/endpoints/end_none/delete")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_archived_by_its_name_once_nothing_is_open_and_stays_readable() {
    let (ringback, wall, mut ana, mut max) = with_wall().await;
    ringback.change(&wall, json!({"paused": true})).await;
    let held = wall.report("order-1").await.delivery();
    let path = format!("{PATH}/archive");
    let asks = ana.get(&path).await;
    asks.holds("1 delivery is open");
    asks.lacks("button danger");
    let refused = send(&mut ana, &asks, &path, &[("typed", "kash")]).await;
    assert_eq!(refused.status, 409);
    refused.holds("Deliveries of this app are open; wait, or cancel them.");
    ringback.cancel(&held).await.ok();
    let asks = ana.get(&path).await;
    asks.holds("Archive Kash wall?");
    let wrong = send(&mut ana, &asks, &path, &[("typed", "Kash")]).await;
    assert_eq!(wrong.status, 422);
    wrong.holds("Type kash as it is written.");
    let done = send(&mut ana, &asks, &path, &[("typed", "kash")]).await;
    assert_eq!(done.location.as_deref(), Some(format!("/apps/{}", wall.id).as_str()));
    let page = ana.follow(done).await;
    page.holds("Kash wall is archived. Its history stays.");
    page.holds(&format!("href=\"/apps/{}/settings\"", wall.id));
    page.lacks("/secrets\"");
    page.lacks("Resume");
    let page = ana.get(&format!("/apps/{}/settings", wall.id)).await;
    page.holds("Archived: nothing of it can be changed any more.");
    page.lacks("<button class=\"button primary\">");
    page.lacks(">Archive app</a>");
    page.lacks("Revenue share");
    page.lacks("<dt>Ref</dt>");
    max.get(&format!("/apps/{}/settings", wall.id)).await.holds("Revenue share");
    for end in ["settings/archive", "credit"] {
        assert_eq!(max.get(&format!("/apps/{}/{end}", wall.id)).await.status, 404, "{end}");
    }
    let posted = send(&mut max, &page, &format!("/apps/{}/settings", wall.id), &[("name", "New")]).await;
    assert!([403, 404].contains(&posted.status));
    let completion = ringback.get("/v1/completions").await["items"][0]["id"].as_str().unwrap().to_owned();
    ana.get(&format!("/completions/{completion}")).await.holds("Kash wall");
    ana.get("/completions").await.holds("<code>order-1</code>");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_its_receiver_disabled_is_enabled() {
    let (ringback, hook) = calling("standard-webhooks", json!({"name": "Hook", "ref": "hook"})).await;
    let mut olga = Visitor::joined(&ringback, "olga@example.com", json!({"role": "operator"})).await;
    hook.receiver.then([Reply::status(410)]);
    hook.report("order-1").await;
    ringback.once(&format!("/v1/apps/{}", hook.id), "disabled", |app| !app["disabled"].is_null()).await;
    let page = olga.get("/apps/hook/settings").await;
    page.holds("its server answered 410");
    let endpoint = text(&ringback.get(&hook.path("")).await, "endpointId");
    let enabled = send(&mut olga, &page, &format!("/apps/hook/settings/endpoints/{endpoint}/enable"), &[]).await;
    olga.follow(enabled).await.holds("Enabled. What waited for it is sent now.");
    assert_eq!(ringback.get(&hook.path("")).await["disabled"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_of_a_foreign_app_are_not_there() {
    let (ringback, wall, _, _) = with_wall().await;
    let other = ringback.app("besitos", json!({"name": "Other", "ref": "other"})).await;
    let role = json!({"role": "publisher", "publisherId": other.publisher});
    let mut bea = Visitor::joined(&ringback, "bea@example.com", role).await;
    let form = bea.get("/apps/other/settings").await;
    for path in [PATH.to_owned(), format!("{PATH}/archive"), format!("/apps/{}/settings", wall.id)] {
        bea.get(&path).await.holds("There is no such app, or it is not yours.");
        assert_eq!(send(&mut bea, &form, &path, &[("name", "Mine")]).await.status, 404, "{path}");
    }
    assert_eq!(send(&mut bea, &form, &format!("{PATH}/endpoints"), &[("dialect", "besitos")]).await.status, 404);
    has(&app(&ringback, &wall).await, json!({"name": "Kash wall"}));
}
