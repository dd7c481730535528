//! The table: who is called in a dialect of the catalog, what he entered, what he must decode, and what cannot be told him.

use serde_json::json;

use super::app_walls::app_walls;
use super::bodies::bodies;
use super::families::{adgem, adgem_without_free_text, ayet, notik, pollfish, standard_webhooks};
use super::programs::{
    ADGEM_CUT, ADGEM_IN_NODE, ADGEM_IN_PHP, ADGEM_IN_PYTHON, AYET_IN_NODE, AYET_IN_PHP, AYET_IN_PYTHON, BITLABS, CPX,
    KIWIWALL, LOOTABLY, PAYMENTWALL, REWARDINGHUB, STANDARD_WEBHOOKS_IN_NODE, STANDARD_WEBHOOKS_IN_PYTHON,
    SUPERREWARDS, TAPJOY, THEOREMREACH, TIMEWALL, TOROX, WANNADS,
};
use super::unsigned::unsigned;
use super::values::{fraction, has_any, is_encoded, whole, with_colon};
use crate::delivery::independent_publisher::Publisher;

/// AdGem's PHP sample leaves out the port of the URL, so that what is signed must have none.
const WITHOUT_PORT: &str = "https://pub.example";
/// A Pollfish template with the user in the path, and with what must be there besides.
const IN_THE_PATH: &str = "/pollfish/[[request_uuid]]?tx=[[tx_id]]&cents=[[cpa]]&sig=[[signature]]";
/// The user's address, where a dialect tells it.
const IP: &str = "203.0.113.9";

