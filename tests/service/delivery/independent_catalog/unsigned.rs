//! Publishers of whom nothing is signed: the one lock is a token that they put into the URL themselves, which their receivers
//! take for their secret.

use serde_json::json;

use super::programs::{UNSIGNED_IN_NODE, UNSIGNED_IN_PYTHON};
use crate::delivery::independent_publisher::{NOW, Publisher};
use crate::delivery::independent_receiver::Program;
use crate::support::SECRET;

/// Each of them.
pub(super) fn unsigned() -> Vec<Publisher> {
    vec![adgate(), mychips(), revu(), plain(UNSIGNED_IN_NODE), plain(UNSIGNED_IN_PYTHON), plain_json()]
}

/// A template with the token behind it.
fn locked(template: &str) -> String {
    format!("{template}&token={SECRET}")
}

fn adgate() -> Publisher {
    Publisher {
        template: locked(
            "/ag?tx={conversion_id}&u={s1}&p={points}&usd={payout}&o={vc_title}&s={state}&e={event_id}&src={source}",
        ),
        extra: |row| json!({"source": row.note}),
        told: |row, id, _| {
            json!({
                "tx": id, "u": row.user_id, "p": row.user_reward, "usd": "17.55", "o": row.offer_name, "s": "approved",
                "e": row.goal_id.as_deref().unwrap_or(""), "src": row.note,
            })
        },
        ..Publisher::of("adgate", UNSIGNED_IN_NODE)
    }
}

fn mychips() -> Publisher {
    Publisher {
        template: locked(
            "/mc?u={user_id}&tx={transaction_id}&usd={payout}&own={user_payout}&coins={user_payout_in_vc}\
                &event={event_name}&why={rejected_reason_id}",
        ),
        told: |row, id, _| {
            json!({
                "u": row.user_id, "tx": id, "usd": "17.55", "own": "0.05", "coins": row.user_reward, "event": row.note,
                "why": "",
            })
        },
        ..Publisher::of("mychips", UNSIGNED_IN_PYTHON)
    }
}

fn revu() -> Publisher {
    Publisher {
        template: locked(
            "/rv?u=$uid$&tx=$transaction_id$&c=$currency$&t=$currencytype$&usd=$rate$&o=$campaign$&n=$name$&cost=$5",
        ),
        told: |row, id, _| {
            json!({
                "u": row.user_id, "tx": id, "c": row.user_reward, "t": "", "usd": "17.55", "o": row.offer_id(),
                "n": row.offer_name, "cost": "$5",
            })
        },
        ..Publisher::of("revu", UNSIGNED_IN_NODE)
    }
}

fn plain(program: Program) -> Publisher {
    let template = locked(
        "/in?u={userId}&tx={transactionId}&of={originalTransactionId}&r={userReward}&usd={payoutMinor}&n={note}\
            &o={offerName}&at={occurredAt}&pair={extra.note}",
    );
    Publisher {
        reversal_template: Some(format!("{template}&why={{reason}}")),
        template,
        told: |row, id, _| {
            json!({
                "u": row.user_id, "tx": id, "of": id, "r": row.user_reward, "usd": "1755", "n": row.note,
                "o": row.offer_name, "at": NOW, "pair": row.note,
            })
        },
        ..Publisher::of("plain", program)
    }
}

fn plain_json() -> Publisher {
    Publisher {
        environment: vec![("METHOD", "POST"), ("ID", "transactionId")],
        template: format!("/in?token={SECRET}"),
        told: |row, id, app| {
            let mut told = json!({
                "transactionId": id, "userId": row.user_id, "appId": app.id, "offerId": row.offer_id(),
                "offerName": row.offer_name, "note": row.note, "userReward": row.user_reward, "payoutMinor": 1755,
                "rewardMinor": 5, "currency": "USD", "status": "completed", "occurredAt": NOW,
                "extra": {"note": row.note},
            });
            if let Some(goal) = &row.goal_id {
                told["goalId"] = json!(goal);
            }
            told
        },
        ..Publisher::of("plain-json", UNSIGNED_IN_PYTHON)
    }
}
