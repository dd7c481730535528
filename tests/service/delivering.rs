//! From a report to an acknowledged callback.

use serde_json::json;

use crate::receiver::Receiver;
use crate::ringback::{Ringback, conversion, only_delivery};

const OFFERMARU: &str = "/callback?user_id={user_id}&user_reward={user_reward}&offer_id={offer_id}&offer_name={offer_name}\
    &transaction_id={transaction_id}&publisher_payout={publisher_payout}&timestamp={timestamp}";

#[tokio::test(flavor = "multi_thread")]
async fn a_reported_completion_becomes_a_signed_callback_byte_for_byte() {
    let ringback = Ringback::start().await;
    let mut receiver = Receiver::start().await;
    let app = ringback.app("offermaru", json!({"callbackUrl": receiver.url(OFFERMARU)})).await;
    ringback.secret(&app, "secret").await;
    let source = ringback.source().await;
    let reported = ringback.report(&source, &conversion(&app, "tx_987654")).await;
    let received = receiver.next().await;
    assert_eq!(
        received.head.lines().next(),
        Some(
            "GET /callback?user_id=user_42&user_reward=100&offer_id=abc123&offer_name=An%20offer\
             &transaction_id=tx_987654&publisher_payout=250&timestamp=1719859200000 HTTP/1.1"
        )
    );
    assert_eq!(
        received.header("X-Offermaru-Signature"),
        Some("73ec76c1990d5903744fd4eaee0bdc84c1eddf40a8429323c241fb65d8393877")
    );
    assert_eq!(received.header("X-Offermaru-App-Id"), Some(app.id.as_str()));
    let delivery = ringback.delivery_once(&only_delivery(&reported), "delivered").await;
    assert_eq!((&delivery["told"], &delivery["attemptsMade"]), (&json!("yes"), &json!(1)));
}
