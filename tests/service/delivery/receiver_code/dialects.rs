//! The table: every dialect that ships, with the template that its callbacks go to here.

use serde_json::{Value, json};

use super::further_dialects::further;
use crate::delivery::awkward::Row;
use crate::support::{DECODED_SECRET, OFFERMARU_PATH, SECRET};

/// An endpoint in one dialect.
pub(super) struct Dialect {
    pub(super) name: &'static str,
    /// What is set of the app; those of the usual wall where this says nothing.
    pub(super) settings: fn() -> Value,
    /// What the dialect takes for an acknowledgement; `{id}` stands for the transaction id.
    pub(super) acknowledgement: &'static str,
    /// Where the signature stands: a parameter, or a header; nothing where the address that calls is all there is.
    pub(super) signature: &'static str,
    /// A value of the first row that is signed, and another one in its place.
    pub(super) signed: (&'static str, &'static str),
    /// The user that the receiver is told of.
    pub(super) user: fn(&Row) -> &str,
    /// The amount that it is told.
    pub(super) amount: fn(&Row) -> &str,
    /// What is reported in `extra`.
    pub(super) extra: fn(&Row) -> Value,
    /// Whether it tells reversals.
    pub(super) tells_reversals: bool,
    /// Whether it signs when an attempt is made.
    pub(super) signs_time: bool,
}

impl Dialect {
    pub(super) fn of(name: &'static str, signature: &'static str) -> Self {
        Self {
            name,
            settings: || json!({}),
            acknowledgement: "OK",
            signature,
            signed: ("tx-0", "tx-X"),
            user: |row| &row.user_id,
            amount: |row| &row.user_reward,
            extra: |_| json!({}),
            tells_reversals: true,
            signs_time: false,
        }
    }

    /// Whether something that is called tells who calls.
    pub(super) fn is_signed(&self) -> bool {
        !self.signature.is_empty()
    }

    pub(super) fn secret(&self) -> &'static str {
        if self.name == "standard-webhooks" { DECODED_SECRET } else { SECRET }
    }
}

fn whole(row: &Row) -> &str {
    row.user_reward.split('.').next().unwrap_or_default()
}

