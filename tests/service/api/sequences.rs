//! Sequences of tests: a completion, the same once more, its reversal, and what they say of a balance.

use std::collections::BTreeMap;

use ringback::domain::dialect::catalog::Catalog;
use ringback::domain::dialect::recipe::{Recipe, ReversalUrl};
use ringback::domain::receiver_code::sample_url;
use serde_json::{Value, json};

use super::Acme;
use crate::support::{DECODED_SECRET, Receiver, Reply, Ringback, Wall, calling, has};

/// The state of each step.
fn states(sequence: &Value) -> Vec<&str> {
    sequence["steps"].as_array().unwrap().iter().map(|step| step["state"].as_str().unwrap()).collect()
}

/// What each step says of the balance.
fn balances(sequence: &Value) -> Vec<&Value> {
    sequence["steps"].as_array().unwrap().iter().map(|step| &step["expectedBalance"]["change"]).collect()
}

/// An app in a dialect as its own receiver code would have it, which answers whatever it is sent with 200.
async fn usual(ringback: &Ringback, recipe: &Recipe) -> (String, Receiver) {
    let receiver = Receiver::start().await;
    let sample = sample_url(recipe);
    let query = sample.as_str().split_once("callback").unwrap().1;
    let required = recipe.settings().iter().filter(|setting| setting.required);
    let settings: BTreeMap<&str, &str> = required.map(|setting| (setting.name.as_str(), "s1")).collect();
    let mut app = json!({
        "callbackUrl": receiver.url(&format!("/pb{query}")), "settings": settings,
        "success": {"statuses": ["2xx"]},
    });
    if recipe.takes_reversal_url() {
        app["reversalUrl"] = receiver.url(&format!("/taken-back{query}")).into();
    }
    let app = ringback.app(recipe.name(), app).await;
    let secret = if recipe.secret_prefix().is_empty() { "sekret" } else { DECODED_SECRET };
    let made = ringback.post(&app.path("/secrets"), json!({"secret": secret})).await;
    assert!([201, 409, 422].contains(&made.status), "{}: {}", recipe.name(), made.body);
    (app.path("/test/sequence"), receiver)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_dialect_that_tells_reversals_tells_completion_repetition_and_reversal() {
    let (ringback, catalog) = (Ringback::start().await, Catalog::builtin());
    let mut told = 0;
    // Where the secret itself travels it goes by TLS alone, which no receiver here speaks.
    for recipe in catalog.newest().filter(|recipe| !recipe.secret_in_clear()) {
        let (path, receiver) = usual(&ringback, recipe).await;
        let extra = json!({"ip": "203.0.113.9", "device_id": "d1"});
        let sent = ringback.post(&path, json!({"completion": {"extra": extra, "offerId": "7", "goalId": "8"}})).await;
        assert_eq!(sent.status, 200, "{}: {}", recipe.name(), sent.body);
        let came = receiver.so_far();
        assert!(came.iter().all(|one| one.header("X-Ringback-Test") == Some("1")), "{}", recipe.name());
        assert_eq!(sent.body["stopped"], false, "{}: {}", recipe.name(), sent.body);
        let Some(reversal) = recipe.reversal() else {
            assert_eq!(states(&sent.body), ["acknowledged", "acknowledged", "skipped"], "{}", recipe.name());
            assert_eq!(came.len(), 2, "{}", recipe.name());
            continue;
        };
        told += 1;
        assert_eq!(states(&sent.body), ["acknowledged"; 3], "{}", recipe.name());
        assert_eq!(balances(&sent.body), ["100", "100", "0"], "{}", recipe.name());
        let [first, second, third] = came.as_slice() else { panic!("{}: {came:?}", recipe.name()) };
        assert!(second.target().starts_with("/pb"));
        assert_ne!((first.target(), &first.body), (third.target(), &third.body), "{}", recipe.name());
        let begins = if reversal.url == ReversalUrl::Separate { "/taken-back" } else { "/pb" };
        assert!(third.target().starts_with(begins), "{}: {}", recipe.name(), third.target());
    }
    assert!(told > 10, "{told} dialects tell reversals");
    assert_eq!(ringback.get("/v1/completions").await["items"], json!([]));
    assert_eq!(ringback.get("/v1/ledger").await["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_repetition_has_the_transaction_id_and_the_event_id_of_the_completion() {
    let (ringback, wall) = calling("standard-webhooks", json!({})).await;
    let sent = ringback.post(&wall.path("/test/sequence"), json!({})).await.ok();
    let came = wall.receiver.so_far();
    let ids: Vec<_> = came.iter().map(|one| one.header("Webhook-Id").unwrap()).collect();
    let [first, second, third] = ids.as_slice() else { panic!("{ids:?}") };
    assert!(first == second && first != third, "{ids:?}");
    assert_eq!(came[0].body, came[1].body);
    // What is shown of the repetition is what was sent.
    let repetition = sent["steps"][1]["delivery"]["id"].as_str().unwrap();
    let shown = ringback.get(&format!("/v1/deliveries/{repetition}")).await;
    assert_eq!(shown["attempts"][0]["requestBody"], came[1].body);
    let preview = json!({"deliveryId": repetition, "attempt": 1});
    let preview = ringback.post(&wall.path("/preview"), preview).await.ok();
    assert!(preview["signedText"].as_str().unwrap().starts_with(first), "{preview}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_credits_twice_is_told_by_the_balance_that_the_answer_describes() {
    let template = "/pb?tx={trans_id}&user={sub_id}&amount={amount}&state={status}&signature={signature}";
    let settings = json!({"callbackUrl": template, "success": {"statuses": ["200"]}});
    let (ringback, wall) = calling("kiwiwall", settings).await;
    let sent = ringback.post(&wall.path("/test/sequence"), json!({"completion": {"userReward": "12.50"}})).await.ok();
    assert_eq!(balances(&sent), ["12.50", "12.50", "0"], "{sent}");
    has(&sent["steps"][0], json!({"step": "completion", "delivery": {"kind": "test", "status": "delivered"}}));
    let twice = &sent["steps"][1]["wrongBalances"][0];
    assert_eq!(twice["change"], "25.00");
    let said = twice["text"].as_str().unwrap();
    assert!(said.contains("takes a repetition for a new completion; look at the parameter tx"), "{said}");
    let reversed = sent["steps"][2]["wrongBalances"][0]["text"].as_str().unwrap();
    assert!(reversed.contains("the parameter state is"), "{reversed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reversal_that_cannot_be_told_is_skipped_with_the_reason() {
    let ringback = Ringback::start().await;
    for (dialect, settings, why) in [
        ("tapjoy", json!({}), "its dialect tells no reversals"),
        ("offermaru", json!({"reversalUrl": null}), "it has no reversalUrl"),
        (
            "ayet",
            json!({"callbackUrl": "/pb?uid={external_identifier}&amount={currency_amount}&tx={transaction_id}"}),
            "no placeholder that marks a reversal",
        ),
    ] {
        let wall = ringback.wall(dialect, settings).await;
        let sent = ringback.post(&wall.path("/test/sequence"), json!({})).await.ok();
        assert_eq!(states(&sent), ["acknowledged", "acknowledged", "skipped"], "{dialect}");
        let reason = sent["steps"][2]["reason"].as_str().unwrap();
        assert!(reason.contains(why), "{dialect}: {reason}");
        assert_eq!((&sent["stopped"], wall.receiver.so_far().len()), (&json!(false), 2), "{dialect}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_is_refused_is_the_last_one_and_no_balance_is_told_behind_it() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let path = wall.path("/test/sequence");
    for (answers, expected) in [
        (vec![Reply::status(401)], ["not_acknowledged", "not_sent", "not_sent"]),
        (vec![Reply::acknowledgement(), Reply::status(409)], ["acknowledged", "not_acknowledged", "not_sent"]),
        (
            vec![Reply::acknowledgement(), Reply::acknowledgement(), Reply::Close],
            ["acknowledged", "acknowledged", "not_acknowledged"],
        ),
    ] {
        let sends = answers.len();
        wall.receiver.then(answers);
        let sent = ringback.post(&path, json!({})).await.ok();
        assert_eq!((states(&sent), &sent["stopped"]), (expected.to_vec(), &json!(true)));
        assert_eq!(wall.receiver.so_far().len(), sends);
        let last = &sent["steps"][sends - 1];
        assert!(last["expectedBalance"].is_null() && last["wrongBalances"].is_null(), "{last}");
        assert!(
            last["reason"].as_str().unwrap().starts_with("Not acknowledged, so the sequence ends here: "),
            "{last}"
        );
    }
    let listed = ringback.get(&wall.path("?health=1")).await;
    assert!(!listed.to_string().contains("failing"), "a sequence is no callback that failed: {listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_hangs_ends_the_sequence_within_its_time_out() {
    let (ringback, wall) = calling("besitos", json!({"timeoutMs": 1000})).await;
    wall.receiver.then([Reply::acknowledgement(), Reply::Hang]);
    let sent = ringback.post(&wall.path("/test/sequence"), json!({})).await.ok();
    assert_eq!(states(&sent), ["acknowledged", "not_acknowledged", "not_sent"]);
    has(&sent["steps"][1]["delivery"], json!({"attempts": [{"outcome": "timeout"}]}));
    // What hung holds no place: the next sequence is sent whole.
    assert_eq!(states(&ringback.post(&wall.path("/test/sequence"), json!({})).await.ok()), ["acknowledged"; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sequence_is_the_publishers_own_and_as_strict_as_a_single_test() {
    let acme = Acme::start().await;
    let wall: Wall = acme.operator.wall("besitos", json!({"publisherId": acme.id})).await;
    let path = wall.path("/test/sequence");
    for caller in [&acme.publisher, &acme.manager] {
        assert_eq!(caller.post(&path, json!({"completion": {"userId": "me"}})).await.status, 200);
    }
    let other = acme.manager.post("/v1/publishers", json!({"name": "Other"})).await.id();
    assert_eq!(acme.operator.publisher(&other).await.post(&path, json!({})).await.status, 404);
    assert_eq!(acme.publisher.post(&path, json!({"egressIpId": "eip_x"})).await.status, 403);
    acme.manager.post(&path, json!({"egressIpId": "eip_x"})).await.refuses(422, &["egressIpId"]);
    acme.publisher.post(&path, json!({"endpointId": "end_x"})).await.refuses(422, &["endpointId"]);
    acme.publisher.post(&path, json!({"secretId": "sec_x"})).await.refuses(422, &["secretId"]);
    acme.publisher.post(&path, json!({"reversal": true})).await.refuses(422, &["reversal"]);
    acme.publisher.post(&path, json!({"completion": {"userReward": "much"}})).await.refuses(422, &["userReward"]);
}
