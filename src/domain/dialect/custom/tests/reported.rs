//! Vectors tell what a report can hold, and what they are at fault in is named by its place.

use super::*;

/// A change of the second vector, a reversal, and the places of what is found wrong with it.
fn places(change: &[&str], value: Value) -> Vec<String> {
    let mut vectors = vectors();
    let inside = change.iter().fold(&mut vectors[1], |inside, key| &mut inside[*key]);
    *inside = value;
    findings(GOOD, &vectors).into_iter().map(|finding| finding.place).collect()
}

#[test]
fn a_vector_holds_what_a_report_may_hold() {
    for (change, value) in [
        (&["completion", "userId"][..], json!("")),
        (&["completion", "userId"], json!("u\r\nX: 1")),
        (&["completion", "userId"], json!("u".repeat(129))),
        (&["completion", "eventType"], json!("BAD TYPE")),
        (&["completion", "transactionId"], json!("r-1")),
        (&["completion", "transactionId"], json!("test-1")),
        (&["completion", "currency"], json!("usd")),
        (&["completion", "payoutMinor"], json!(-5)),
        (&["completion", "userReward"], json!("-1")),
        (&["completion", "externalId"], json!("x")),
        (&["completion", "unheard"], json!("x")),
        (&["completion", "extra"], json!({ "a": "x\r\ny" })),
        (&["reversal", "ordinal"], json!(0)),
        (&["reversal", "payoutMinor"], json!(-5)),
        (&["reversal", "userReward"], json!("-1")),
        (&["reversal", "reason"], json!("a\r\nb")),
    ] {
        let place = format!("vectors[1].{}", change.join("."));
        let found = places(change, value);
        assert!(found.iter().any(|found| found.starts_with(&place)), "{place}: {found:?}");
    }
}

#[test]
fn a_vector_tells_what_this_recipe_asks_of_a_report() {
    let recipe = with("timeout_seconds = 10", "timeout_seconds = 10\npayout_currency = \"EUR\"");
    let found = findings(&recipe, &vectors());
    assert!(found[0].place == "vectors[0].completion.currency" && found[0].fault.contains("EUR"), "{found:?}");
    let mut bare = vectors();
    bare[0]["completion"].as_object_mut().unwrap().remove("userReward");
    assert!(findings(GOOD, &bare).iter().any(|found| found.place == "vectors[0].completion.userReward"));
}

#[test]
fn what_is_no_vector_is_named_by_its_field() {
    let found = |vector: Value| findings(GOOD, &[vectors(), vec![vector]].concat()).remove(0);
    for (vector, place) in
        [(json!([1]), "vectors[2]"), (json!("x"), "vectors[2]"), (json!({ "rule": 1 }), "vectors[2].rule")]
    {
        assert_eq!(found(vector.clone()).place, place);
        assert!(!found(vector).fault.contains("struct"));
    }
    let mut wrong = vectors().remove(0);
    wrong["completion"]["userReward"] = json!("150,75");
    let told = found(wrong);
    assert_eq!((told.place.as_str(), told.fault.as_str()), ("vectors[2].completion.userReward", "must be a decimal"));
}

#[test]
fn a_vector_of_a_test_tells_the_id_that_tests_have() {
    let mut tested = vectors();
    tested[0]["test"] = json!(true);
    tested[0]["completion"]["transactionId"] = json!("test-1");
    let found = findings(GOOD, &tested);
    assert!(found.iter().all(|finding| !finding.place.contains(".completion.")), "{found:?}");
}

#[test]
fn a_vector_that_was_copied_with_the_name_of_another_dialect_is_a_warning() {
    let mut copied = vectors();
    copied[1]["recipe"] = json!("besitos@1");
    let checked = check(&Written { recipe: GOOD, vectors: &copied }, 1);
    assert!(checked.publishable);
    assert_eq!(checked.warnings[0].place, "vectors[1].recipe");
    assert!(checked.warnings[0].fault.contains("besitos@1"), "{:?}", checked.warnings);
}