/// All of them.
pub(super) fn dialects() -> Vec<Dialect> {
    let mut all = vec![
        Dialect {
            settings: || json!({"callbackUrl": "/pb.php?encoding=json&static=a+b%2fc"}),
            ..Dialect::of("besitos", "verifier")
        },
        Dialect {
            settings: || {
                let reversal =
                    OFFERMARU_PATH.replace("/callback", "/reversed") + "&of={original_transaction_id}&is={status}";
                json!({"callbackUrl": OFFERMARU_PATH, "reversalUrl": reversal})
            },
            ..Dialect::of("offermaru", "X-Offermaru-Signature")
        },
        Dialect { signs_time: true, ..Dialect::of("affonso", "X-Affonso-Signature") },
        Dialect { user: |_| "", amount: |_| "1755", signs_time: true, ..Dialect::of("attribloom", "X-Ea-Signature") },
        Dialect { signs_time: true, ..Dialect::of("standard-webhooks", "Webhook-Signature") },
        Dialect {
            settings: || {
                // What would end a text, a comment or a page in one language or another.
                json!({"callbackUrl": "/a'd$em*/?amount={amount}&player_id={player_id}&transaction_id={transaction_id}\
                    &offer_name={offer_name}&own=\"it's\"$x\\u000a?%3E"})
            },
            tells_reversals: false,
            ..Dialect::of("adgem-get", "verifier")
        },
        Dialect {
            settings: || {
                json!({"callbackUrl": "/bl?uid=[%UID%]&val=[%VAL%]&raw=[%RAW%]&tx=[%TX%]&ref=[%REF%]&type=[%TYPE%]\
                    &offer=[%OFFER_NAME%]&note=[%OFFER:TASK:NAME%]&src=static"})
            },
            ..Dialect::of("bitlabs", "hash")
        },
        Dialect {
            settings: || {
                let settings = json!({"pub_id": "p1", "app_id": "a1", "currency_name": "Coins & more"});
                json!({"callbackUrl": "/nk", "settings": settings})
            },
            acknowledgement: "1",
            extra: |row| json!({"s1": row.note}),
            ..Dialect::of("notik", "hash")
        },
        Dialect {
            settings: || {
                json!({"callbackUrl": "/ayet/{transaction_id}?b=*~%20&uid={external_identifier}&amount={currency_amount}&usd={payout_usd}\
                    &tx={transaction_id}&offer={offer_name}&cb={is_chargeback}&B=1"})
            },
            // What stands in the path is not signed.
            signed: ("tx=tx-0", "tx=tx-X"),
            ..Dialect::of("ayet", "X-Ayetstudios-Security-Hash")
        },
        Dialect {
            settings: || {
                let template =
                    "/pf/[[request_uuid]]?tx=[[tx_id]]&coins=[[reward_value]]&click=[[click_id]]&sig=[[signature]]";
                json!({"callbackUrl": template, "reversalUrl": format!("{template}&taken=back&cents=[[cpa]]")})
            },
            ..Dialect::of("pollfish", "sig")
        },
        Dialect {
            settings: || {
                json!({"callbackUrl": "/cpx?uid={user_id}&tx={trans_id}&amount={amount_local}&usd={amount_usd}\
                    &status={status}&hash={secure_hash}"})
            },
            ..Dialect::of("cpx", "hash")
        },
        Dialect {
            settings: || json!({"callbackUrl": "/tapjoy"}),
            amount: whole,
            tells_reversals: false,
            ..Dialect::of("tapjoy", "verifier")
        },
        Dialect {
            settings: || {
                json!({"callbackUrl": "/lootably?uid={userID}&tx={transactionID}&ip={ip}&usd={revenue}\
                    &coins={currencyReward}&status={status}&hash={hash}"})
            },
            signed: ("user_42", "user_43"),
            extra: |_| json!({"ip": "203.0.113.9"}),
            ..Dialect::of("lootably", "hash")
        },
        Dialect {
            settings: || {
                json!({"callbackUrl": "/wannads?subId={subId}&transId={transId}&reward={reward}&payout={payout}\
                    &status={status}&uuid={uuid}&signature={signature}&name={campaign_name}"})
            },
            ..Dialect::of("wannads", "signature")
        },
        Dialect {
            settings: || {
                json!({"callbackUrl": "/kiwiwall?status={status}&trans_id={trans_id}&sub_id={sub_id}&gross={gross}\
                    &amount={amount}&signature={signature}"})
            },
            acknowledgement: "1",
            signed: ("user_42", "user_43"),
            ..Dialect::of("kiwiwall", "signature")
        },
        Dialect {
            settings: || json!({"callbackUrl": "/torox", "settings": {"currency_name": "Coins & more"}}),
            signed: ("user_42", "user_43"),
            ..Dialect::of("torox", "sig")
        },
        Dialect {
            settings: || {
                json!({"callbackUrl": "/timewall?userID={userID}&transactionID={transactionID}&revenue={revenue}\
                    &currencyAmount={currencyAmount}&type={type}&hash={hash}"})
            },
            signed: ("user_42", "user_43"),
            ..Dialect::of("timewall", "hash")
        },
        Dialect {
            settings: || {
                let template = "/pubscale?user_id={user_id}&value={value}&token={token}&signature={signature}";
                json!({"callbackUrl": template, "reversalUrl": template.replace("/pubscale", "/pubscale/chargeback")})
            },
            ..Dialect::of("pubscale", "signature")
        },
        Dialect {
            settings: || {
                // The currency is told nowhere, and signed.
                let template = "/adjoe?sid={sid}&trans_uuid={trans_uuid}&user_uuid={user_uuid}&coin_amount={coin_amount}\
                    &device_id={device_id}&sdk_app_id={sdk_app_id}";
                json!({"callbackUrl": template, "settings": {"currency": "Coins & \"more\"", "sdk_app_id": "a=[1].b"}})
            },
            amount: whole,
            extra: |row| json!({"device_id": row.note}),
            tells_reversals: false,
            ..Dialect::of("adjoe", "sid")
        },
        Dialect {
            settings: || json!({"callbackUrl": "/dt", "settings": {"currency_name": "Coins & more"}}),
            amount: whole,
            extra: |row| json!({"pub0": row.note, "pub9": row.offer_name}),
            tells_reversals: false,
            ..Dialect::of("digital-turbine", "sid")
        },
        Dialect {
            settings: || json!({"callbackUrl": "/sr"}),
            acknowledgement: "1",
            amount: whole,
            tells_reversals: false,
            ..Dialect::of("superrewards", "sig")
        },
        Dialect {
            settings: || json!({"callbackUrl": "/levelplay?USER_ID=[USER_ID]&REWARDS=[REWARDS]&EVENT_ID=[EVENT_ID]"}),
            acknowledgement: "{id}:OK",
            amount: whole,
            ..Dialect::of("levelplay", "signature")
        },
        Dialect {
            settings: || {
                json!({"callbackUrl": "/tr?user_id={user_id}&reward={reward}&currency={currency}&tx_id={tx_id}\
                    &offer_name={offer_name}&debug={debug}&reversal={reversal}"})
            },
            ..Dialect::of("theoremreach", "hash")
        },
        Dialect {
            settings: || {
                let template = "/rh?user_id={user_id}&amount={amount}&currency={currency}&offer_id={offer_id}\
                    &txn_id={transaction_id}&src=a+b";
                json!({"callbackUrl": template, "settings": {"currency": "Coins & more"}})
            },
            tells_reversals: false,
            ..Dialect::of("rewardinghub", "sig")
        },
        Dialect {
            settings: || json!({"callbackUrl": "/growdeck"}),
            tells_reversals: false,
            ..Dialect::of("growdeck", "signature")
        },
        Dialect {
            settings: || {
                let template = "/playtimeads?user_id={user_id}&offer_id={offer_id}&amount={amount}&event={event}\
                    &tx={transaction_id}&signature={signature}";
                json!({"callbackUrl": template, "settings": {"app_key": "a'b\"$c\\"}})
            },
            signed: ("user_42", "user_43"),
            tells_reversals: false,
            ..Dialect::of("playtimeads", "signature")
        },
        Dialect { settings: || json!({"callbackUrl": "/pw"}), amount: whole, ..Dialect::of("paymentwall", "sig") },
    ];
    all.extend(further());
    all
}
