//! What a publisher's server heard of each transaction, in the order in which it came.

use std::collections::HashMap;

use serde_json::Value;

use super::model::{Case, tenths};
use crate::support::Received;

/// One callback, in a publisher's words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Heard {
    /// So much was earned: payout and reward as they stood there.
    Given(String, String),
    /// So much is taken back, under the transaction id that it bore.
    Taken(String, String, String),
}

/// Everything that a server heard, by transaction.
pub(super) fn by_transaction(received: Vec<Received>, dialect: &str) -> HashMap<String, Vec<Heard>> {
    let mut heard: HashMap<String, Vec<Heard>> = HashMap::new();
    for one in received {
        let (id, what) = match dialect {
            "besitos" => besitos(&one),
            "offermaru" => offermaru(&one),
            _ => affonso(&one),
        };
        heard.entry(id).or_default().push(what);
    }
    heard
}

fn besitos(received: &Received) -> (String, Heard) {
    let of = |name: &str| received.parameter(name).unwrap_or_default();
    let (id, payout, reward) = (of("transaction_id"), of("payout"), of("reward_local_currency"));
    match of("reverse").as_str() {
        "1" => (id.clone(), Heard::Taken(id, payout, reward)),
        _ => (id, Heard::Given(payout, reward)),
    }
}

fn offermaru(received: &Received) -> (String, Heard) {
    let of = |name: &str| received.parameter(name).unwrap_or_default();
    let (payout, reward) = (of("publisher_payout"), of("user_reward"));
    match received.parameter("of") {
        Some(original) => (original, Heard::Taken(of("transaction_id"), payout, reward)),
        None => (of("transaction_id"), Heard::Given(payout, reward)),
    }
}

fn affonso(received: &Received) -> (String, Heard) {
    let body: Value = serde_json::from_str(&received.body).unwrap();
    let data = &body["data"];
    let id = data["transactionId"].as_str().unwrap().to_owned();
    let (payout, reward) = (data["payoutMinor"].to_string(), data["userReward"].as_str().unwrap().to_owned());
    match data["status"].as_str() {
        Some("refunded") => (id.clone(), Heard::Taken(id, payout, reward)),
        _ => (id, Heard::Given(payout, reward)),
    }
}

/// What a server of this dialect must have heard of a completion that it was told of, without repetitions.
pub(super) fn expected(case: &Case, dialect: &str) -> Vec<Heard> {
    let major = |cents: i64| format!("{}.{:02}", cents / 100, cents % 100);
    let given = match dialect {
        "besitos" => Heard::Given(major(case.payout), tenths(case.reward)),
        _ => Heard::Given(case.payout.to_string(), tenths(case.reward)),
    };
    let taken = case.reversals.iter().zip(1..).map(|(reversal, ordinal)| match (dialect, ordinal) {
        ("besitos", _) => Heard::Taken(case.id.clone(), major(case.payout), tenths(case.reward)),
        ("offermaru", _) => {
            let id = if ordinal == 1 { format!("r-{}", case.id) } else { format!("r{ordinal}-{}", case.id) };
            Heard::Taken(id, negative(reversal.payout.to_string()), negative(tenths(reversal.reward)))
        }
        _ => Heard::Taken(case.id.clone(), case.payout.to_string(), tenths(case.reward)),
    });
    std::iter::once(given).chain(taken).collect()
}

/// Zero stays what it is.
fn negative(amount: String) -> String {
    if amount.bytes().all(|byte| byte == b'0' || byte == b'.') { amount } else { format!("-{amount}") }
}

/// The same without what came again.
pub(super) fn without_repetitions(heard: &[Heard]) -> Vec<Heard> {
    let mut once: Vec<Heard> = Vec::new();
    for one in heard {
        if !once.contains(one) {
            once.push(one.clone());
        }
    }
    once
}