/// Everybody.
pub(super) fn publishers() -> Vec<Publisher> {
    let mut all = vec![
        Publisher {
            environment: vec![("PUBLIC_ORIGIN", WITHOUT_PORT)],
            settings: json!({"signedOrigin": WITHOUT_PORT}),
            ..adgem(ADGEM_IN_PHP)
        },
        adgem(ADGEM_CUT),
        Publisher {
            // `URL` encodes the query anew by the rules of forms.
            verifies: |row, id| !has_any([&row.user_id, id], " *~"),
            ..adgem_without_free_text(ADGEM_IN_NODE)
        },
        // `urlencode` writes a space as `+`.
        Publisher { verifies: |row, _| !row.user_id.contains(' '), ..adgem_without_free_text(ADGEM_IN_PYTHON) },
        Publisher {
            template:
                "/bl?uid=[%UID%]&val=[%VAL%]&raw=[%RAW%]&tx=[%TX%]&ref=[%REF%]&type=[%TYPE%]&offer=[%OFFER_NAME%]\
                &note=[%OFFER:TASK:NAME%]&src=static"
                    .to_owned(),
            told: |row, id, _| {
                json!({
                    "uid": row.user_id, "val": row.user_reward, "raw": "17.55", "tx": id, "ref": "",
                    "type": "COMPLETE", "offer": row.offer_name, "note": row.note, "src": "static",
                })
            },
            ..Publisher::of("bitlabs", BITLABS)
        },
        notik(),
        Publisher { environment: vec![("REBUILD", "1")], ..notik() },
        // A completion's `rewarded_txn_id` is always empty, and null leaves it out.
        Publisher { environment: vec![("REBUILD", "null")], verifies: |_, _| false, ..notik() },
        ayet(AYET_IN_PHP),
        // JavaScript does not encode `*`, Python not `~`.
        Publisher { verifies: |row, _| !has_any([&row.user_id, &row.offer_name], "*"), ..ayet(AYET_IN_NODE) },
        Publisher { verifies: |row, id| !has_any([&row.user_id, &row.offer_name, id], "~"), ..ayet(AYET_IN_PYTHON) },
        pollfish(),
        Publisher {
            template: IN_THE_PATH.to_owned(),
            reversal_template: Some(format!("{IN_THE_PATH}&taken=back")),
            told: |row, id, _| json!({"uid": row.user_id, "tx": id, "cents": "1755"}),
            refused: |row| with_colon([("userId", &row.user_id)]),
            ..pollfish()
        },
        Publisher {
            environment: vec![("AS_PRINTED", "1")],
            // The device is the note.
            verifies: |row, _| row.user_id != "0" && !is_encoded(&row.user_id) && !is_encoded(&row.note),
            ..pollfish()
        },
        Publisher {
            template: "/cpx?uid={user_id}&tx={trans_id}&amount={amount_local}&usd={amount_usd}&status={status}\
                &hash={secure_hash}"
                .to_owned(),
            told: |row, id, _| json!({"uid": row.user_id, "tx": id, "amount": row.user_reward, "usd": "17.55", "status": "1"}),
            ..Publisher::of("cpx", CPX)
        },
        Publisher {
            template: "/tapjoy".to_owned(),
            told: |row, id, _| json!({"snuid": row.user_id, "currency": whole(row).unwrap(), "id": id}),
            refused: |row| match whole(row) {
                Some(_) => with_colon([("userId", &row.user_id)]),
                None => vec!["userReward"],
            },
            ..Publisher::of("tapjoy", TAPJOY)
        },
        Publisher {
            template: "/lootably?uid={userID}&tx={transactionID}&ip={ip}&usd={revenue}&coins={currencyReward}\
                &status={status}&hash={hash}"
                .to_owned(),
            extra: |_| json!({"ip": IP}),
            told: |row, id, _| {
                json!({
                    "uid": row.user_id, "tx": id, "ip": IP, "usd": "17.55", "coins": row.user_reward, "status": "1",
                })
            },
            ..Publisher::of("lootably", LOOTABLY)
        },
        Publisher {
            template: "/wannads?subId={subId}&transId={transId}&reward={reward}&payout={payout}&status={status}\
                &uuid={uuid}&signature={signature}&name={campaign_name}&sub2={subId2}"
                .to_owned(),
            extra: |row| json!({"subid2": row.note}),
            told: |row, id, _| {
                json!({
                    "subId": row.user_id, "transId": id, "reward": row.user_reward, "payout": "17.55", "status": "1",
                    "uuid": id, "name": row.offer_name, "sub2": row.note,
                })
            },
            ..Publisher::of("wannads", WANNADS)
        },
        Publisher {
            template: "/kiwiwall?status={status}&trans_id={trans_id}&sub_id={sub_id}&gross={gross}&amount={amount}\
                &signature={signature}&name={offer_name}&sub2={sub_id_2}"
                .to_owned(),
            extra: |row| json!({"sub_id_2": row.note}),
            told: |row, id, _| {
                json!({
                    "status": "1", "trans_id": id, "sub_id": row.user_id, "gross": "17.55", "amount": row.user_reward,
                    "name": row.offer_name, "sub2": row.note,
                })
            },
            refused: |row| with_colon([("userId", &row.user_id)]),
            ..Publisher::of("kiwiwall", KIWIWALL)
        },
        Publisher {
            template: "/torox?app=7".to_owned(),
            settings: json!({"settings": {"currency_name": "Coins & more"}}),
            extra: |row| json!({"subid2": row.note}),
            told: |row, id, _| {
                json!({
                    "app": "7", "id": id, "oid": row.offer_id(), "user_id": row.user_id, "amount": row.user_reward,
                    "currency_name": "Coins & more", "payout": "17.55", "o_name": row.offer_name, "subid2": row.note,
                })
            },
            ..Publisher::of("torox", TOROX)
        },
        Publisher {
            template: "/timewall?userID={userID}&transactionID={transactionID}&revenue={revenue}\
                &currencyAmount={currencyAmount}&type={type}&hash={hash}&name={offername}&why={reason}"
                .to_owned(),
            told: |row, id, _| {
                json!({
                    "userID": row.user_id, "transactionID": id, "revenue": "17.55", "currencyAmount": row.user_reward,
                    "type": "credit", "name": row.offer_name, "why": "",
                })
            },
            ..Publisher::of("timewall", TIMEWALL)
        },
        Publisher {
            template: "/sr".to_owned(),
            told: |row, id, _| {
                let reward = whole(row).unwrap();
                json!({"id": id, "uid": row.user_id, "oid": row.offer_id(), "new": reward, "total": reward})
            },
            refused: fraction,
            ..Publisher::of("superrewards", SUPERREWARDS)
        },
        Publisher {
            template: "/tr?user_id={user_id}&reward={reward}&currency={currency}&tx_id={tx_id}&offer_name={offer_name}\
                &debug={debug}&reversal={reversal}"
                .to_owned(),
            told: |row, id, _| {
                json!({
                    "user_id": row.user_id, "reward": row.user_reward, "currency": "17.55", "tx_id": id,
                    "offer_name": row.offer_name, "debug": "", "reversal": "",
                })
            },
            ..Publisher::of("theoremreach", THEOREMREACH)
        },
        Publisher {
            template: "/rh?user_id={user_id}&amount={amount}&currency={currency}&offer_id={offer_id}\
                &txn_id={transaction_id}&src=static"
                .to_owned(),
            settings: json!({"settings": {"currency": "Coins & more"}}),
            told: |row, id, _| {
                json!({
                    "user_id": row.user_id, "amount": row.user_reward, "currency": "Coins & more",
                    "offer_id": row.offer_id(), "txn_id": id, "src": "static",
                })
            },
            ..Publisher::of("rewardinghub", REWARDINGHUB)
        },
        Publisher {
            template: "/pw?app=7".to_owned(),
            told: |row, id, _| json!({"app": "7", "uid": row.user_id, "currency": whole(row).unwrap(), "type": "0", "ref": id}),
            refused: fraction,
            ..Publisher::of("paymentwall", PAYMENTWALL)
        },
        standard_webhooks(STANDARD_WEBHOOKS_IN_NODE),
        standard_webhooks(STANDARD_WEBHOOKS_IN_PYTHON),
    ];
    all.extend(app_walls());
    all.extend(unsigned());
    all.extend(bodies());
    all
}

/// The first publisher in this dialect.
pub(super) fn publisher(dialect: &str) -> Publisher {
    publishers().into_iter().find(|publisher| publisher.dialect == dialect).unwrap()
}
