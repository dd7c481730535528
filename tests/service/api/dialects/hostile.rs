//! Hostile recipes: whatever is out of bounds is refused by its place in the file, before anything is kept.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{RECIPE, draft, vectors};
use crate::support::{Ringback, with};

/// Nobody may keep a processor busy by a file.
const AT_ONCE: Duration = Duration::from_secs(5);

/// The text with another one in place of a part of it.
fn changed(part: &str, other: &str) -> String {
    let text = RECIPE.replacen(part, other, 1);
    assert_ne!(text, RECIPE, "{part}");
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_of_bounds_is_refused_by_its_place_and_nothing_is_kept() {
    let ringback = Ringback::start().await;
    let placeholder =
        |number| format!("\n[[placeholders]]\nname = \"p{number}\"\nvalue = \"userId\"\nmeaning = \"m\"\n");
    let hostile: Vec<(String, &str)> = vec![
        (changed("x-coinbarn", "coinbarn"), "name"),
        (changed("x-coinbarn", &format!("x-{}", "a".repeat(100))), "name"),
        (format!("{RECIPE}{}", (0..100).map(placeholder).collect::<String>()), "placeholders"),
        (changed("timeout_seconds = 10", "timeout_seconds = 600"), "timeout_seconds"),
        (changed("retry_seconds = [60, 600]", "retry_seconds = [60, 9999999]"), "retry_seconds"),
        (changed("\"credit\"", &format!("{:?}", "c".repeat(300))), "placeholders"),
        (format!("{RECIPE}#{}", " ".repeat(40_000)), "recipe"),
        (changed("statuses = [\"200\"]", "statuses = [\"500\"]"), "line 9"),
        (changed("[signature]", "[signature]\nalgorithm = \"hmac-sha257\""), "line 14"),
        ("x = [".to_owned(), "line 1"),
        (format!("x = {}{}", "[".repeat(5_000), "]".repeat(5_000)), "recipe"),
    ];
    for (recipe, place) in hostile {
        let begun = Instant::now();
        let answer = ringback.post("/v1/dialects", json!({"recipe": recipe, "vectors": vectors()})).await;
        let faults = answer.faults();
        assert!(answer.status == 422 && faults.iter().any(|fault| fault.starts_with(place)), "{place}: {answer:?}");
        assert!(begun.elapsed() < AT_ONCE, "{place} took {:?}", begun.elapsed());
        assert_eq!(ringback.get("/v1/dialects").await["drafts"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_recipe_may_do_is_told_by_a_check_and_is_never_published() {
    let ringback = Ringback::start().await;
    for (recipe, place) in [
        (changed("X-Coinbarn-Signature", "Host"), "signature"),
        (changed("|{event}", ""), "signature"),
        (changed("{txn}|{user}", "{txn}{user}"), "signature"),
    ] {
        let draft = json!({"recipe": recipe, "vectors": vectors()});
        ringback.post("/v1/dialects", draft).await.is(201, json!({"name": "x-coinbarn"}));
        let begun = Instant::now();
        let checked = ringback.post("/v1/dialects/x-coinbarn/check", "").await.ok();
        assert!(begun.elapsed() < AT_ONCE, "{place} took {:?}", begun.elapsed());
        let findings = checked["findings"].as_array().unwrap();
        let is_there = findings.iter().any(|finding| finding["place"].as_str().unwrap().starts_with(place));
        assert!(checked["publishable"] == false && is_there, "{place}: {checked:#}");
        let refused = ringback.post("/v1/dialects/x-coinbarn/publish", "").await;
        assert!(refused.status == 422 && refused.faults().iter().any(|fault| fault.starts_with(place)), "{refused:?}");
        assert_eq!(ringback.delete("/v1/dialects/x-coinbarn/draft").await.status, 204);
    }
    assert_eq!(ringback.ask("/v1/dialects/x-coinbarn").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_recipe_is_refused_by_the_field_that_is_not() {
    let ringback = Ringback::start().await;
    for (body, fields) in [
        (json!({}), &["recipe"][..]),
        (json!({"recipe": 5}), &["recipe"]),
        (json!({"recipe": null}), &["recipe"]),
        (with(draft(), json!({"vectors": "none"})), &["vectors"]),
        (with(draft(), json!({"publishers": "acme"})), &["publishers"]),
        (with(draft(), json!({"title": "T"})), &["title"]),
        (with(draft(), json!({"recipe": "a\u{0}"})), &["recipe"]),
    ] {
        ringback.post("/v1/dialects", &body).await.refuses(422, fields);
    }
    let nested = (0..20).fold(json!("x"), |inner, _| json!({ "a": inner }));
    let answer = ringback.post("/v1/dialects", json!({"recipe": nested, "vectors": []})).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    let many: Vec<Value> = (0..2_000).map(|_| json!({})).collect();
    let answer = ringback.post("/v1/dialects", json!({"recipe": RECIPE, "vectors": many})).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
}
