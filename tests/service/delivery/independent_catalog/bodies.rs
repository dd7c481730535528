//! Publishers whose callbacks are signed by the raw body, beside those of Standard Webhooks.

use serde_json::json;

use super::families::standard_webhooks;
use super::programs::{ADGEM_POST, GITHUB_STYLE, STRIPE_STYLE};
use crate::delivery::independent_publisher::Publisher;
use crate::support::SECRET;

/// The header that a publisher chose for its signature.
const CHOSEN: &str = "Acme-Signature";

/// Each of them.
pub(super) fn bodies() -> Vec<Publisher> {
    let own_header = Publisher {
        environment: vec![("HEADER", CHOSEN)],
        settings: json!({"settings": {"header_name": CHOSEN}}),
        ..stripe_style()
    };
    vec![adgem_post(), stripe_style(), own_header, github_style()]
}

fn adgem_post() -> Publisher {
    Publisher {
        template: "/adgem".to_owned(),
        settings: json!({"settings": {"app_id": "app & 9"}}),
        extra: |row| json!({"c1": row.note, "country": "US"}),
        // Amounts as they were written: a number of JSON keeps the digits that were reported.
        told: |row, id, _| {
            let mut data = json!({
                "app_id": "app & 9", "campaign_id": row.offer_id(), "player_id": row.user_id,
                "amount": row.user_reward, "payout": "17.55", "conversion_id": id, "goal_name": row.note,
                "offer_id": row.offer_id(), "offer_name": row.offer_name, "conversion_datetime": "2024-07-01 13:40:00",
                "country": "US", "c1": row.note, "conversion_type": "reward",
            });
            if let Some(goal) = &row.goal_id {
                data["goal_id"] = json!(goal);
            }
            data
        },
        ..Publisher::of("adgem-post", ADGEM_POST)
    }
}

/// The same events as those of Standard Webhooks, signed in another way.
fn stripe_style() -> Publisher {
    Publisher { dialect: "stripe-style", secret: SECRET, ..standard_webhooks(STRIPE_STYLE) }
}

fn github_style() -> Publisher {
    Publisher { dialect: "github-style", secret: SECRET, ..standard_webhooks(GITHUB_STYLE) }
}
