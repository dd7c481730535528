//! Completions taken back: what is recorded, what each dialect is told, and that nothing overtakes.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::receiver::{Receiver, Reply};
use crate::ringback::{App, Ringback, Source, conversion, faults, only_delivery, text};

const DAY: Duration = Duration::from_secs(24 * 3600);
const OFFERMARU: &str = "/callback?user_id={user_id}&user_reward={user_reward}&offer_id={offer_id}\
    &transaction_id={transaction_id}&publisher_payout={publisher_payout}&timestamp={timestamp}";

/// A Ringback with a receiver of this dialect and a source.
async fn calling(dialect: &str, mut settings: Value) -> (Ringback, Receiver, App, Source) {
    let ringback = Ringback::start().await;
    let receiver = Receiver::start().await;
    let path = if dialect == "offermaru" { OFFERMARU } else { "/pb.php" };
    settings["callbackUrl"] = receiver.url(path).into();
    if settings["reversalUrl"] == true {
        settings["reversalUrl"] =
            receiver.url(&format!("/reversed?{}&of={{original_transaction_id}}", &OFFERMARU[10..])).into();
    }
    let app = ringback.app(dialect, settings).await;
    ringback.secret(&app, "sekret").await;
    let source = ringback.source().await;
    (ringback, receiver, app, source)
}

