//! Monlix before its receiver's eyes: the secret that travels is compared, and nobody else sees it.

use serde_json::{Value, json};

use super::programs::MONLIX;
use crate::delivery::awkward::rows;
use crate::delivery::in_clear::{ORIGIN, request};
use crate::delivery::independent_receiver::Independent;
use crate::support::{Received, Ringback, has};

/// The dialect, which the table of publishers lacks: it goes by TLS alone.
pub(super) const DIALECT: &str = "monlix";
/// A secret that no other word holds.
const KEY: &str = "mx-7Yq2-sekret";
const TEMPLATE: &str = "/mx?u={{userId}}&t={{transactionId}}&k={{secretKey}}&r={{rewardValue}}&c={{rewardCurrency}}\
    &usd={{payout}}&task={{taskName}}&s={{status}}";

async fn shown_to(receiver: &mut Independent, request: &Received) -> Value {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.get(receiver.url(request.target())).send().await.unwrap();
    receiver.next().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_travels_itself_arrives_beside_every_awkward_value_and_is_shown_nowhere() {
    let ringback = Ringback::start().await;
    let settings =
        json!({"callbackUrl": format!("{ORIGIN}{TEMPLATE}"), "settings": {"reward_currency": "Coins & more"}});
    let wall = ringback.wall(DIALECT, settings).await;
    let id = ringback.secret(&wall, KEY).await;
    ringback.post(&wall.path(&format!("/secrets/{id}/activate")), json!({})).await.ok();
    let mut receiver = Independent::start(MONLIX, &[("SECRET", KEY)]).await;
    let mut stranger = Independent::start(MONLIX, &[("SECRET", "another")]).await;
    let mut told = 0;
    for (number, row) in rows().into_iter().enumerate().filter(|(_, row)| !row.is_refused_by(DIALECT)) {
        let id = row.transaction_id(number);
        let answer = wall.source.report(&row.report(&wall, number, json!({}))).await;
        let request = request(&ringback, &wall, &answer.delivery(), KEY).await;
        let line = shown_to(&mut receiver, &request).await;
        has(&line, json!({"verified": true, "status": 200, "transactionId": id}));
        let expected = json!({
            "u": row.user_id, "t": id, "r": row.user_reward, "c": "Coins & more", "usd": "17.55", "task": row.offer_name,
            "s": "1",
        });
        assert_eq!(line["values"], expected, "{}", row.name);
        if told == 0 {
            has(&shown_to(&mut stranger, &request).await, json!({"verified": false, "status": 401}));
        }
        told += 1;
    }
    assert!(told > 60, "{told} rows were told");
    let reversed = wall.source.reverse(json!({"externalId": "row-0"})).await.delivery();
    let line = shown_to(&mut receiver, &request(&ringback, &wall, &reversed, KEY).await).await;
    has(&line, json!({"verified": true, "transactionId": "tx-0", "values": {"s": "2", "r": "100", "usd": "17.55"}}));
    for path in [wall.path(""), wall.path("/endpoints"), wall.path("/secrets"), format!("/v1/deliveries/{reversed}")] {
        let shown = ringback.get(&path).await.to_string();
        assert!(!shown.contains(KEY), "{path}: {shown}");
    }
    for bare in [
        "http://pub.example/mx?k={{secretKey}}",
        "https://pub.example/{{secretKey}}",
        "https://pub.example/mx?u={{userId}}",
    ] {
        ringback.patch(&wall.path(""), json!({"callbackUrl": bare})).await.refuses(422, &["callbackUrl"]);
    }
}
