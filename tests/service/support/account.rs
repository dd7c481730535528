//! The account after a load: what was acknowledged against what arrived.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::load::named;
use super::{Api, Received, Wall, found, has, text};

/// What arrived more than once, and how often, by wall.
pub(crate) type Repeats = Vec<HashMap<String, usize>>;

/// Waits until nothing waits any more and so many are delivered, and nothing was given up; answers what is delivered.
pub(crate) async fn all_delivered(api: &Api, completions: usize) -> Vec<Value> {
    // First what is cheap to ask. It proves nothing alone: what is interrupted goes from one state to another and back
    // while one after the other is looked at, and only what is delivered stays so.
    for status in ["pending", "sending", "retrying", "held"] {
        let path = format!("/v1/deliveries?status={status}&limit=1");
        found(&format!("no delivery is {status}"), || async {
            api.get(&path).await["items"].as_array().unwrap().is_empty().then_some(())
        })
        .await;
    }
    let delivered = found("all are delivered", || async {
        Some(api.deliveries("delivered").await).filter(|delivered| delivered.len() == completions)
    })
    .await;
    assert_eq!(api.get("/v1/deliveries?status=dead&limit=1").await["items"], json!([]));
    delivered
}

/// Waits until nothing waits any more; then everything that was acknowledged has arrived, where it belongs and from the
/// address that it belongs to, and whatever arrived again was cut off before. Answers what did.
pub(crate) async fn settle(api: &Api, walls: &[Wall], completions: usize) -> Repeats {
    all_delivered(api, completions).await;
    let mut repeats = Vec::new();
    for (position, wall) in walls.iter().enumerate() {
        let mut arrived = times(wall, &wall.receiver.so_far());
        let due: Vec<String> = (position..completions).step_by(walls.len()).map(named).collect();
        let missing: Vec<&String> = due.iter().filter(|id| !arrived.contains_key(*id)).collect();
        assert!(missing.is_empty(), "acknowledged and never delivered: {missing:?}");
        assert_eq!(arrived.len(), due.len(), "something arrived that nobody reported");
        arrived.retain(|_, times| *times > 1);
        for transaction_id in arrived.keys() {
            was_interrupted(api, transaction_id).await;
        }
        repeats.push(arrived);
    }
    repeats
}

/// Each delivery of a wall has arrived, and as often as it says that it was tried: no attempt is left out of the count,
/// and none is in it that its receiver never saw. At least once also means once more: a send that a kill cut off may have
/// arrived without being counted, and is written down as interrupted. Answers how many came again for that reason.
pub(crate) async fn tally(api: &Api, wall: &Wall, seen: &[Received], delivered: &[Value]) -> usize {
    let (mut arrived, mut cut_off) = (times(wall, seen), 0);
    for delivery in delivered.iter().filter(|delivery| delivery["appId"] == wall.id.as_str()) {
        let transaction_id = text(delivery, "transactionId");
        let arrived = arrived.remove(&transaction_id).unwrap_or_default();
        let counted = usize::try_from(delivery["attemptsMade"].as_u64().unwrap()).unwrap();
        assert!(arrived >= counted, "{arrived} requests are {counted} attempts: {delivery:#}");
        if arrived > counted {
            let attempts = api.delivery(&text(delivery, "id")).await["attempts"].take();
            let is_cut_off = |attempt: &Value| attempt["outcome"] == "interrupted" && attempt["counted"] == false;
            assert!(attempts.as_array().unwrap().iter().any(is_cut_off), "{arrived} requests are {attempts:#}");
            cut_off += arrived - counted;
        }
    }
    assert!(arrived.is_empty(), "something arrived that nobody reported: {arrived:?}");
    cut_off
}

/// How often each transaction was told of, always from the address that the wall's callbacks belong to.
fn times(wall: &Wall, seen: &[Received]) -> HashMap<String, usize> {
    let mut times: HashMap<String, usize> = HashMap::new();
    for received in seen {
        assert_eq!(received.from.ip(), wall.from, "a callback from another address: {}", received.head);
        *times.entry(received.parameter("transaction_id").unwrap()).or_default() += 1;
    }
    times
}

/// How many callbacks came although they had come before.
pub(crate) fn again(repeats: &HashMap<String, usize>) -> usize {
    repeats.values().map(|times| times - 1).sum()
}

/// What arrived more than once was cut off, is written down as that, and counts as one attempt. Of a run of our own
/// faults only the latest is kept, so a second interruption adds no line.
async fn was_interrupted(api: &Api, transaction_id: &str) {
    let found = api.get(&format!("/v1/deliveries?transactionId={transaction_id}")).await;
    let delivery = api.delivery(&text(&found["items"][0], "id")).await;
    let attempts = json!([{"outcome": "interrupted", "counted": false}, {"outcome": "delivered", "counted": true}]);
    has(&delivery, json!({"attemptsMade": 1, "told": "yes", "attempts": attempts}));
}
