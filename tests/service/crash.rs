//! Kill drills: a process that dies at any moment loses nothing that it acknowledged and leaves nothing stuck.

use std::collections::HashMap;

use ringback::dispatch::sending::pacing::PER_ENDPOINT;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::api::{Api, App, Source, conversion, only_delivery, text};
use crate::child::Home;
use crate::receiver::{Receiver, Reply};

const COMPLETIONS: usize = 2_000;
/// Reporters at a time; each reports its share as singles and batches in turn.
const REPORTERS: usize = 8;
const SHARE: usize = COMPLETIONS / REPORTERS;
const BATCH: usize = 25;
/// It is killed when so many are acknowledged, which leaves plenty to report afterwards.
const KILLED_AT: [usize; 3] = [300, 800, 1_300];
/// Requests that are certainly in flight at each kill, because they are never answered.
const HUNG: usize = 16;
/// What a drill may take on a busy machine; only a failing one takes so long.
const DRILL: std::time::Duration = std::time::Duration::from_secs(120);

/// An offer system: it reports until it is told that the report is recorded, as a real one does.
#[derive(Clone)]
struct Reporter {
    api: watch::Receiver<Option<Api>>,
    source: Source,
    acknowledged: watch::Sender<usize>,
}

impl Reporter {
    async fn report(&mut self, path: &str, body: &Value) -> Value {
        loop {
            // `None` while it is known to be down.
            let api = self.api.wait_for(Option::is_some).await.unwrap().clone().unwrap();
            match api.try_signed_post(&self.source, path, &body.to_string()).await {
                Ok(answer) if answer.status == 200 => return answer.body,
                Ok(answer) => assert!(answer.status >= 500, "{}: {}", answer.status, answer.body),
                Err(_) => tokio::task::yield_now().await,
            }
        }
    }

    async fn report_all(mut self, app: App, share: std::ops::Range<usize>) {
        let all: Vec<Value> = share.map(|number| conversion(&app, &format!("tx-{number}"))).collect();
        for (turn, some) in all.chunks(BATCH).enumerate() {
            if turn % 2 == 0 {
                let answer = self.report("/v1/conversions/batch", &json!({"conversions": some})).await;
                let results = answer["results"].as_array().unwrap();
                assert_eq!(results.len(), some.len());
                results.iter().for_each(|result| self.acknowledge(result));
            } else {
                for one in some {
                    let answer = self.report("/v1/conversions", one).await;
                    self.acknowledge(&answer);
                }
            }
        }
    }

