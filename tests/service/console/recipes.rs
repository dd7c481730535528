//! The pages on which an operator's own dialect is written: drafted, checked, published, chosen, switched to and withdrawn, without a
//! script.

use serde_json::{Value, json};

use super::visitor::{Page, Visitor};
use crate::support::{Reply, Ringback, Wall, text};

const RECIPE: &str = include_str!("../../recipes/coinbarn.toml");
const VECTORS: &str = include_str!("../../recipes/coinbarn.json");
const NEW: &str = "/dialects/drafts/new";
const DRAFT: &str = "/dialects/x-coinbarn/draft";
const TEMPLATE: &str = "/coins?user={user}&txn={txn}&coins={coins}&usd={usd}&event={event}";

async fn operator(ringback: &Ringback) -> Visitor {
    Visitor::joined(ringback, "olga@example.com", json!({"role": "operator"})).await
}

/// Publishes what stands there, as a form does.
async fn published(olga: &mut Visitor) {
    let form = olga.get(NEW).await;
    let made =
        olga.send(&form, NEW, &[("recipe", RECIPE), ("vectors", VECTORS), ("publishers", ""), ("act", "save")]).await;
    olga.follow(made).await.holds("Saved.");
    let asks = olga.get(&format!("{DRAFT}/publish")).await;
    let done = olga.send(&asks, &format!("{DRAFT}/publish"), &[]).await;
    olga.follow(done).await.holds("is published.");
}

/// What is written into a field of many lines.
fn written(page: &Page, name: &str) -> String {
    let field = page.html.split(&format!("name=\"{name}\"")).nth(1).unwrap().split_once('>').unwrap().1;
    let html = field.split("</textarea>").next().unwrap();
    html.replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&")
}

