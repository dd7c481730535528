//! From a report to an acknowledged callback.

use serde_json::json;

use crate::support::{calling, shown};

#[tokio::test(flavor = "multi_thread")]
async fn a_reported_completion_becomes_a_signed_callback_byte_for_byte() {
    let (ringback, wall) = calling("offermaru", json!({})).await;
    let reported = wall.report("tx_987654").await;
    insta::assert_snapshot!(shown(&reported.body), @r#"
    {
      id: "cmp_1", status: "accepted", transactionId: "tx_987654", attributed: false,
      deliveries: [{id: "dlv_1", status: "pending"}],
    }
    "#);
    let received = wall.receiver.next().await;
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
    assert_eq!(received.header("X-Offermaru-App-Id"), Some(wall.id.as_str()));
    let delivery = ringback.delivery_once(&reported.delivery(), "delivered").await;
    insta::assert_snapshot!(shown(&delivery), @r#"
    {
      id: "dlv_1", appId: "app_1", endpointId: "end_1", kind: "completion", transactionId: "tx_987654",
      completionId: "cmp_1", status: "delivered", told: "yes", attemptsMade: 1, recipe: "offermaru@1",
      createdAt: "2024-07-01T18:40:00.000Z", endedAt: "2024-07-01T18:40:00.000Z",
      attempts: [
        {
          number: 1, counted: true, startedAt: "2024-07-01T18:40:00.000Z", durationMs: "…", egressIp: null,
          peer: "127.0.0.1:PORT", method: "GET",
          url: "http://127.0.0.1:PORT/callback?user_id=user_42&user_reward=100&offer_id=abc123&offer_name=An%20offer&transaction_id=tx_987654&publisher_payout=250&timestamp=1719859200000",
          headers: {
            X-Offermaru-Signature: "73ec76c1…", X-Offermaru-Timestamp: "1719859200000",
            X-Offermaru-App-Id: "app_1",
          },
          signatureStart: "…", secretId: "sec_1", outcome: "delivered", statusCode: 200,
          responseHeaders: {content-length: "2"}, responseBody: "OK",
        },
      ],
      plan: [], turn: "nobody", next: "…",
      story: [
        {at: "2024-07-01T18:40:00.000Z", kind: "recorded", text: "Reported by S as tx_987654, and recorded."},
        {
          at: "2024-07-01T18:40:00.000Z", kind: "delivered",
          text: "Attempt 1: the publisher's server answered 200.",
        },
      ],
      cancelRefused: "The delivery is delivered; it can be canceled only while it waits: pending, retrying or held.",
    }
    "#);
}
