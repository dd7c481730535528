//! What always holds of the records, so that whoever doubts the figures can have every record asked.
//!
//! Pure: records in, breaches out, each with the record that breaks a rule. Nothing here mends anything; a breach means
//! that a hand in the database, or a fault of ours, made it so.

mod ownership;

use super::amount::{Decimal, Minor};
use super::completion::Completion;
use super::delivery::{Delivery, DeliveryKind, Extent, Status, Told, WaitingFor};
use super::reversal::{Order, Reversal, extent, order};
use super::taken_back::TakenBack;
use super::words::words;
pub use ownership::{Key, Owned};

words! {
    /// The rules.
    Rule {
        /// Each completion has the two keys that make reports idempotent, and each key its completion.
        Keys = "keys",
        /// Reversals are counted and numbered, and take back no more than there was.
        Reversals = "reversals",
        /// Each record belongs to records that exist, all of the same app.
        Owners = "owners",
        /// A completion's callbacks bear the mark of what was taken back.
        Mark = "mark",
        /// No reversal overtakes its completion, and none waits for what has come.
        Order = "order",
        /// What was acknowledged, the receiver knows.
        Told = "told",
        /// The ledger adds up to the records.
        Ledger = "ledger",
    }
}

/// A record that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Breach {
    /// The record's id, or its key.
    pub record: String,
    /// Which rule.
    pub rule: Rule,
    /// What is wrong with it.
    pub what: String,
}

/// A completion with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// The completion.
    pub completion: Completion,
    /// How many reversals it says that it has.
    pub reversals_counted: i32,
    /// The reversals that it has, by their numbers.
    pub reversals: Vec<Reversal>,
    /// Its deliveries, tests left out.
    pub callbacks: Vec<Delivery>,
    /// The completion that its source's own id of it leads to.
    pub by_external_id: Option<String>,
    /// The completion that its transaction id leads to, within its app.
    pub by_transaction_id: Option<String>,
}

impl Breach {
    /// A breach of a rule by a record.
    pub fn new(record: &str, rule: Rule, what: impl Into<String>) -> Self {
        Self { record: record.to_owned(), rule, what: what.into() }
    }
}

impl Examined {
    /// What it breaks.
    pub fn breaches(&self) -> Vec<Breach> {
        let mut found = Vec::new();
        self.check_keys(&mut found);
        self.check_reversals(&mut found);
        self.callbacks.iter().for_each(|callback| self.check_callback(callback, &mut found));
        found
    }

    fn check_keys(&self, found: &mut Vec<Breach>) {
        let own = self.completion.id.as_str();
        for (key, led_to) in [("externalId", &self.by_external_id), ("transaction id", &self.by_transaction_id)] {
            let what = match led_to.as_deref() {
                Some(id) if id == own => continue,
                Some(other) => format!("its {key} leads to {other}"),
                None => format!("no key remembers its {key}, so that it could be recorded a second time"),
            };
            found.push(Breach::new(own, Rule::Keys, what));
        }
    }

    fn check_reversals(&self, found: &mut Vec<Breach>) {
        let completion = &self.completion;
        let mut breach = |record: &str, what: String| found.push(Breach::new(record, Rule::Reversals, what));
        if usize::try_from(self.reversals_counted).ok() != Some(self.reversals.len()) {
            let what = format!("counts {} reversals and has {}", self.reversals_counted, self.reversals.len());
            breach(&completion.id, what);
        }
        for (number, reversal) in (1_u32..).zip(&self.reversals) {
            if reversal.taken.ordinal != number {
                breach(&reversal.id, format!("bears the number {} and is number {number}", reversal.taken.ordinal));
            }
            if reversal.taken.whole && self.reversals.len() > 1 {
                breach(&reversal.id, "takes back the whole, and is not the only reversal".to_owned());
            }
            if reversal.taken.whole && !is_all_of(&reversal.taken, completion) {
                breach(&reversal.id, "takes back the whole, in other amounts than the completion has".to_owned());
            }
        }
        for (field, given, taken) in self.amounts() {
            let what = match (given, taken) {
                (_, None) => continue,
                (None, Some(_)) => format!("its reversals take back a {field} that it has not"),
                (Some(given), Some(taken)) if taken > given => {
                    format!("its reversals take back more {field} than there was")
                }
                _ => continue,
            };
            breach(&completion.id, what);
        }
    }

