//! What each dialect of the catalog is told of a completion that was taken back, and who is told nothing.

use serde_json::{Value, json};

use super::publishers::{publisher, publishers};
use crate::delivery::awkward::{Row, rows};
use crate::delivery::independent_publisher::{Publisher, Stage};
use crate::support::{Answer, Ringback, has, with};

/// How a dialect tells that all of a completion was taken back.
pub(super) struct Reversal {
    pub(super) dialect: &'static str,
    /// The values that differ from the completion's, by its transaction id; none: the dialect tells no reversals.
    differs: Option<fn(&str) -> Value>,
    /// The part of the template without which a reversal would look like a completion, and is not told.
    marked_by: Option<&'static str>,
}

/// Of every dialect. The reward that is taken back is 100, the payout 17.55.
pub(super) const REVERSALS: &[Reversal] = &[
    Reversal { dialect: "adgem-get", differs: None, marked_by: None },
    Reversal {
        dialect: "bitlabs",
        differs: Some(
            |id| json!({"tx": format!("r-{id}"), "ref": id, "type": "RECONCILIATION", "val": "-100", "raw": "-17.55"}),
        ),
        marked_by: None,
    },
    Reversal {
        dialect: "notik",
        differs: Some(
            |id| json!({"txn_id": format!("r-{id}"), "rewarded_txn_id": id, "amount": "-100", "payout": "-17.55"}),
        ),
        marked_by: None,
    },
    Reversal {
        dialect: "ayet",
        differs: Some(|id| json!({"tx": format!("r-{id}"), "cb": "1", "amount": "-100", "usd": "-17.55"})),
        marked_by: Some("&cb={is_chargeback}"),
    },
    // The URL alone tells it: the id is the same and the amounts are positive.
    Reversal { dialect: "pollfish", differs: Some(|_| json!({"taken": "back"})), marked_by: None },
    Reversal { dialect: "cpx", differs: Some(|_| json!({"status": "2"})), marked_by: Some("&status={status}") },
    Reversal { dialect: "tapjoy", differs: None, marked_by: None },
    Reversal { dialect: "lootably", differs: Some(|_| json!({"status": "0"})), marked_by: Some("&status={status}") },
    // An id of its own, linked by the `uuid`, which is the completion's.
    Reversal {
        dialect: "wannads",
        differs: Some(|id| json!({"transId": format!("r-{id}"), "status": "2"})),
        marked_by: Some("&status={status}"),
    },
    Reversal {
        dialect: "kiwiwall",
        differs: Some(|_| json!({"status": "2", "amount": "-100", "gross": "-17.55"})),
        marked_by: None,
    },
    // Nothing but the id and the sign of the amounts tells it.
    Reversal {
        dialect: "torox",
        differs: Some(|id| json!({"id": format!("r-{id}"), "amount": "-100", "payout": "-17.55"})),
        marked_by: None,
    },
    Reversal {
        dialect: "timewall",
        differs: Some(|_| json!({"type": "chargeback", "revenue": "-17.55", "currencyAmount": "-100", "why": "other"})),
        marked_by: Some("&type={type}"),
    },
    // The URL alone tells it here too.
    Reversal { dialect: "pubscale", differs: Some(|_| json!({"taken": "back"})), marked_by: None },
    Reversal { dialect: "adjoe", differs: None, marked_by: None },
    Reversal { dialect: "digital-turbine", differs: None, marked_by: None },
    Reversal { dialect: "superrewards", differs: None, marked_by: None },
    // Outside of what is signed.
    Reversal { dialect: "levelplay", differs: Some(|_| json!({"negativeCallback": "true"})), marked_by: None },
    Reversal {
        dialect: "theoremreach",
        differs: Some(|_| json!({"reversal": "true"})),
        marked_by: Some("&reversal={reversal}"),
    },
    Reversal { dialect: "rewardinghub", differs: None, marked_by: None },
    Reversal { dialect: "growdeck", differs: None, marked_by: None },
    Reversal { dialect: "playtimeads", differs: None, marked_by: None },
    Reversal { dialect: "paymentwall", differs: Some(|_| json!({"type": "2", "currency": "-100"})), marked_by: None },
    Reversal { dialect: "adgate", differs: Some(|_| json!({"s": "rejected"})), marked_by: Some("&s={state}") },
    Reversal {
        dialect: "mychips",
        differs: Some(|_| json!({"usd": "0", "own": "0", "coins": "0", "why": "other"})),
        marked_by: Some(
            "&usd={payout}&own={user_payout}&coins={user_payout_in_vc}&event={event_name}&why={rejected_reason_id}",
        ),
    },
    Reversal {
        dialect: "revu",
        differs: Some(|id| json!({"tx": format!("r-{id}"), "c": "-100", "usd": "-17.55", "t": "3"})),
        marked_by: Some("&c=$currency$&t=$currencytype$&usd=$rate$"),
    },
    // The URL, and an id of its own.
    Reversal {
        dialect: "plain",
        differs: Some(|id| json!({"tx": format!("r-{id}"), "why": "other"})),
        marked_by: None,
    },
    Reversal { dialect: "plain-json", differs: Some(|_| json!({"status": "reversed"})), marked_by: None },
    Reversal { dialect: "adgem-post", differs: None, marked_by: None },
    // The type of the event tells it.
    Reversal { dialect: "standard-webhooks", differs: Some(|_| json!({})), marked_by: None },
    Reversal {
        dialect: "stripe-style",
        differs: Some(|id| json!({"transactionId": format!("r-{id}")})),
        marked_by: None,
    },
    Reversal {
        dialect: "github-style",
        differs: Some(|id| json!({"transactionId": format!("r-{id}")})),
        marked_by: None,
    },
];