async fn spoken(ringback: &Ringback, wall: &Wall) -> Value {
    ringback.get(&wall.path("")).await["dialect"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_built_in_becomes_a_draft_that_a_check_finds_nothing_wrong_with() {
    let ringback = Ringback::start().await;
    let mut olga = operator(&ringback).await;
    let page = olga.get("/dialects/ayet").await;
    page.holds("href=\"/dialects/drafts/new?from=ayet@1\"");
    page.holds("transaction_id = &#34;prefixed&#34;");
    let copied = olga.get("/dialects/drafts/new?from=ayet@1").await;
    let (recipe, vectors) = (written(&copied, "recipe"), written(&copied, "vectors"));
    assert!(recipe.contains("name = \"x-ayet\"") && !recipe.contains("version ="), "{recipe}");
    let made = olga.send(&copied, NEW, &[("recipe", &recipe), ("vectors", &vectors), ("act", "check")]).await;
    assert_eq!(made.location.as_deref(), Some("/dialects/x-ayet/draft/check"), "{}", made.html);
    let check = olga.follow(made).await;
    assert!(check.html.len() < 50_000, "{}", check.html.len());
    check.holds("Can be published");
    check.holds("As expected");
    check.holds("The text that is signed");
    check.lacks("Does not verify");
    olga.get("/dialects").await.holds("href=\"/dialects/x-ayet/draft\"");
    olga.get("/dialects/x-ayet").await.holds("There is no such dialect");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_word_is_shown_at_its_line_and_what_was_typed_stays() {
    let ringback = Ringback::start().await;
    let mut olga = operator(&ringback).await;
    let form = olga.get(NEW).await;
    let wrong = RECIPE.replacen("title =", "titel =", 1);
    let line = wrong.lines().position(|line| line.starts_with("titel")).unwrap() + 1;
    let refused = olga.send(&form, NEW, &[("recipe", &wrong), ("vectors", VECTORS), ("publishers", "nobody")]).await;
    assert_eq!(refused.status, 422);
    refused.holds("There is a problem");
    assert_eq!(written(&refused, "recipe"), wrong);
    refused.holds("value=\"nobody\"");
    let refused = olga.send(&form, NEW, &[("recipe", &wrong), ("vectors", VECTORS)]).await;
    refused.holds(&format!("line {line}, titel = "));
    let refused = olga.send(&form, NEW, &[("recipe", RECIPE), ("vectors", "[{]")]).await;
    refused.holds("Vectors (JSON), vectors: Must be a JSON list of objects:");
    let empty = olga.send(&form, NEW, &[("recipe", ""), ("vectors", "")]).await;
    assert_eq!(empty.status, 422);
    empty.holds("Is required.");
    let long = format!("{RECIPE}\n# {}", "x".repeat(33 * 1024));
    assert_eq!(olga.send(&form, NEW, &[("recipe", &long), ("vectors", VECTORS)]).await.status, 422);
    assert_eq!(ringback.ask("/v1/dialects/x-coinbarn/draft").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vector_that_differs_keeps_a_draft_from_being_published_and_the_check_shows_both_texts() {
    let ringback = Ringback::start().await;
    let mut olga = operator(&ringback).await;
    let mut vectors: Value = serde_json::from_str(VECTORS).unwrap();
    vectors[0]["expect"]["signature"] = "0".repeat(64).into();
    let form = olga.get(NEW).await;
    let made = olga.send(&form, NEW, &[("recipe", RECIPE), ("vectors", &vectors.to_string())]).await;
    olga.follow(made).await.holds("Saved.");
    let check = olga.get(&format!("{DRAFT}/check")).await;
    check.holds("to mend");
    check.holds("Differs");
    check.holds(&"0".repeat(64));
    let asks = olga.get(&format!("{DRAFT}/publish")).await;
    asks.holds("It is refused as it stands");
    let refused = olga.send(&asks, &format!("{DRAFT}/publish"), &[]).await;
    olga.follow(refused).await.holds("Not published: there are things to mend.");
    // Whoever has seen an older one overwrites nothing.
    let seen = olga.get(DRAFT).await;
    let saved = olga.send(&seen, DRAFT, &[("recipe", RECIPE), ("vectors", VECTORS)]).await;
    olga.follow(saved).await.holds("Saved.");
    let overtaken = olga.send(&seen, DRAFT, &[("recipe", RECIPE), ("vectors", VECTORS)]).await;
    assert_eq!(overtaken.status, 409);
    overtaken.holds("The draft was changed since");
    let asks = olga.get(&format!("{DRAFT}/delete")).await;
    let deleted = olga.send(&asks, &format!("{DRAFT}/delete"), &[]).await;
    olga.follow(deleted).await.holds("The draft of x-coinbarn is deleted.");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_dialect_is_chosen_like_one_that_ships_and_an_endpoint_switches_when_it_is_told_to() {
    let ringback = Ringback::start().await;
    let mut olga = operator(&ringback).await;
    published(&mut olga).await;
    olga.get("/apps/new").await.holds("own, x-coinbarn@1");
    let wall = ringback.wall("x-coinbarn", json!({"callbackUrl": TEMPLATE})).await;
    let settings = format!("/apps/{}/settings", wall.id);
    olga.get(&settings).await.lacks("is there.");
    let copied = olga.get("/dialects/drafts/new?from=x-coinbarn@1").await;
    let again = [("recipe", &*written(&copied, "recipe")), ("vectors", &*written(&copied, "vectors"))];
    let made = olga.send(&copied, NEW, &again).await;
    olga.follow(made).await.holds("Saved.");
    let asks = olga.get(&format!("{DRAFT}/publish")).await;
    asks.holds("Publish x-coinbarn@2?");
    asks.holds("From then on it never changes");
    olga.send(&asks, &format!("{DRAFT}/publish"), &[]).await;

    let mut ana = Visitor::of(&ringback, &wall).await;
    let page = ana.get(&settings).await;
    page.holds("x-coinbarn@2 is there.");
    ana.get(&format!("/apps/{}/callback", wall.id)).await.holds("x-coinbarn@2 is there.");
    let endpoint = text(&ringback.get(&wall.path("/endpoints")).await["items"][0], "id");
    let path = format!("{settings}/endpoints/{endpoint}/switch");
    page.holds(&format!("href=\"{path}\""));
    let asks = ana.get(&path).await;
    asks.holds("Go from x-coinbarn@1 to x-coinbarn@2?");
    let switched = ana.send(&asks, &path, &[]).await;
    ana.follow(switched).await.holds("It speaks x-coinbarn@2 now.");
    assert_eq!(spoken(&ringback, &wall).await, "x-coinbarn@2");
    assert_eq!(ana.get(&path).await.status, 409);

    // A publisher reads what it sends, and never the recipe's own text.
    let page = ana.get("/dialects/x-coinbarn").await;
    page.holds("Placeholders");
    page.lacks("recipe-text");
    page.lacks("/dialects/drafts/new");
    let own = olga.get("/dialects/x-coinbarn").await;
    own.holds("recipe-text");
    own.holds("href=\"/dialects/x-coinbarn@1\"");

    let asks = olga.get("/dialects/x-coinbarn@2/withdraw").await;
    asks.holds("1 endpoint speaks it and goes on");
    let withdrawn = olga.send(&asks, "/dialects/x-coinbarn@2/withdraw", &[]).await;
    olga.follow(withdrawn).await.holds("Withdrawn");
    assert_eq!(olga.get("/dialects/x-coinbarn@2/withdraw").await.status, 409);
    olga.get("/apps/new").await.holds("own, x-coinbarn@1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dialect_that_is_limited_is_not_there_for_others_and_managers_write_but_do_not_publish() {
    let ringback = Ringback::start().await;
    let (wall, other) = (ringback.wall("besitos", json!({})).await, ringback.wall("besitos", json!({})).await);
    let mut max = Visitor::manager(&ringback).await;
    let form = max.get(NEW).await;
    let publisher = wall.publisher.clone();
    let made = max
        .send(&form, NEW, &[("recipe", RECIPE), ("vectors", VECTORS), ("publishers", &publisher), ("act", "check")])
        .await;
    max.follow(made).await.holds("An operator publishes it.");
    assert_eq!(max.get(&format!("{DRAFT}/publish")).await.status, 403);
    ringback.post("/v1/dialects/x-coinbarn/publish", "").await.ok();
    let mut ana = Visitor::of(&ringback, &wall).await;
    ana.get("/dialects").await.holds("x-coinbarn@1");
    assert_eq!(ana.get("/dialects/x-coinbarn").await.status, 200);
    assert_eq!(ana.get(NEW).await.status, 403);
    let role = json!({"role": "publisher", "publisherId": other.publisher});
    let mut ben = Visitor::joined(&ringback, "ben@example.com", role).await;
    ben.get("/dialects").await.lacks("x-coinbarn");
    for path in ["/dialects/x-coinbarn", "/dialects/x-coinbarn@1", "/dialects/x-coinbarn/receiver"] {
        let page = ben.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        page.holds("There is no such dialect");
    }
    ben.get("/apps/new").await.lacks("x-coinbarn");
    assert_eq!(max.get("/dialects/x-coinbarn@1/withdraw").await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_by_a_draft_is_sent_to_an_app_whose_url_is_written_for_it() {
    let ringback = Ringback::start().await;
    let mut olga = operator(&ringback).await;
    let wall = ringback.wall("ayet", json!({"callbackUrl": "/cb?uid={external_identifier}&tx={transaction_id}"})).await;
    let other = ringback.wall("besitos", json!({"callbackUrl": "/cb?uid={user_id}"})).await;
    let copied = olga.get("/dialects/drafts/new?from=ayet").await;
    let given = [("recipe", &*written(&copied, "recipe")), ("vectors", &*written(&copied, "vectors"))];
    let made = olga.send(&copied, NEW, &given).await;
    olga.follow(made).await.holds("Saved.");
    let path = "/dialects/x-ayet/draft/test";
    let form = olga.get(path).await;
    let sent = olga.send(&form, path, &[("app", &wall.id), ("event", "sale")]).await;
    assert_eq!(sent.status, 303, "{}", sent.html);
    let called = wall.receiver.next().await;
    assert_eq!(called.parameter("uid").as_deref(), Some("test-user"));
    olga.follow(sent).await.holds("Sent by the draft of x-ayet.");
    // A wrong signature that is taken is no success, and one that is refused is no failure.
    let wrong = [("app", &*wall.id), ("event", "sale"), ("tamper", "true")];
    let taken = olga.send(&form, path, &wrong).await;
    let taken = olga.follow(taken).await;
    taken.holds("Anybody who knows the URL can credit users.");
    taken.holds("1 wrong signature");
    wall.receiver.always(Reply::status(403));
    let refused = olga.send(&form, path, &wrong).await;
    olga.follow(refused).await.holds("Wrong signature refused");
    let refused = olga.send(&form, path, &[("app", &other.id), ("event", "sale")]).await;
    assert_eq!(refused.status, 422);
    refused.holds("cannot be called by it");
    let none = olga.send(&form, path, &[("app", "app_none"), ("event", "reversal")]).await;
    none.holds("App names no app.");
    none.holds("<option value=\"reversal\" selected>");
}
