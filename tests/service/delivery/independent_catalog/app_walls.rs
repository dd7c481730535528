//! Publishers of the offerwalls of apps, whose digests hold whole rewards, times and what an account says.

use serde_json::json;

use super::programs::{ADJOE, DIGITAL_TURBINE, GROWDECK, LEVELPLAY, PLAYTIMEADS, PUBSCALE};
use super::values::{fraction, user_with_dot, whole};
use crate::delivery::independent_publisher::Publisher;

/// Each of them.
pub(super) fn app_walls() -> Vec<Publisher> {
    vec![pubscale(), adjoe(), digital_turbine(), levelplay(), growdeck(), playtimeads()]
}

fn pubscale() -> Publisher {
    let template = "/pubscale?user_id={user_id}&value={value}&token={token}&at={conversion_datetime}&goal={goal_name}\
        &signature={signature}";
    Publisher {
        template: template.to_owned(),
        reversal_template: Some(format!("{template}&taken=back")),
        told: |row, id, _| {
            json!({
                "user_id": row.user_id, "value": row.user_reward, "token": id, "at": "1719859200", "goal": row.note,
            })
        },
        refused: user_with_dot,
        ..Publisher::of("pubscale", PUBSCALE)
    }
}

fn adjoe() -> Publisher {
    Publisher {
        template: "/adjoe?sid={sid}&trans_uuid={trans_uuid}&user_uuid={user_uuid}&currency={currency}\
            &coin_amount={coin_amount}&device_id={device_id}&sdk_app_id={sdk_app_id}&app_name={app_name}"
            .to_owned(),
        settings: json!({"settings": {"currency": "Coins & more", "sdk_app_id": "a=[1].b"}}),
        extra: |row| json!({"device_id": row.note}),
        told: |row, id, _| {
            json!({
                "trans_uuid": id, "user_uuid": row.user_id, "currency": "Coins & more", "coin_amount": whole(row).unwrap(),
                "device_id": row.note, "sdk_app_id": "a=[1].b", "app_name": row.offer_name,
            })
        },
        refused: fraction,
        ..Publisher::of("adjoe", ADJOE)
    }
}

fn digital_turbine() -> Publisher {
    Publisher {
        template: "/dt".to_owned(),
        settings: json!({"settings": {"currency_name": "Coins & more", "currency_id": "c1"}}),
        // What lies between them is left out.
        extra: |row| json!({"pub0": row.note, "pub9": row.offer_name}),
        told: |row, id, _| {
            json!({
                "uid": row.user_id, "amount": whole(row).unwrap(), "currency_name": "Coins & more", "currency_id": "c1",
                "_trans_id_": id, "pub0": row.note, "pub9": row.offer_name,
            })
        },
        refused: fraction,
        ..Publisher::of("digital-turbine", DIGITAL_TURBINE)
    }
}

fn levelplay() -> Publisher {
    Publisher {
        template: "/levelplay?userid=[USER_ID]&rewards=[REWARDS]&eventId=[EVENT_ID]&itemName=[ITEM_NAME]".to_owned(),
        settings: json!({"settings": {"item_name": "Coins & more"}}),
        told: |row, id, _| {
            json!({
                "userid": row.user_id, "rewards": whole(row).unwrap(), "eventId": id, "itemName": "Coins & more",
                "timestamp": "202407011840",
            })
        },
        refused: fraction,
        ..Publisher::of("levelplay", LEVELPLAY)
    }
}

fn growdeck() -> Publisher {
    Publisher {
        template: "/growdeck".to_owned(),
        told: |row, id, _| json!({"user_id": row.user_id, "reward": row.user_reward, "transaction_id": id}),
        refused: user_with_dot,
        ..Publisher::of("growdeck", GROWDECK)
    }
}

fn playtimeads() -> Publisher {
    Publisher {
        template: "/playtimeads?user_id={user_id}&offer_id={offer_id}&offer_name={offer_name}&payout={payout}\
            &amount={amount}&event={event}&at={conversionDatetime}&zone={timeZone}&appKey={appKey}&sub1={sub1}\
            &tx={transaction_id}&signature={signature}"
            .to_owned(),
        environment: vec![("APP_KEY", "a & b")],
        settings: json!({"settings": {"app_key": "a & b"}}),
        extra: |row| json!({"sub1": row.note}),
        told: |row, id, _| {
            json!({
                "user_id": row.user_id, "offer_id": row.offer_id(), "offer_name": row.offer_name, "payout": "17.55",
                "amount": row.user_reward, "event": row.note, "at": "2024_07_01 18:40:00", "zone": "UTC",
                "appKey": "a & b", "sub1": row.note, "tx": id,
            })
        },
        ..Publisher::of("playtimeads", PLAYTIMEADS)
    }
}
