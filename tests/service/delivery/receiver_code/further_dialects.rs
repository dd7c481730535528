//! The rest of the table: dialects of which nothing is signed, and those whose header signs the raw body.

use serde_json::json;

use super::dialects::Dialect;
use crate::support::SECRET;

/// Each of them.
pub(super) fn further() -> Vec<Dialect> {
    vec![
        Dialect {
            settings: || json!({"callbackUrl": "/ag?tx={conversion_id}&u={s1}&p={points}&o={vc_title}&s={state}&token=a+b"}),
            ..Dialect::of("adgate", "")
        },
        Dialect {
            settings: || {
                json!({"callbackUrl": "/mc/{user_id}?tx={transaction_id}&usd={payout}&coins={user_payout_in_vc}\
                    &event={event_name}"})
            },
            ..Dialect::of("mychips", "")
        },
        Dialect {
            settings: || {
                json!({"callbackUrl": "https://pub.example/mx?u={{userId}}&t={{transactionId}}&k={{secretKey}}\
                    &r={{rewardValue}}&s={{status}}"})
            },
            // The secret itself travels.
            signed: (SECRET, "another"),
            ..Dialect::of("monlix", "k")
        },
        Dialect {
            settings: || json!({"callbackUrl": "/rv?u=$uid$&tx=$transaction_id$&c=$currency$&t=$currencytype$&n=$name$&cost=$5"}),
            ..Dialect::of("revu", "")
        },
        Dialect {
            settings: || {
                let template = "/in?u={userId}&tx={transactionId}&r={userReward}&n={note}";
                json!({"callbackUrl": template, "reversalUrl": format!("{template}&why={{reason}}")})
            },
            ..Dialect::of("plain", "")
        },
        Dialect { settings: || json!({"callbackUrl": "/in"}), ..Dialect::of("plain-json", "") },
        Dialect {
            settings: || json!({"callbackUrl": "/adgem", "settings": {"app_id": "a'b\"$c\\"}}),
            extra: |row| json!({"c1": row.note, "c2": "1.50"}),
            tells_reversals: false,
            signs_time: true,
            ..Dialect::of("adgem-post", "Signature")
        },
        Dialect {
            settings: || json!({"callbackUrl": "/hook", "settings": {"header_name": "Acme-Signature"}}),
            signs_time: true,
            ..Dialect::of("stripe-style", "Acme-Signature")
        },
        Dialect { settings: || json!({"callbackUrl": "/hook"}), ..Dialect::of("github-style", "X-Hub-Signature-256") },
    ]
}
