//! The account after a load: what was acknowledged against what arrived.

use std::collections::HashMap;

use serde_json::json;

use super::load::named;
use super::{Api, Wall, found, has, text};

/// What arrived more than once, and how often, by wall.
pub(crate) type Repeats = Vec<HashMap<String, usize>>;

/// Waits until nothing waits any more; then everything that was acknowledged has arrived, where it belongs and from the
/// address that it belongs to, and whatever arrived again was cut off before. Answers what did.
pub(crate) async fn settle(api: &Api, walls: &[Wall], completions: usize) -> Repeats {
    // First what is cheap to ask. It proves nothing alone: what is interrupted goes from one state to another and back
    // while one after the other is looked at, and only what is delivered stays so.
    for status in ["pending", "sending", "retrying", "held"] {
        let path = format!("/v1/deliveries?status={status}&limit=1");
        found(&format!("no delivery is {status}"), || async {
            api.get(&path).await["items"].as_array().unwrap().is_empty().then_some(())
        })
        .await;
    }
    found("all are delivered", || async { (api.deliveries("delivered").await.len() == completions).then_some(()) })
        .await;
    assert_eq!(api.get("/v1/deliveries?status=dead&limit=1").await["items"], json!([]));

    let mut repeats = Vec::new();
    for (position, wall) in walls.iter().enumerate() {
        let mut arrived: HashMap<String, usize> = HashMap::new();
        for received in wall.receiver.so_far() {
            assert_eq!(received.from.ip(), wall.from, "a callback from another address: {}", received.head);
            *arrived.entry(received.parameter("transaction_id").unwrap()).or_default() += 1;
        }
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
