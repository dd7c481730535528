//! The dialects that more than one receiver verifies, each in a way of its own.

use serde_json::json;

use super::programs::{NOTIK, POLLFISH};
use super::values::with_colon;
use crate::delivery::independent_publisher::{NOW_MS, Publisher};
use crate::delivery::independent_receiver::Program;
use crate::support::DECODED_SECRET;

pub(super) fn adgem(program: Program) -> Publisher {
    let without = adgem_without_free_text(program);
    Publisher {
        template: format!("{}&offer_name={{offer_name}}", without.template),
        told: |row, id, _| {
            json!({
                "amount": row.user_reward, "player_id": row.user_id, "transaction_id": id,
                "offer_name": row.offer_name,
            })
        },
        ..without
    }
}

pub(super) fn adgem_without_free_text(program: Program) -> Publisher {
    Publisher {
        template: "/adgem?amount={amount}&player_id={player_id}&transaction_id={transaction_id}".to_owned(),
        told: |row, id, _| json!({"amount": row.user_reward, "player_id": row.user_id, "transaction_id": id}),
        unique: Some("request_id"),
        ..Publisher::of("adgem-get", program)
    }
}

pub(super) fn notik() -> Publisher {
    Publisher {
        template: "/nk".to_owned(),
        settings: json!({"settings": {"pub_id": "p1", "app_id": "a1", "currency_name": "Coins & more"}}),
        extra: |row| json!({"s1": row.note}),
        told: |row, id, _| {
            json!({
                "pub_id": "p1", "app_id": "a1", "currency_name": "Coins & more", "user_id": row.user_id, "s1": row.note,
                "amount": row.user_reward, "payout": "17.55", "offer_id": row.offer_id(),
                "offer_name": row.offer_name, "timestamp": "1719859200", "txn_id": id, "conversion_ip": "0.0.0.0",
                "rewarded_txn_id": "", "event_id": row.goal_id.as_deref().unwrap_or(""), "event_name": row.note,
            })
        },
        ..Publisher::of("notik", NOTIK)
    }
}

pub(super) fn ayet(program: Program) -> Publisher {
    Publisher {
        template: "/ayet?uid={external_identifier}&amount={currency_amount}&usd={payout_usd}&tx={transaction_id}\
            &offer={offer_name}&cb={is_chargeback}&src=static"
            .to_owned(),
        told: |row, id, _| {
            json!({
                "uid": row.user_id, "amount": row.user_reward, "usd": "17.55", "tx": id, "offer": row.offer_name,
                "cb": "0", "src": "static",
            })
        },
        ..Publisher::of("ayet", program)
    }
}

pub(super) fn pollfish() -> Publisher {
    let template = "/pollfish?tx=[[tx_id]]&uid=[[request_uuid]]&cents=[[cpa]]&device=[[device_id]]&coin=[[reward_name]]\
        &amount=[[reward_value]]&at=[[timestamp]]&status=[[status]]&reason=[[term_reason]]&click=[[click_id]]\
        &sig=[[signature]]";
    Publisher {
        template: template.to_owned(),
        reversal_template: Some(format!("{template}&taken=back")),
        settings: json!({"settings": {"reward_name": "Coins & more"}}),
        extra: |row| json!({"device_id": row.note}),
        told: |row, id, _| {
            json!({
                "tx": id, "uid": row.user_id, "cents": "1755", "device": row.note, "coin": "Coins & more",
                "amount": row.user_reward, "at": NOW_MS, "status": "eligible", "reason": "", "click": "",
            })
        },
        // All values are signed, by the placeholders' names; behind the last, the transaction, nothing follows.
        refused: |row| with_colon([("extra.device_id", &row.note), ("userId", &row.user_id)]),
        ..Publisher::of("pollfish", POLLFISH)
    }
}

pub(super) fn standard_webhooks(program: Program) -> Publisher {
    Publisher {
        template: "/hook".to_owned(),
        secret: DECODED_SECRET,
        told: |row, id, app| {
            let mut data = json!({
                "transactionId": id, "userId": row.user_id, "appId": app.id, "eventType": "goal",
                "offerId": row.offer_id(), "offerName": row.offer_name, "note": row.note,
                "userReward": row.user_reward, "payoutMinor": 1755, "rewardMinor": 5, "currency": "USD",
                "extra": {"note": row.note},
            });
            if let Some(goal) = &row.goal_id {
                data["goalId"] = json!(goal);
            }
            data
        },
        ..Publisher::of("standard-webhooks", program)
    }
}
