//! What an operator may hand in, and what is refused.

mod bounded;
mod heard;
mod hostile;
mod reported;
mod ruled;
mod shipped;

use serde_json::{Value, json};

use super::*;

/// A recipe that nothing is to be said against: the whole URL is signed by HMAC-SHA256.
const GOOD: &str = r#"
name = "x-acme"
title = "Acme"
method = "GET"
secret = "required"
required = ["userId", "transactionId", "userReward"]
success = { statuses = ["200"], body_is = ["OK"] }
timeout_seconds = 10
retry_seconds = [60, { every = 300, times = 12 }]

[signature]
signs = "url"
travels = { query = "hash" }

[reversal]
url = "callback"
tells = "taken_back"
transaction_id = "prefixed"
told_by = ["status"]
part = true

[[placeholders]]
name = "user"
value = "userId"
meaning = "your user"

[[placeholders]]
name = "tx"
value = "transactionId"
meaning = "the transaction, `r-…` where it is taken back"

[[placeholders]]
name = "amount"
value = "userReward"
meaning = "the reward"

[[placeholders]]
name = "status"
when_completed = "1"
when_reversed = "2"
meaning = "2 where it is taken back"
"#;

/// The vectors of [`GOOD`], whose signatures were computed with Python's hmac.
fn vectors() -> Vec<Value> {
    let vector = |status: &str, tx: &str, hash: &str, reversal: Value| {
        let url = format!("https://pub.example/pb?u=u-42&t={tx}&a=150.75&s={status}");
        let mut vector = json!({
            "rule": "The URL is signed.",
            "from": "receiver",
            "secret": "sekret",
            "endpoint": { "callbackUrl": "https://pub.example/pb?u={user}&t={tx}&a={amount}&s={status}" },
            "eventId": "evt_1",
            "createdAt": "2024-07-01T18:40:01.000Z",
            "attemptedAt": "2024-07-01T18:41:00.000Z",
            "completion": { "transactionId": "tx-1001", "eventType": "goal", "userId": "u-42", "userReward": "150.75" },
            "expect": { "method": "GET", "url": format!("{url}&hash={hash}"), "signedText": url, "signature": hash },
        });
        if !reversal.is_null() {
            vector["reversal"] = reversal;
        }
        vector
    };
    let taken =
        json!({ "ordinal": 1, "whole": true, "userReward": "150.75", "occurredAt": "2024-07-03T08:00:00.000Z" });
    vec![vector("1", "tx-1001", COMPLETED, Value::Null), vector("2", "r-tx-1001", REVERSED, taken)]
}

const COMPLETED: &str = "2382599627c4bfdd3542db9fcc8c7da74f86f7857f30961e68bfb5b9e29a22c6";
const REVERSED: &str = "4da73f20b6d1c0c90e623568d24d6a0931e25b43e52dcb205d5e00bf282de5d9";

/// Every finding against a recipe, by its place.
fn findings(recipe: &str, vectors: &[Value]) -> Vec<Finding> {
    recipe_of(recipe, vectors).err().unwrap_or_default()
}

fn recipe_of(recipe: &str, vectors: &[Value]) -> Result<Recipe, Vec<Finding>> {
    super::recipe(&Written { recipe, vectors }, 1)
}

/// The recipe with one text in place of another that it must hold.
fn with(from: &str, to: &str) -> String {
    let changed = GOOD.replacen(from, to, 1);
    assert_ne!(changed, GOOD, "{from}");
    changed
}

#[test]
fn a_good_recipe_is_publishable_and_its_cases_are_all_read_back() {
    let vectors = vectors();
    let written = Written { recipe: GOOD, vectors: &vectors };
    assert_eq!(draft(&written).unwrap(), Head { name: "x-acme".to_owned(), title: "Acme".to_owned() });
    let recipe = super::recipe(&written, 3).unwrap();
    assert_eq!((recipe.id().as_str(), recipe.source(), recipe.is_custom()), ("x-acme@3", GOOD, true));
    assert!(!recipe.is_only_self_proven());
    let checked = check(&written, 3);
    assert_eq!((checked.publishable, &checked.findings, &checked.warnings), (true, &vec![], &vec![]));
    assert_eq!(checked.cases.len(), 12);
    for case in &checked.cases {
        assert!(case.read_back && case.fault.is_none() && case.refused.is_none(), "{case:?}");
        let (request, signature) = (case.request.as_ref().unwrap(), case.signature.as_ref().unwrap());
        assert!(request.url.ends_with(signature.as_str()), "{case:?}");
        assert_eq!(case.signed_text.as_deref(), request.url.strip_suffix(&format!("&hash={signature}")));
    }
    assert!(checked.vectors.iter().all(|vector| vector.matches));
    assert!(checked.coverage.unwrap().whole);
    assert_eq!(check(&written, 3), check(&written, 3), "the same is answered to whoever asks");
}