/// A publisher whose receiver knows of a completion, the first row, which is then taken back.
struct TakenBack {
    stage: Stage,
    row: Row,
    /// What the receiver said about the completion.
    completed: Value,
    /// What the report of the reversal was answered with.
    answer: Answer,
}

impl TakenBack {
    async fn of(publisher: Publisher, ringback: &Ringback) -> Self {
        let row = rows().swap_remove(0);
        let mut stage = publisher.on_stage(ringback).await;
        stage.report(&row, 1).await.delivery();
        let completed = stage.receiver.next().await;
        has(&completed, json!({"verified": true, "transactionId": "tx-1"}));
        let answer = stage.wall.source.reverse(json!({"externalId": "row-1"})).await;
        Self { stage, row, completed, answer }
    }

    /// Nobody is told, and the answer says why. What is reported next is what arrives next.
    async fn stays_untold(mut self, reason: &str) {
        self.answer.is(200, json!({"deliveries": [], "notTold": [{"reason": reason}]}));
        self.stage.report(&self.row, 2).await.delivery();
        has(&self.stage.receiver.next().await, json!({"verified": true, "transactionId": "tx-2"}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completion_is_taken_back_in_each_dialects_way_before_its_receivers_eyes() {
    let ringback = Ringback::start().await;
    // One that cannot verify the completion does not acknowledge it, and is told of nothing else.
    for publisher in publishers().into_iter().filter(|publisher| (publisher.verifies)(&rows()[0], "tx-1")) {
        let (name, dialect) = (publisher.name(), publisher.dialect);
        let reversal = REVERSALS.iter().find(|reversal| reversal.dialect == dialect).unwrap();
        let mut taken_back = TakenBack::of(publisher, &ringback).await;
        let Some(differs) = reversal.differs else {
            taken_back.stays_untold("its dialect tells no reversals").await;
            continue;
        };
        let line = taken_back.stage.receiver.next().await;
        has(&line, json!({"verified": true, "status": 200}));
        let expected = with(taken_back.stage.told(&taken_back.row, 1), differs("tx-1"));
        assert_eq!(taken_back.stage.values(&line).0, expected, "{name}: {line:#}");
        ringback.delivery_once(&taken_back.answer.delivery(), "delivered").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_does_not_mark_a_reversal_is_told_of_none() {
    let ringback = Ringback::start().await;
    for reversal in REVERSALS {
        let Some(mark) = reversal.marked_by else { continue };
        let marking = publisher(reversal.dialect);
        let template = marking.template.replace(mark, "");
        assert_ne!(template, marking.template);
        let taken_back = TakenBack::of(Publisher { template, ..marking }, &ringback).await;
        taken_back.stays_untold("its callback URL has no placeholder that marks a reversal").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dialect_with_a_url_for_reversals_is_told_of_none_without_it() {
    let ringback = Ringback::start().await;
    for dialect in ["pollfish", "pubscale", "plain"] {
        let publisher = Publisher { reversal_template: None, ..publisher(dialect) };
        TakenBack::of(publisher, &ringback).await.stays_untold("it has no reversalUrl").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standard_webhook_of_a_reversal_is_another_event_of_another_type() {
    let ringback = Ringback::start().await;
    let mut taken_back = TakenBack::of(publisher("standard-webhooks"), &ringback).await;
    let (completed, reversed) = (taken_back.completed, taken_back.stage.receiver.next().await);
    has(&completed, json!({"eventType": "completion", "duplicate": false}));
    has(&reversed, json!({"eventType": "reversal", "duplicate": false, "transactionId": "tx-1"}));
    assert_ne!(completed["eventId"], reversed["eventId"]);
}
