//! The language: what it can say without new code, and what it does not let pass.

use std::sync::Arc;

use super::*;
use crate::domain::dialect::callback::{Callback, CallbackConfig, CallbackEvent};
use crate::domain::dialect::callback_url::CallbackUrl;
use crate::domain::dialect::compose::compose;
use crate::domain::dialect::trial::completion;
use crate::domain::secret::SecretText;
use crate::domain::time::Timestamp;

/// A recipe that is none of those shipped: id, time and body signed with a decoded key, in base64.
const STANDARD: &str = r#"
name = "standard"
version = 3
title = "Standard"
method = "POST"
secret = "required"
secret_prefix = "whsec_"
required = ["transactionId"]
success = { statuses = ["2xx"], body_contains = "OK" }
final_statuses = ["410"]
timeout_seconds = 15
body = [{ name = "test", value = "payoutMinor" }]

[signature]
key = { base64_after = "whsec_" }
digest = "base64"
signs = { text = { of = "{id}.{t}.{body}", t = "seconds" } }
travels = { header = { name = "webhook-signature", wrapping = "v1,{signature}" } }
headers = [{ name = "webhook-id", value = "eventId" }, { name = "webhook-timestamp", value = "attemptedAt", format = "seconds" }]
"#;

#[test]
fn another_scheme_is_another_file_and_no_code() {
    let recipe = Arc::new(Recipe::parse(STANDARD, &["{}"]).unwrap());
    let config = CallbackConfig::default()
        .with(|settings| settings.callback_url = Some(CallbackUrl::new("https://pub.example/hook")));
    let callback = Callback {
        event_id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        completion: &crate::domain::completion::Completion { payout_minor: Some(2_432_232_314), ..completion() },
        event: &CallbackEvent::Completed,
        attempted_at: Timestamp::from_millis(1_614_265_330_000),
        created_at: Timestamp::from_millis(1_614_265_330_000),
        is_test: false,
    };
    let key = SecretText::known("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
    let request = compose(&recipe, &config, &callback, &[&key]).unwrap();
    let headers: Vec<_> = request.headers.iter().map(|header| (header.name.as_str(), header.value.as_str())).collect();
    assert_eq!(request.signed_text.unwrap(), "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\":2432232314}");
    assert_eq!(headers[2], ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"));
    assert_eq!(headers[3], ("webhook-timestamp", "1614265330"));
    assert!(headers[1].1.starts_with("v1,") && headers[1].1.ends_with('='));
    assert!(recipe.reversal().is_none() && recipe.success().needs_body() && recipe.final_statuses().contains(410));
}

#[test]
fn no_body_ever_holds_the_secret() {
    let own = r#"value = "payoutMinor" }]"#;
    let with_secret = r#"value = "payoutMinor" }, { name = "key", value = "secret" }]"#;
    let recipe =
        STANDARD.replace(own, with_secret).replace("timeout_seconds", "secret_in_clear = true\ntimeout_seconds");
    match Recipe::parse(&recipe, &["{}"]) {
        Err(RecipeError::Senseless { findings, .. }) => {
            assert_eq!(findings[0].place, "body[1]");
            assert!(findings[0].fault.contains("elsewhere than in a URL"), "{findings:?}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_recipe_that_contradicts_itself_is_refused() {
    for (from, to) in [
        ("version = 3", "version = 3\nappended = [\"reverse\"]"),
        ("method = \"POST\"", "method = \"GET\""),
        ("name = \"standard\"", "name = \"Standard one\""),
        ("secret = \"required\"", "secret = \"none\""),
        ("timeout_seconds = 15", "timeout_seconds = 0"),
        ("value = \"eventId\"", "value = \"extra\""),
        ("value = \"eventId\"", "value = \"eventId\", format = \"seconds\""),
        ("name = \"webhook-id\", value = \"eventId\"", "name = \"webhook-id\""),
        ("body = [", "body = [{ name = \"test\", value = \"note\" }, "),
        (
            "{ text = { of = \"{id}.{t}.{body}\", t = \"seconds\" } }",
            "{ query = { sort = \"name\", encode = \"none\", only = [\"user_id\"] } }",
        ),
    ] {
        let senseless = STANDARD.replacen(from, to, 1);
        assert_ne!(senseless, STANDARD, "{from}");
        assert!(matches!(Recipe::parse(&senseless, &["{}"]), Err(RecipeError::Senseless { .. })), "{to}");
    }
}

#[test]
fn a_recipe_that_is_not_solid_says_why_before_all_else() {
    let with = |words: &str| STANDARD.replace("method", &format!("{words}\nmethod"));
    assert!(Recipe::parse(STANDARD, &["{}"]).unwrap().is_solid());
    // The second is how it was said before: what was published then stays readable.
    for words in ["Not confirmed", "Not solid"] {
        let recipe = Recipe::parse(&with(&format!("about = \"{words}: a guess.\"\nsolid = false")), &["{}"]).unwrap();
        assert!(!recipe.is_solid());
    }
    for contradiction in ["solid = false", "about = \"A guess.\"\nsolid = false", "about = \"Not confirmed: a guess.\""]
    {
        match Recipe::parse(&with(contradiction), &["{}"]) {
            Err(RecipeError::Senseless { findings, .. }) => assert_eq!(findings[0].place, "solid", "{findings:?}"),
            other => panic!("{contradiction}: {other:?}"),
        }
    }
}

/// The commonest form in the trade: a list of its own, and a digest of values with the secret in it.
const DIGEST: &str = r#"
name = "digest2"
version = 1
title = "Digest"
method = "GET"
secret = "required"
required = ["userId", "transactionId"]
success = { statuses = ["200"] }
timeout_seconds = 5

[parameters]
other = ["uid", "tx", "amount", "sig"]

[signature]
algorithm = "md5"
signs = { text = { of = "{uid}:{tx}:{secret}" } }
travels = { placeholder = "sig" }
legacy = true
not_covered = ["amount", "reversal"]

[reversal]
url = "callback"
tells = "taken_back_negative"
transaction_id = "same"
part = false

[[placeholders]]
name = "uid"
value = "userId"
meaning = "the user"

[[placeholders]]
name = "tx"
value = "transactionId"
meaning = "the transaction"

[[placeholders]]
name = "amount"
value = "userReward"
format = "integer"
meaning = "the reward"
"#;

#[test]
fn what_no_receiver_could_rebuild_or_tell_apart_is_refused() {
    assert!(Recipe::parse(DIGEST, &["{}"]).is_ok());
    for (from, to, words) in [
        (":{secret}\"", "\"", "does not hold {secret}"),
        ("{uid}:{tx}", "{uid}{tx}", "without anything between them"),
        ("{tx}", "{txn}", "without a placeholder of that name"),
        ("\"uid\", \"tx\", ", "\"uid\", ", "lacking in the list"),
        (", \"sig\"]", "]", "no place for the signature"),
        ("\"sig\"]", "\"sig\", \"other\"]", "without a placeholder of that name"),
        ("signs = { text = { of = \"{uid}:{tx}:{secret}\" } }", "signs = \"url\"", "does not hold {secret}"),
        (
            "\"md5\"\nsigns = { text = { of = \"{uid}:{tx}:{secret}\" } }",
            "\"hmac-sha1\"\nsigns = \"url\"",
            "inside of what it signs",
        ),
        ("name = \"tx\"", "name = \"tx\"\nhidden = true", "without a placeholder"),
        ("taken_back_negative", "taken_back", "looks like a completion"),
        ("taken_back_negative\"", "completion\"\ntold_by = [\"tx\"]", "says the same of a completion"),
        ("method = \"GET\"", "method = \"GET\"\nbrackets = [\"\", \"\"]", "brackets of nothing"),
        ("name = \"amount\"", "name = \"am:ount\"", "without a placeholder"),
        ("format = \"integer\"", "format = { cut = 25 }", "more decimals"),
        ("value = \"userReward\"\nformat = \"integer\"", "value = \"secret\"", "secret_in_clear"),
        ("timeout_seconds", "zero_payout_told_by = [\"none\"]\ntimeout_seconds", "no callback URL can hold"),
        ("format = \"integer\"", "format = \"seconds\"", "cannot be written in"),
        ("value = \"userReward\"\nformat = \"integer\"", "value = \"setting.x\"", "does not ask for"),
    ] {
        let senseless = DIGEST.replacen(from, to, 1);
        assert_ne!(senseless, DIGEST, "{from}");
        match Recipe::parse(&senseless, &["{}"]) {
            Err(RecipeError::Senseless { findings, .. }) => {
                assert!(findings.iter().any(|finding| finding.to_string().contains(words)), "{to}: {findings:?}");
            }
            other => panic!("{to}: {other:?}"),
        }
    }
}