    fn acknowledge(&self, result: &Value) {
        assert!(matches!(result["status"].as_str(), Some("accepted" | "duplicate")), "{result}");
        self.acknowledged.send_modify(|count| *count += 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_delivered_though_the_process_is_killed_three_times_in_mid_load() {
    tokio::time::timeout(DRILL, drill()).await.expect("the drill did not come to its end");
}

async fn drill() {
    let mut receiver = Receiver::start().await;
    let home = Home::new();
    let mut child = home.serve().await;
    let home = home.with("RINGBACK_LISTEN", &child.address.to_string());
    let app = child.app("besitos", json!({"callbackUrl": receiver.url("/pb.php")})).await;
    child.secret(&app, "sekret").await;
    let (up, api) = watch::channel(Some(child.api()));
    let (acknowledged, mut count) = watch::channel(0);
    let reporter = Reporter { api, source: child.source().await, acknowledged };
    let mut reporters = JoinSet::new();
    for number in 0..REPORTERS {
        reporters.spawn(reporter.clone().report_all(app.clone(), number * SHARE..(number + 1) * SHARE));
    }

    for at in KILLED_AT {
        count.wait_for(|count| *count >= at).await.unwrap();
        for _ in 0..HUNG {
            receiver.then(Reply::Hang).await;
        }
        while !receiver.has_played_all().await {
            tokio::task::yield_now().await;
        }
        up.send_replace(None);
        child.kill().await;
        child = home.serve().await;
        up.send_replace(Some(child.api()));
    }
    while let Some(reported) = reporters.join_next().await {
        reported.unwrap();
    }
    assert_eq!(*count.borrow(), COMPLETIONS);

    for status in ["pending", "sending", "retrying", "held"] {
        while let [_, ..] =
            child.get(&format!("/v1/deliveries?status={status}&limit=1")).await["items"].as_array().unwrap()[..]
        {
            tokio::task::yield_now().await;
        }
    }
    // What is interrupted goes back and forth while one state after the other is looked at; only this one is final.
    while child.count("delivered").await < COMPLETIONS {
        tokio::task::yield_now().await;
    }
    let mut arrived: HashMap<String, usize> = HashMap::new();
    for received in receiver.so_far() {
        *arrived.entry(received.parameter("transaction_id").unwrap()).or_default() += 1;
    }
    let missing: Vec<usize> =
        (0..COMPLETIONS).filter(|number| !arrived.contains_key(&format!("tx-{number}"))).collect();
    assert!(missing.is_empty(), "acknowledged and never delivered: {missing:?}");
    assert_eq!(arrived.len(), COMPLETIONS, "something arrived that nobody reported");

    let repeated: Vec<&String> = arrived.iter().filter(|(_, times)| **times > 1).map(|(id, _)| id).collect();
    let again: usize = arrived.values().map(|times| times - 1).sum();
    let in_flight = KILLED_AT.len() * HUNG..=KILLED_AT.len() * PER_ENDPOINT;
    assert!(in_flight.contains(&again), "{again} arrived again, yet only {in_flight:?} were in flight");
    for transaction_id in repeated {
        was_interrupted(&child, transaction_id, arrived[transaction_id]).await;
    }
}

/// What arrived more than once was cut off, is written down as that, and counts as one attempt.
async fn was_interrupted(api: &Api, transaction_id: &str, times: usize) {
    let found = api.get(&format!("/v1/deliveries?transactionId={transaction_id}")).await;
    let delivery = api.get(&format!("/v1/deliveries/{}", text(&found["items"][0], "id"))).await;
    assert_eq!((&delivery["attemptsMade"], &delivery["told"]), (&json!(1), &json!("yes")), "{delivery:#}");
    let attempts = delivery["attempts"].as_array().unwrap();
    let facts: Vec<(&Value, &Value)> =
        attempts.iter().map(|attempt| (&attempt["outcome"], &attempt["counted"])).collect();
    // Of a run of our own faults only the latest is kept, so a second interruption adds no line.
    assert!(times <= 1 + KILLED_AT.len());
    assert_eq!(facts, [(&json!("interrupted"), &json!(false)), (&json!("delivered"), &json!(true))], "{delivery:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_that_a_kill_cut_off_is_interrupted_and_may_have_been_told() {
    let mut receiver = Receiver::answering(vec![Reply::Hang]).await;
    let home = Home::new().with("RINGBACK_RETRY_SCALE", "1");
    let child = home.serve().await;
    let app = child.app("besitos", json!({"callbackUrl": receiver.url("/pb.php")})).await;
    child.secret(&app, "sekret").await;
    let source = child.source().await;
    let id = only_delivery(&child.report(&source, &conversion(&app, "tx-1")).await);
    receiver.next().await;
    child.kill().await;

    let child = home.serve().await;
    // At once on a file that one process serves, when the heartbeat of the dead one ends on a shared database.
    let delivery = child.delivery_once(&id, "retrying").await;
    assert_eq!(delivery["told"], json!("maybe"), "{delivery:#}");
    assert_eq!((&delivery["waitingFor"], &delivery["attemptsMade"]), (&json!("retry"), &json!(0)), "{delivery:#}");
    let attempts = delivery["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 1, "{delivery:#}");
    assert_eq!((&attempts[0]["outcome"], &attempts[0]["counted"]), (&json!("interrupted"), &json!(false)));
    assert_eq!(attempts[0]["nextAttemptAt"], delivery["nextAttemptAt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_callback_that_a_kill_cut_off_is_over_and_not_sent_again() {
    let mut receiver = Receiver::answering(vec![Reply::Hang]).await;
    let home = Home::new();
    let child = home.serve().await;
    let app = child.app("besitos", json!({"callbackUrl": receiver.url("/pb.php")})).await;
    child.secret(&app, "sekret").await;
    let source = child.source().await;
    let (api, path) = (child.api(), format!("/v1/apps/{}/test", app.id));
    let waiting = tokio::spawn(async move { api.try_post(&path, json!({})).await });
    receiver.next().await;
    child.kill().await;
    waiting.await.unwrap().unwrap_err();

    let child = home.serve().await;
    let found = child.get(&format!("/v1/deliveries?appId={}", app.id)).await;
    let delivery = child.delivery_once(&text(&found["items"][0], "id"), "dead").await;
    assert_eq!((&delivery["told"], &delivery["attemptsMade"]), (&json!("maybe"), &json!(0)), "{delivery:#}");
    let [attempt] = &delivery["attempts"].as_array().unwrap()[..] else { panic!("{delivery:#}") };
    assert_eq!((&attempt["outcome"], &attempt["nextAttemptAt"]), (&json!("interrupted"), &Value::Null));
    let other = child.report(&source, &conversion(&app, "tx-1")).await;
    child.delivery_once(&only_delivery(&other), "delivered").await;
    let arrived: Vec<_> = receiver.so_far().iter().map(|received| received.parameter("transaction_id")).collect();
    assert_eq!(arrived, [Some("tx-1".to_owned())], "the test was sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reporter_that_never_heard_the_answer_is_told_duplicate_and_nothing_is_sent_twice() {
    let mut receiver = Receiver::start().await;
    let home = Home::new();
    let child = home.serve().await;
    let app = child.app("besitos", json!({"callbackUrl": receiver.url("/pb.php")})).await;
    child.secret(&app, "sekret").await;
    let source = child.source().await;
    let first = child.report(&source, &conversion(&app, "tx-1")).await;
    child.delivery_once(&only_delivery(&first), "delivered").await;
    child.kill().await;

    let child = home.serve().await;
    let again = child.report(&source, &conversion(&app, "tx-1")).await;
    assert_eq!((&again.body["status"], &again.body["id"]), (&json!("duplicate"), &first.body["id"]));
    let other = child.report(&source, &conversion(&app, "tx-2")).await;
    child.delivery_once(&only_delivery(&other), "delivered").await;
    let arrived: Vec<_> = receiver.so_far().iter().map(|received| received.parameter("transaction_id")).collect();
    assert_eq!(arrived, [Some("tx-1".to_owned()), Some("tx-2".to_owned())]);
}