    /// Each amount of the completion and what was taken back of it in sum, in units that have no fractions.
    fn amounts(&self) -> [(&'static str, Option<i128>, Option<i128>); 4] {
        let completion = &self.completion;
        let sum = |amount: fn(&TakenBack) -> Option<i128>| {
            let mut amounts = self.reversals.iter().filter_map(|reversal| amount(&reversal.taken)).peekable();
            amounts.peek().is_some().then(|| amounts.sum())
        };
        let wide = |amount: Option<Minor>| amount.map(i128::from);
        [
            ("payoutMinor", wide(completion.payout_minor), sum(|taken| taken.payout_minor.map(i128::from))),
            ("rewardMinor", wide(completion.reward_minor), sum(|taken| taken.reward_minor.map(i128::from))),
            ("grossMinor", wide(completion.gross_minor), sum(|taken| taken.gross_minor.map(i128::from))),
            ("userReward", worth(completion.user_reward.as_ref()), sum(|taken| worth(taken.user_reward.as_ref()))),
        ]
    }

    fn check_callback(&self, callback: &Delivery, found: &mut Vec<Breach>) {
        let mut breach = |rule: Rule, what: String| found.push(Breach::new(&callback.id, rule, what));
        if callback.status == Status::Delivered && callback.told != Told::Yes {
            breach(Rule::Told, "is delivered, and its receiver was not told".to_owned());
        }
        let mark =
            if callback.kind == DeliveryKind::Completion { extent(&self.completion, &self.reversals) } else { None };
        if callback.reversed != mark {
            let words = |extent: Option<Extent>| extent.map_or("nothing", Extent::as_str);
            let what =
                format!("is marked as if {} had been taken back; it was {}", words(callback.reversed), words(mark));
            breach(Rule::Mark, what);
        }
        // Where retention has removed the completion's callback, it had ended long before.
        let first = self.callbacks.iter().find(|other| {
            other.kind == DeliveryKind::Completion
                && other.endpoint_id == callback.endpoint_id
                && other.id != callback.id
        });
        if let (DeliveryKind::Reversal, Some(first)) = (callback.kind, first) {
            let goes = matches!(callback.status, Status::Pending | Status::Sending | Status::Retrying);
            let may_go = first.status == Status::Delivered
                || (matches!(first.status, Status::Dead | Status::Canceled) && first.told == Told::Yes);
            if (goes || callback.told != Told::Never) && !may_go {
                let what = format!("overtakes {}, which is {}", first.id, first.status.as_str());
                breach(Rule::Order, what);
            }
            let waits = callback.status == Status::Held && callback.waiting_for == Some(WaitingFor::Completion);
            let taken = extent(&self.completion, &self.reversals).unwrap_or(Extent::Part);
            if waits && order(first.status, first.told, taken) != Order::Wait {
                breach(Rule::Order, format!("still waits for {}, which is {}", first.id, first.status.as_str()));
            }
        }
    }
}

/// Whether a reversal takes every amount of a completion, however the digits are written.
fn is_all_of(taken: &TakenBack, completion: &Completion) -> bool {
    (taken.payout_minor, taken.reward_minor, taken.gross_minor)
        == (completion.payout_minor, completion.reward_minor, completion.gross_minor)
        && worth(taken.user_reward.as_ref()) == worth(completion.user_reward.as_ref())
}

fn worth(amount: Option<&Decimal>) -> Option<i128> {
    amount.map(Decimal::billionths)
}

#[cfg(test)]
mod tests;