async fn reverse(ringback: &Ringback, source: &Source, reversal: Value) -> crate::api::Answer {
    ringback.signed_post(source, "/v1/reversals", &reversal.to_string()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivered_completion_is_taken_back_in_the_dialects_way_and_only_once() {
    let (ringback, mut receiver, app, source) = calling("besitos", json!({})).await;
    let completed = only_delivery(&ringback.report(&source, &conversion(&app, "tx-1")).await);
    receiver.next().await;
    ringback.delivery_once(&completed, "delivered").await;

    let reversal = json!({"externalId": "tx-1", "reason": "chargeback"});
    let answer = reverse(&ringback, &source, reversal.clone()).await;
    assert_eq!((answer.status, &answer.body["status"]), (200, &json!("accepted")), "{}", answer.body);
    let told = receiver.next().await;
    assert_eq!(told.parameter("reverse").as_deref(), Some("1"), "{}", told.target());
    assert_eq!(told.parameter("transaction_id").as_deref(), Some("tx-1"));
    let delivery = ringback.delivery_once(&only_delivery(&answer), "delivered").await;
    assert_eq!((&delivery["kind"], &delivery["reversalId"]), (&json!("reversal"), &answer.body["id"]));

    let again = reverse(&ringback, &source, reversal).await;
    assert_eq!((&again.body["status"], &again.body["id"]), (&json!("duplicate"), &answer.body["id"]));
    let seen = ringback.signed_get(&source, "/v1/conversions/tx-1").await.body;
    let shown = &seen["reversals"][0];
    assert_eq!(
        (&shown["whole"], &shown["reason"], &shown["payoutMinor"]),
        (&json!(true), &json!("chargeback"), &json!(250))
    );
    assert_eq!(seen["deliveries"].as_array().unwrap().len(), 2);

    let replay = ringback.post(&format!("/v1/deliveries/{completed}/replay"), json!({})).await;
    assert_eq!(replay.status, 409, "it would credit anew what was taken back: {}", replay.body);
    assert!(receiver.so_far().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_bear_ids_of_their_own_and_never_add_up_to_more_than_the_completion() {
    let (ringback, mut receiver, app, source) = calling("offermaru", json!({"reversalUrl": true})).await;
    ringback.report(&source, &conversion(&app, "tx-1")).await;
    receiver.next().await;
    let part = |id: &str, payout: i64, reward: &str| json!({"externalId": "tx-1", "reversalId": id, "payoutMinor": payout, "userReward": reward});
    let unnamed = json!({"externalId": "tx-1", "payoutMinor": 100});
    assert_eq!(faults(&reverse(&ringback, &source, unnamed).await), ["reversalId"]);

    let answer = reverse(&ringback, &source, part("r1", 100, "40")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let told = receiver.next().await;
    let of = |name: &str| told.parameter(name).unwrap();
    assert_eq!([of("transaction_id"), of("of")], ["r-tx-1", "tx-1"]);
    assert_eq!([of("publisher_payout"), of("user_reward")], ["-100", "-40"]);

    let other = reverse(&ringback, &source, part("r1", 101, "40")).await;
    assert_eq!((other.status, faults(&other)), (409, vec!["payoutMinor".to_owned()]));
    let more = reverse(&ringback, &source, part("r2", 151, "60.1")).await;
    assert_eq!((more.status, faults(&more)), (422, vec!["payoutMinor".to_owned(), "userReward".to_owned()]));

    let rest = reverse(&ringback, &source, json!({"externalId": "tx-1"})).await;
    assert_eq!(rest.status, 200, "{}", rest.body);
    let told = receiver.next().await;
    let of = |name: &str| told.parameter(name).unwrap();
    assert_eq!([of("transaction_id"), of("publisher_payout"), of("user_reward")], ["r2-tx-1", "-150", "-60"]);
    let nothing = reverse(&ringback, &source, json!({"externalId": "tx-1", "reversalId": "r3"})).await;
    assert_eq!((nothing.status, faults(&nothing)), (422, vec!["externalId".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_receiver_knows_of_is_taken_back_without_a_word_to_anybody() {
    let (ringback, mut receiver, app, source) = calling("besitos", json!({"paused": true})).await;
    let completed = only_delivery(&ringback.report(&source, &conversion(&app, "tx-1")).await);
    let answer = reverse(&ringback, &source, json!({"externalId": "tx-1"})).await;
    assert_eq!(answer.body["deliveries"][0]["status"], "canceled", "{}", answer.body);
    for id in [&completed, &only_delivery(&answer)] {
        let delivery = ringback.get(&format!("/v1/deliveries/{id}")).await;
        let ended = (&delivery["status"], &delivery["endedReason"], &delivery["told"]);
        assert_eq!(ended, (&json!("canceled"), &json!("reversed_before_send"), &json!("never")), "{delivery:#}");
        assert_eq!(ringback.post(&format!("/v1/deliveries/{id}/replay"), json!({})).await.status, 409);
    }
    ringback.made(Method::PATCH, &format!("/v1/apps/{}", app.id), json!({"paused": false})).await;
    // What is reported now is sent; by then what was held would have been, too.
    ringback.report(&source, &conversion(&app, "tx-2")).await;
    assert_eq!(receiver.next().await.parameter("transaction_id").as_deref(), Some("tx-2"));
    assert!(receiver.so_far().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reversal_waits_until_a_receiver_that_may_know_has_acknowledged_the_completion() {
    let (ringback, mut receiver, app, source) = calling("besitos", json!({"retrySchedule": [60]})).await;
    receiver.then(Reply::status(500)).await;
    let completed = only_delivery(&ringback.report(&source, &conversion(&app, "tx-1")).await);
    ringback.delivery_once(&completed, "retrying").await;
    let answer = reverse(&ringback, &source, json!({"externalId": "tx-1"})).await;
    let waiting = &answer.body["deliveries"][0];
    assert_eq!((&waiting["status"], &waiting["waitingFor"]), (&json!("held"), &json!("completion")));

    receiver.next().await;
    ringback.clock.advance(Duration::from_secs(70));
    let order = [receiver.next().await, receiver.next().await].map(|received| received.parameter("reverse"));
    assert_eq!(order, [None, Some("1".to_owned())]);
    ringback.delivery_once(&only_delivery(&answer), "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_completion_is_dead_its_reversal_goes_on_waiting_and_a_replay_sends_both_in_order() {
    let (ringback, mut receiver, app, source) = calling("besitos", json!({"retrySchedule": []})).await;
    receiver.then(Reply::status(500)).await;
    let completed = only_delivery(&ringback.report(&source, &conversion(&app, "tx-1")).await);
    ringback.delivery_once(&completed, "dead").await;
    let reversed = only_delivery(&reverse(&ringback, &source, json!({"externalId": "tx-1"})).await);
    // Longer than anything may be held.
    ringback.clock.advance(DAY * 40);
    ringback.report(&source, &conversion(&app, "tx-2")).await;
    receiver.next().await;
    assert_eq!(receiver.next().await.parameter("transaction_id").as_deref(), Some("tx-2"));
    ringback.held_for(&reversed, "completion").await;

    let replay = ringback.post(&format!("/v1/deliveries/{completed}/replay"), json!({})).await;
    assert_eq!(replay.status, 200, "{}", replay.body);
    let order = [receiver.next().await, receiver.next().await].map(|received| received.parameter("reverse"));
    assert_eq!(order, [None, Some("1".to_owned())]);
    ringback.delivery_once(&reversed, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reversal_that_meets_its_completion_in_mid_send_sends_nothing_if_nothing_left() {
    let ringback = Ringback::start().await;
    // Nobody listens there: the connection is refused, and so the receiver knows of nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let settings = json!({"callbackUrl": format!("http://{silent}/pb.php"), "retrySchedule": [60, 60]});
    let app = ringback.app("besitos", settings).await;
    ringback.secret(&app, "sekret").await;
    let source = ringback.source().await;
    let completed = only_delivery(&ringback.report(&source, &conversion(&app, "tx-1")).await);
    let answer = reverse(&ringback, &source, json!({"externalId": "tx-1"})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    for id in [completed, only_delivery(&answer)] {
        let delivery = ringback.delivery_once(&id, "canceled").await;
        assert_eq!(delivery["endedReason"], "reversed_before_send", "{delivery:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversion_of_a_reversals_event_type_takes_the_whole_back_whatever_else_it_says() {
    let (ringback, mut receiver, app, source) = calling("affonso", json!({})).await;
    let refund = json!({"externalId": "tx-1", "eventType": "refund", "grossMinor": 1, "currency": "EUR"});
    assert_eq!(ringback.report(&source, &refund).await.status, 404, "there is nothing to be taken back yet");
    // In a batch the completions come first.
    let batch = json!({"conversions": [refund, conversion(&app, "tx-1")]}).to_string();
    let answer = ringback.signed_post(&source, "/v1/conversions/batch", &batch).await;
    let results = answer.body["results"].as_array().unwrap();
    assert_eq!(
        (&results[0]["status"], &results[0]["transactionId"]),
        (&json!("accepted"), &json!("tx-1")),
        "{results:#?}"
    );
    let again = ringback.report(&source, &refund).await;
    assert_eq!((&again.body["status"], &again.body["id"]), (&json!("duplicate"), &results[0]["id"]));
    let seen = ringback.signed_get(&source, "/v1/conversions/tx-1").await.body;
    assert_eq!(
        (&seen["reversals"][0]["reason"], &seen["reversals"][0]["payoutMinor"]),
        (&json!("refund"), &json!(250))
    );
    let bodies = [receiver.next().await, receiver.next().await]
        .map(|received| serde_json::from_str::<Value>(&received.body).unwrap()["data"]["status"].clone());
    assert_eq!(bodies, ["completed", "refunded"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_refund_window_ends_reversals_but_not_the_memory_of_one() {
    let (ringback, _receiver, app, source) = calling("affonso", json!({})).await;
    for id in ["tx-1", "tx-2"] {
        ringback.report(&source, &conversion(&app, id)).await;
    }
    ringback.clock.advance(DAY * 59);
    let in_time = reverse(&ringback, &source, json!({"externalId": "tx-1"})).await;
    assert_eq!(in_time.status, 200, "{}", in_time.body);
    ringback.clock.advance(DAY * 2);
    let again = reverse(&ringback, &source, json!({"externalId": "tx-1"})).await;
    assert_eq!((again.status, &again.body["status"]), (200, &json!("duplicate")));
    let late = reverse(&ringback, &source, json!({"externalId": "tx-2"})).await;
    assert_eq!((late.status, faults(&late)), (422, vec!["externalId".to_owned()]), "{}", late.body);
    ringback.made(Method::PATCH, &format!("/v1/apps/{}", app.id), json!({"refundWindowDays": 62})).await;
    assert_eq!(reverse(&ringback, &source, json!({"externalId": "tx-2"})).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_told_is_named() {
    let (ringback, mut receiver, app, source) = calling("offermaru", json!({})).await;
    ringback.report(&source, &conversion(&app, "tx-1")).await;
    receiver.next().await;
    let answer = reverse(&ringback, &source, json!({"externalId": "tx-1"})).await;
    assert_eq!((answer.status, &answer.body["deliveries"]), (200, &json!([])), "{}", answer.body);
    assert_eq!(text(&answer.body["notTold"][0], "reason"), "it has no reversalUrl");

    let besitos = ringback.app("besitos", json!({"callbackUrl": receiver.url("/pb.php")})).await;
    ringback.secret(&besitos, "sekret").await;
    ringback.report(&source, &conversion(&besitos, "tx-2")).await;
    let part = json!({"externalId": "tx-2", "reversalId": "a", "payoutMinor": 1});
    let answer = reverse(&ringback, &source, part).await;
    assert_eq!((answer.status, faults(&answer)), (422, vec!["payoutMinor".to_owned()]));
    assert!(answer.body["detail"].as_str().unwrap().contains("besitos"), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_source_that_reported_may_take_back_and_a_dry_run_takes_nothing_back() {
    let (ringback, _receiver, app, source) = calling("affonso", json!({})).await;
    ringback.report(&source, &conversion(&app, "tx-1")).await;
    let other = ringback.source().await;
    assert_eq!(reverse(&ringback, &other, json!({"externalId": "tx-1"})).await.status, 404);
    let body = json!({"externalId": "tx-1"}).to_string();
    let dry = ringback.signed_post(&source, "/v1/reversals?dryRun=1", &body).await;
    assert_eq!((dry.status, &dry.body["status"]), (200, &json!("accepted")), "{}", dry.body);
    let seen = ringback.signed_get(&source, "/v1/conversions/tx-1").await.body;
    assert_eq!(seen["reversals"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_that_add_up_to_everything_are_the_whole_to_whoever_knows_of_nothing() {
    let (ringback, mut receiver, app, source) =
        calling("offermaru", json!({"reversalUrl": true, "paused": true})).await;
    let completed = only_delivery(&ringback.report(&source, &conversion(&app, "tx-1")).await);
    let part = json!({"externalId": "tx-1", "reversalId": "a", "payoutMinor": 40});
    let first = only_delivery(&reverse(&ringback, &source, part).await);
    ringback.held_for(&first, "completion").await;
    let rest = only_delivery(&reverse(&ringback, &source, json!({"externalId": "tx-1"})).await);
    for id in [&completed, &first, &rest] {
        let delivery = ringback.get(&format!("/v1/deliveries/{id}")).await;
        assert_eq!((&delivery["status"], &delivery["told"]), (&json!("canceled"), &json!("never")), "{delivery:#}");
        assert_eq!(delivery["endedReason"], "reversed_before_send");
    }
    ringback.made(Method::PATCH, &format!("/v1/apps/{}", app.id), json!({"paused": false})).await;
    ringback.report(&source, &conversion(&app, "tx-2")).await;
    assert_eq!(receiver.next().await.parameter("transaction_id").as_deref(), Some("tx-2"));
    assert!(receiver.so_far().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_told_although_it_could_be_is_named_as_well() {
    let (ringback, mut receiver, app, source) = calling("affonso", json!({"callbacks": "off"})).await;
    ringback.report(&source, &conversion(&app, "tx-1")).await;
    let answer = ringback.report(&source, &json!({"externalId": "tx-1", "eventType": "refund"})).await;
    assert_eq!((answer.status, &answer.body["deliveries"]), (200, &json!([])), "{}", answer.body);
    assert!(text(&answer.body["notTold"][0], "reason").starts_with("it was not called back"), "{}", answer.body);
    assert!(receiver.so_far().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_replayed_to_an_app_that_is_archived() {
    let (ringback, mut receiver, app, source) = calling("affonso", json!({})).await;
    let completed = only_delivery(&ringback.report(&source, &conversion(&app, "tx-1")).await);
    receiver.next().await;
    ringback.delivery_once(&completed, "delivered").await;
    assert_eq!(ringback.call(Method::DELETE, &format!("/v1/apps/{}", app.id), None).await.status, 204);
    let replay = ringback.post(&format!("/v1/deliveries/{completed}/replay"), json!({})).await;
    assert_eq!(replay.status, 409, "it would wait for ever: {}", replay.body);
    let reversed = reverse(&ringback, &source, json!({"externalId": "tx-1"})).await;
    assert_eq!((reversed.status, &reversed.body["deliveries"]), (200, &json!([])), "{}", reversed.body);
}