#[test]
fn what_was_published_is_read_as_it_was() {
    let vectors = vectors();
    let recipe = published(GOOD, 7, &vectors).unwrap();
    assert_eq!((recipe.version(), recipe.vectors()), (7, vectors));
}

#[test]
fn what_was_published_is_read_by_whoever_has_become_stricter_since() {
    let lax = GOOD.replace("signs = \"url\"", "signs = \"url\"\nalgorithm = \"sha1\"");
    assert!(!findings(&lax, &vectors()).is_empty());
    assert_eq!(published(&lax, 7, &vectors()).unwrap().id(), "x-acme@7");
    // What the engine itself relies on is asked for still.
    assert!(published(&GOOD.replace("value = \"userId\"", "value = \"user\""), 7, &vectors()).is_err());
}

#[test]
fn json_becomes_the_toml_that_it_stands_for() {
    let table: toml::Table = toml::from_str(GOOD).unwrap();
    let text = toml_of(&serde_json::to_value(&table).unwrap()).unwrap();
    assert_eq!(toml::from_str::<toml::Table>(&text).unwrap(), table);
    assert_eq!(findings(&text, &vectors()), []);
    assert_eq!(toml_of(&json!({ "name": null })).unwrap_err().place, "name");
    for no_recipe in [json!([1]), json!("name"), Value::Null] {
        assert_eq!(toml_of(&no_recipe).unwrap_err().place, "recipe", "{no_recipe}");
    }
}

#[test]
fn a_recipe_whose_signatures_nobody_but_its_author_vouches_for_says_so() {
    let mut own = vectors();
    own.iter_mut().for_each(|vector| vector["from"] = json!("self"));
    let checked = check(&Written { recipe: GOOD, vectors: &own }, 1);
    assert!(checked.publishable && recipe_of(GOOD, &own).unwrap().is_only_self_proven());
    assert_eq!(checked.warnings.len(), 1);
    assert!(checked.warnings[0].fault.starts_with("not yet seen by a receiver"), "{:?}", checked.warnings);
}

#[test]
fn vectors_must_show_what_the_recipe_does_and_match_it() {
    let places = |vectors: &[Value]| {
        let findings = findings(GOOD, vectors);
        findings.into_iter().map(|finding| (finding.place, finding.fault)).collect::<Vec<_>>()
    };
    let all = vectors();
    assert!(places(&all[..1])[0].1.contains("no reversal"));
    assert!(places(&all[1..])[0].1.contains("no completion"));
    assert_eq!(places(&[])[0].0, "vectors");
    let mut wrong = all.clone();
    wrong[0]["expect"]["url"] = json!("https://pub.example/");
    assert_eq!(places(&wrong)[0].0, "vectors[0].expect.url");
    for (change, place) in [
        (json!({ "expect": { "signedText": "a", "signature": "b" } }), "vectors[0].expect.signature"),
        (json!({ "from": null }), "vectors[0].from"),
        (json!({ "secret": null }), "vectors[0].expect.signature"),
        (json!({ "endpoint": null }), "vectors[0].endpoint"),
        (json!({ "from": "nobody" }), "vectors[0].from"),
        (json!({ "unheard": 1 }), "vectors[0].unheard"),
    ] {
        let mut changed = all.clone();
        changed[0].as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert!(places(&changed).iter().any(|(found, _)| found == place), "{change}: {:?}", places(&changed));
    }
    // What the recipe does not tell need not be said.
    let mut short = all;
    short[0].as_object_mut().unwrap().retain(|name, _| name != "eventId" && name != "createdAt");
    assert_eq!(places(&short), []);
}

#[test]
fn a_case_that_the_recipe_never_sends_is_told_and_is_no_finding() {
    let vectors = vectors();
    let integer = with("value = \"userReward\"", "value = \"userReward\"\nformat = \"integer\"");
    let checked = check(&Written { recipe: &integer, vectors: &vectors }, 1);
    let case = checked.cases.iter().find(|case| case.name == "nine_decimals").unwrap();
    assert!(case.refused.as_ref().unwrap().contains("must be a whole number") && case.request.is_none(), "{case:?}");
    let of_vectors = |finding: &Finding| finding.place.starts_with("vectors[");
    assert!(checked.findings.iter().all(of_vectors), "its vectors tell a fraction: {:?}", checked.findings);
}

#[test]
fn the_longest_ids_of_the_cases_are_those_of_reports() {
    assert_eq!(cases::LONGEST_ID, crate::domain::report::ID);
}
