//! The demo's second scene: a click on a tracking link, the conversion that it is attributed to, and its reversal.
//!
//! Played after the outcome of the first one has been judged, with a server that has done its part there; it brings its
//! own faults back.

use std::time::Duration;

use serde_json::json;

use super::board::{Board, Callback};
use super::cast::CAST;
use super::platform::{Credential, text};
use super::stage::Stage;
use crate::command::{Failure, say};

/// The app whose user clicks.
const APP: &str = "besitos-list";
/// What the offer system calls the conversion.
const EXTERNAL_ID: &str = "ord-2001";
/// Between two looks at the board.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// A callback on one host takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Plays it; answers what was wrong.
pub(super) async fn play(stage: &Stage, board: &Board) -> Result<Vec<String>, Failure> {
    let platform = &stage.platform;
    let note = |words: &str| board.note(APP, EXTERNAL_ID, words);
    say("\nThe money side: an offer pays 17.55 USD, and the app's users get 100 coins for each of them.");
    platform
        .post(
            "/v1/offers",
            json!({
                "ref": "family-island", "name": "Family Island", "payoutMinor": 1755, "currency": "USD",
                "destinationUrl": "https://advertiser.example/landing?click={click_id}",
            }),
        )
        .await?;
    platform.patch(&format!("/v1/apps/{APP}"), json!({ "rewardRate": "100" })).await?;
    let source = platform.post("/v1/sources", json!({ "name": "Demo advertiser" })).await?;
    let credential = Credential { surface_id: text(&source, "surfaceId")?, secret: text(&source, "secret")? };

    let led_to = platform.visit(&format!("/c/family-island?app={APP}&user=u-2001")).await?;
    let click_id = led_to.split_once("click=").map(|(_, id)| id).unwrap_or_default().to_owned();
    let shown: String = led_to.chars().take(58).collect();
    note(&format!("click: on to {shown}…"));
    let conversion = json!({ "externalId": EXTERNAL_ID, "eventType": "install", "clickId": click_id });
    let answer = platform.report(&credential, conversion.to_string()).await?;
    let mut faults = Vec::new();
    if answer.body["attributed"] != true {
        faults.push(format!("{EXTERNAL_ID} was not attributed to its click: {}", answer.body));
    }
    heard(board, 1).await;
    let reversal = json!({ "externalId": EXTERNAL_ID, "reason": "refund" });
    note("reversal: refund");
    let answer = platform.signed(&credential, "/v1/reversals", reversal.to_string()).await?;
    if answer.body["status"] != "accepted" {
        faults.push(format!("the reversal of {EXTERNAL_ID} was not accepted: {}", answer.body));
    }
    faults.extend(judge(&heard(board, 2).await));
    Ok(faults)
}

/// The callbacks of the conversion, once there are so many or nobody believes in it any more.
async fn heard(board: &Board, count: usize) -> Vec<Callback> {
    let of_conversion = || -> Vec<Callback> {
        board.callbacks().into_iter().filter(|callback| callback.told.transaction_id == EXTERNAL_ID).collect()
    };
    let waiting = async {
        while of_conversion().len() < count {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    // What is missing is the judge's to name.
    drop(tokio::time::timeout(PATIENCE, waiting).await);
    of_conversion()
}

fn judge(heard: &[Callback]) -> Vec<String> {
    let [given, taken] = heard else {
        return vec![format!("{EXTERNAL_ID} was called back {} times, not 2", heard.len())];
    };
    let mut faults = Vec::new();
    let says: [(&Callback, &[(&str, &str)]); 2] = [
        (given, &[("user_id", "u-2001"), ("payout", "17.55"), ("reward_local_currency", "1755")]),
        (taken, &[("reverse", "1"), ("payout", "17.55"), ("reward_local_currency", "1755")]),
    ];
    for (callback, says) in says {
        for (name, value) in says.iter().filter(|(name, value)| !callback.told.says(name, value)) {
            faults.push(format!("{EXTERNAL_ID} did not say {name} = {value:?}"));
        }
        let egress = CAST.iter().find(|part| part.app == APP).map(|part| part.egress.into());
        if !callback.verified || callback.from != egress {
            faults.push(format!("{EXTERNAL_ID} did not verify, or came from {:?}", callback.from));
        }
    }
    faults
}
