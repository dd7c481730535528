//! What the preview of a form tells, of which sample, and where its faults stand.

use serde_json::json;

use super::visitor::{Page, Visitor};
use crate::support::{Ringback, Wall, calling};

const URL: &str = "https://kash.example/pb?user_id={user_id}&tx={transaction_id}&payout={payout}";
const MISSPELT: &str = "https://kash.example/pb?user_id={user_id}&tx={tranaction_id}&payout={payout}";

/// Somebody at the publisher of a wall in this dialect, its Callback URL page, and where that is.
async fn at(ringback: &Ringback, wall: &Wall) -> (Visitor, Page, String) {
    let mut ana = Visitor::of(ringback, wall).await;
    let path = format!("/apps/{}/callback", wall.id);
    let form = ana.get(&path).await;
    (ana, form, path)
}

/// What takes the place of the part of a page with this id.
fn part<'a>(page: &'a Page, id: &str) -> &'a str {
    let found = page.html.split(&format!("<hx-partial hx-target=\"#{id}\" hx-swap=\"innerMorph\">")).nth(1);
    found.unwrap_or_else(|| panic!("nothing is said of {id}: {}", page.html)).split("</hx-partial>").next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_is_an_invented_completion_of_each_kind_that_the_dialect_tells_apart() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let (mut ana, form, path) = at(&ringback, &wall).await;
    for choice in ["invented offer", "invented deal", "invented survey", "invented reversal"] {
        form.holds(&format!(">{choice}</option>"));
    }
    form.lacks("newest completion");
    let part = format!("{path}?part=preview");
    let mut of = async |sample| {
        let fields = [("callbackUrl", "https://kash.example/pb"), ("sample", sample)];
        ana.send(&form, &part, &fields).await
    };
    of("").await.holds("offer_id=");
    of("survey").await.holds("survey_id=");
    of("deal").await.holds("deal_id=");
    of("reversal").await.holds("reverse=");
    let unknown = of("game").await;
    unknown.holds("Sample must be one that can be chosen for Besitos.");
    // Without script it is the whole page, and what was chosen stays chosen.
    let given = [("callbackUrl", "https://kash.example/pb"), ("sample", "survey"), ("act", "preview")];
    let whole = ana.send(&form, &path, &given).await;
    whole.holds("<option value=\"survey\" selected>invented survey</option>");
    whole.holds("survey_id=");
    // The address says it as well, and saving keeps it.
    ana.get(&format!("{path}?sample=deal")).await.holds("<option value=\"deal\" selected>");
    assert_eq!(ana.get(&format!("{path}?sample=game")).await.status, 422);
    let saved = ana.send(&form, &path, &[("callbackUrl", URL), ("sample", "survey")]).await;
    assert_eq!(saved.location, Some(format!("{path}?sample=survey")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_completion_of_a_user_is_previewed_without_a_signature_that_could_be_used() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let older = wall.report("order-0").await.id();
    let newest = wall.report("order-1").await.id();
    let (mut ana, form, path) = at(&ringback, &wall).await;
    form.holds(&format!("<option value=\"{newest}\">newest completion: order-1, 1 Jul 18:40:00 UTC</option>"));
    form.lacks(&older);
    let part = format!("{path}?part=preview");
    let given = |sample| [("callbackUrl", "https://kash.example/pb"), ("sample", sample)];
    let shown = ana.send(&form, &part, &given(&newest)).await;
    for value in ["user_42", "order-1", "An%20offer"] {
        shown.holds(&format!(">{value}</span>"));
    }
    shown.holds("The signature of a recorded completion is not shown whole");
    // The API says the same, and writes down for whom it signed.
    let asked = json!({"completionId": newest, "endpoint": {"callbackUrl": "https://kash.example/pb"}});
    let api = ringback.post(&wall.path("/preview"), asked).await.ok();
    let signature = api["url"].as_str().unwrap().split("verifier=").nth(1).unwrap().to_owned();
    shown.holds(&format!("{}…", &signature[..8]));
    shown.lacks(&signature[..12]);
    let invented = ana.send(&form, &part, &given("")).await;
    invented.lacks("…</span>");
    // An earlier one can still be asked for by its id, what is another app's cannot.
    ana.get(&format!("{path}?sample={older}")).await.holds("selected>earlier completion: order-0");
    let other = ringback.wall("besitos", json!({})).await;
    let foreign = other.report("foreign").await.id();
    let refused = ana.send(&form, &part, &given(&foreign)).await;
    refused.holds("Sample must be a completion of this app.");
    refused.lacks("foreign");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_user_is_no_sample() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    wall.report_until("order-1", "delivered").await;
    ringback.delete(&wall.path("/users/user_42")).await;
    let (_, form, _) = at(&ringback, &wall).await;
    form.lacks("newest completion");
    form.lacks("order-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn before_there_is_a_secret_every_sample_is_shown_unsigned() {
    let ringback = Ringback::start().await;
    let app = ringback.app("besitos", json!({"name": "Kash wall", "callbackUrl": URL})).await;
    let role = json!({"role": "publisher", "publisherId": app.publisher});
    let mut ana = Visitor::joined(&ringback, "ana@example.com", role).await;
    let page = ana.get(&format!("/apps/{}/callback?sample=reversal", app.id)).await;
    page.holds("Not signed yet: there is no secret.");
    page.holds("reverse=");
    page.lacks("Signed text");
    let preview = ringback.post(&app.path("/preview"), json!({"completion": {}, "reversal": true})).await.ok();
    assert!(preview["signedText"].is_null());
    let warning = preview["warnings"][0].as_str().unwrap();
    assert!(warning.starts_with("not signed: the dialect needs a secret"), "{warning}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_somebody_types_faults_go_to_their_fields_and_are_taken_away_when_they_are_fixed() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let (mut ana, form, path) = at(&ringback, &wall).await;
    // The place is there before there is a fault, and the control names it.
    form.holds("<div class=\"faults\" id=\"field-callbackUrl-fault\" data-of=\"field-callbackUrl\"></div>");
    form.holds("aria-describedby=\"field-callbackUrl-help field-callbackUrl-fault\"");
    let address = format!("{path}?part=preview");
    let given = [("callbackUrl", MISSPELT), ("retrySchedule", "0"), ("headers", "X-A"), ("timeoutMs", "9000")];
    let wrong = ana.send(&form, &address, &given).await;
    let url = part(&wrong, "field-callbackUrl-fault");
    assert!(url.contains("{tranaction_id}; did you mean {transaction_id}?"), "{url}");
    assert!(url.contains(&format!("data-take=\"{}\"", URL.replace('&', "&#38;"))), "{url}");
    // All at once, also what is not read as the API would.
    assert!(part(&wrong, "field-retrySchedule-fault").contains("Retry schedule must hold seconds from 1"));
    assert!(part(&wrong, "field-headers-fault").contains("Headers must be one header a line"));
    assert_eq!(part(&wrong, "field-timeoutMs-fault"), "");
    // The preview says that it waits, and for what.
    wrong.holds("Follows when this is fixed: <a href=\"#field-callbackUrl\">Callback URL</a>");
    wrong.lacks("id=\"preview-shown\"");
    let fixed = ana.send(&form, &address, &[("callbackUrl", URL)]).await;
    for field in ["callbackUrl", "retrySchedule", "headers", "sample"] {
        assert_eq!(part(&fixed, &format!("field-{field}-fault")), "");
    }
    assert_eq!(part(&fixed, "preview-faults"), "");
    fixed.holds("id=\"preview-shown\"");
    // Without script the same stands on the page, with what is saved in the preview.
    let mut given = given.to_vec();
    given.push(("act", "preview"));
    let whole = ana.send(&form, &path, &given).await;
    assert_eq!(whole.status, 422);
    whole.holds("There is a problem");
    whole.holds("aria-invalid=\"true\"");
    whole.holds("Follows when this is fixed: ");
    whole.holds("/pb.php");
}

#[tokio::test(flavor = "multi_thread")]
async fn that_a_sample_cannot_be_told_is_no_fault_of_a_field() {
    let (ringback, wall) = calling("bitlabs", json!({"callbackUrl": "/pb?u=[%UID%]&t=[%TX%]&v=[%VAL%]"})).await;
    let (mut ana, form, path) = at(&ringback, &wall).await;
    let given = [("callbackUrl", "https://kash.example/pb?u=[%UID%]&t=[%TX%]&v=[%VAL%]"), ("sample", "reversal")];
    let shown = ana.send(&form, &format!("{path}?part=preview"), &given).await;
    assert_eq!(part(&shown, "field-callbackUrl-fault"), "");
    shown.holds("The callback URL has no placeholder that marks a reversal.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_shows_the_headers_and_hides_the_publishers_own() {
    let (ringback, wall) = calling("affonso", json!({"headers": {"X-Api-Key": "very-secret"}})).await;
    let (_, form, _) = at(&ringback, &wall).await;
    form.holds("X-Affonso-Signature: <span class=\"ours\">");
    form.holds("X-Api-Key: ");
    form.lacks("very-secret");
}

#[tokio::test]
async fn a_new_app_is_judged_by_what_was_written_until_now() {
    let ringback = Ringback::start().await;
    let mut olga = Visitor::joined(&ringback, "olga@example.com", json!({"role": "operator"})).await;
    let form = olga.get("/apps/new").await;
    let address = "/apps/new?part=preview";
    let unnamed = olga.send(&form, address, &[("dialect", "besitos"), ("callbackUrl", MISSPELT)]).await;
    assert!(part(&unnamed, "field-callbackUrl-fault").contains("Use {transaction_id}"));
    assert_eq!(part(&unnamed, "field-dialect-fault"), "");
    unnamed.lacks("field-name-fault");
    let unchosen = olga.send(&form, address, &[("callbackUrl", URL)]).await;
    unchosen.holds("Choose a dialect and write a callback URL");
    unchosen.lacks("class=\"fault\"");
    // A fault that a form was refused for is taken away once there is something right.
    let long = "x".repeat(256);
    let given = [("name", long.as_str()), ("publisherName", "Kash"), ("dialect", "besitos"), ("callbackUrl", URL)];
    let named = olga.send(&form, address, &given).await;
    assert!(part(&named, "field-name-fault").contains("Name must have 1 to 255 characters"));
    assert_eq!(part(&named, "field-publisherName-fault"), "");
    // A name is nothing that the preview waits for.
    named.holds("id=\"preview-shown\"");
    named.holds("https://kash.example/pb?");
}

#[tokio::test]
async fn what_a_dialect_wants_to_know_is_asked_for_where_the_app_is_made() {
    let ringback = Ringback::start().await;
    let mut olga = Visitor::joined(&ringback, "olga@example.com", json!({"role": "operator"})).await;
    let form = olga.get("/apps/new").await;
    let given =
        [("publisherName", "Kash"), ("name", "Wall"), ("dialect", "notik"), ("callbackUrl", "https://p.example/n")];
    let refused = olga.send(&form, "/apps/new", &given).await;
    assert_eq!(refused.status, 422);
    refused.holds("<a href=\"#field-settings-notik-pub-id\">pub_id is required by the dialect notik");
    let publisher = refused.html.split("selected>Kash").next().unwrap().rsplit("value=\"").next().unwrap();
    let publisher = publisher.split('"').next().unwrap();
    let mut given = vec![("publisherId", publisher)];
    given.extend([("name", "Wall"), ("dialect", "notik"), ("callbackUrl", "https://p.example/n")]);
    given.extend([("settings.notik.pub_id", "p1"), ("settings.notik.app_id", "a1"), ("settings.ayet.adslot_id", "no")]);
    assert_eq!(olga.send(&refused, "/apps/new", &given).await.status, 200);
    let app = ringback.get("/v1/apps").await["items"][0].clone();
    assert_eq!(app["settings"], json!({"app_id": "a1", "pub_id": "p1"}));
}
