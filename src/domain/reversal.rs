//! Reversals: a completion taken back, wholly or in part, and what may follow for its callbacks.
//!
//! Pure: what was taken back before is given. Nothing here knows dialects; which of them can tell a part is the
//! recipe's to say.

mod report;

use serde::{Deserialize, Serialize};

pub use report::ReversalReport;

use super::amount::{Decimal, Minor};
use super::completion::Completion;
use super::delivery::{Delivery, Extent, Status, Told};
use super::invalid::Invalid;
use super::manual::Manual;
use super::taken_back::TakenBack;
use super::time::Timestamp;
use super::words::words;

words! {
    /// Why something is taken back.
    Reason {
        /// The user's money went back.
        Refund = "refund",
        /// The user's bank took the money back.
        Chargeback = "chargeback",
        /// It was never honest.
        Fraud = "fraud",
        /// It had been counted before, under another name.
        Duplicate = "duplicate",
        /// Anything else.
        Other = "other",
    }
}

/// A reversal as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reversal {
    /// `rev_…`
    pub id: String,
    /// What it takes back.
    pub completion_id: String,
    /// Of this app.
    pub app_id: String,
    /// The reporter's name for it; the one that needs none has none.
    pub reversal_id: Option<String>,
    /// What the reporter asked for.
    pub asked: Asked,
    /// Why.
    pub reason: Reason,
    /// What is taken back.
    pub taken: TakenBack,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who took it back by hand, and why.
    pub manual: Option<Manual>,
}

/// The amounts that a reporter wants taken back; none: all that is left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// Of the publisher's payout.
    pub payout_minor: Option<Minor>,
    /// Of the user's reward in the payout currency.
    pub reward_minor: Option<Minor>,
    /// Of the user's reward in the app's currency.
    pub user_reward: Option<Decimal>,
}

/// What a completion's callback at one endpoint means for the callback of its reversal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The receiver knows of the completion: the reversal may go.
    Go,
    /// It may come to know of it: the reversal waits.
    Wait,
    /// It knows of nothing, and shall not be told of either.
    CancelBoth,
}

impl Asked {
    /// Whether no amount is named.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// The fields in which another one differs, by their names.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let same = [
            ("payoutMinor", self.payout_minor == other.payout_minor),
            ("rewardMinor", self.reward_minor == other.reward_minor),
            ("userReward", self.user_reward == other.user_reward),
        ];
        same.into_iter().filter(|(_, same)| !same).map(|(field, _)| field).collect()
    }
}

/// What a reversal that is reported means beside those that were recorded before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// This is to be taken back.
    New(TakenBack),
    /// The same was recorded before.
    Known(Box<Reversal>),
    /// Another one bears its name; these fields differ.
    Conflict(Vec<&'static str>),
    /// The time for it is over.
    TooLate,
    /// It asks for what cannot be taken back.
    Invalid(Invalid),
}

/// Judges a reversal that is reported at `now`. What was recorded `not_before` a time can no longer be taken back, but
/// what was taken back before then is known for ever.
pub fn judge(
    completion: &Completion,
    before: &[Reversal],
    report: &ReversalReport,
    not_before: Timestamp,
    now: Timestamp,
) -> Judged {
    if let Some(known) = before.iter().find(|known| known.reversal_id == report.reversal_id) {
        let fields = known.asked.differences(&report.asked);
        return if fields.is_empty() { Judged::Known(Box::new(known.clone())) } else { Judged::Conflict(fields) };
    }
    if completion.recorded_at < not_before {
        return Judged::TooLate;
    }
    match take_back(completion, before, report, report.occurred_at.unwrap_or(now)) {
        Ok(taken) => Judged::New(taken),
        Err(invalid) => Judged::Invalid(invalid),
    }
}

/// What a further reversal of a completion takes back. Never more, in sum, than the completion gave.
fn take_back(
    completion: &Completion,
    before: &[Reversal],
    report: &ReversalReport,
    occurred_at: Timestamp,
) -> Result<TakenBack, Invalid> {
    let left = left(completion, before);
    let asked = &report.asked;
    let taken = if asked.is_all() { left.clone() } else { part(&left, asked)? };
    let nothing_before = before.is_empty();
    if taken.is_nothing() && !(nothing_before && asked.is_all()) {
        let (field, message) = if asked.is_all() {
            ("externalId", "has been taken back already; nothing is left of it")
        } else {
            ("payoutMinor", "takes nothing back; leave all amounts out to take back the whole")
        };
        return Err(Invalid::field(field, message));
    }
    let whole = nothing_before && taken.is_worth(&left);
    // In the digits of the completion, however the amounts were asked for.
    let taken = if whole { left } else { taken };
    if !whole && !asked.is_all() && report.reversal_id.is_none() {
        return Err(Invalid::field("reversalId", "is required to take back a part"));
    }
    Ok(TakenBack {
        ordinal: u32::try_from(before.len()).unwrap_or(u32::MAX).saturating_add(1),
        whole,
        user_reward: taken.user_reward,
        reward_minor: taken.reward_minor,
        payout_minor: taken.payout_minor,
        gross_minor: if whole { completion.gross_minor } else { None },
        reason: Some(report.reason.as_str().to_owned()),
        occurred_at,
    })
}

/// How much of a completion these reversals take back; nothing, if there are none.
pub fn extent(completion: &Completion, reversals: &[Reversal]) -> Option<Extent> {
    let is_all = reversals.iter().any(|reversal| reversal.taken.whole) || left(completion, reversals).is_nothing();
    (!reversals.is_empty()).then_some(if is_all { Extent::Whole } else { Extent::Part })
}

/// What becomes of a reversal's callback, given the completion's: nothing may be credited only to be taken back, and no
/// reversal may overtake its completion.
pub fn order(status: Status, told: Told, extent: Extent) -> Order {
    match (status, told) {
        // Whatever was claimed counts as perhaps sent.
        (Status::Sending, _) => Order::Wait,
        (Status::Delivered, _) | (Status::Dead | Status::Canceled, Told::Yes) => Order::Go,
        (_, Told::Never) if extent == Extent::Whole => Order::CancelBoth,
        // A replay that waits would credit it anew, after the reversal if that went first.
        _ => Order::Wait,
    }
}

/// The same, of the completion's callback as it stands; `None` while nothing was taken back.
pub fn order_beside(callback: &Delivery) -> Option<Order> {
    Some(order(callback.status, callback.told, callback.reversed?))
}

/// Whether something may still be taken back: all of what nothing was taken back of, even where it has no amounts.
pub fn has_rest(completion: &Completion, before: &[Reversal]) -> bool {
    before.is_empty() || !left(completion, before).is_nothing()
}

/// What these reversals have left of a completion.
pub fn left(completion: &Completion, before: &[Reversal]) -> Asked {
    let minor = |given: Option<Minor>, taken: fn(&TakenBack) -> Option<Minor>| {
        let taken: Minor = before.iter().filter_map(|reversal| taken(&reversal.taken)).sum();
        given.map(|given| given.saturating_sub(taken))
    };
    let user_reward = completion.user_reward.as_ref().map(|given| {
        let parts = before.iter().filter_map(|reversal| reversal.taken.user_reward.as_ref());
        // No sum of parts is more than there was; if a hand in the database made it so, nothing is left.
        parts.fold(given.clone(), |left, part| left.minus(part).unwrap_or_else(Decimal::zero))
    });
    Asked {
        payout_minor: minor(completion.payout_minor, |taken| taken.payout_minor),
        reward_minor: minor(completion.reward_minor, |taken| taken.reward_minor),
        user_reward,
    }
}

/// The amounts asked for, where so much is left; what is not asked for stays with the completion.
fn part(left: &Asked, asked: &Asked) -> Result<Asked, Invalid> {
    let mut faults = Invalid::none();
    let mut minor = |field: &str, left: Option<Minor>, asked: Option<Minor>| match (left, asked) {
        (None, Some(_)) => {
            faults.push(field, "the completion has no such amount");
            None
        }
        (Some(left), Some(asked)) if asked > left => {
            faults.push(field, format!("is more than the {left} that are left"));
            None
        }
        (left, asked) => left.map(|_| asked.unwrap_or(0)),
    };
    let payout_minor = minor("payoutMinor", left.payout_minor, asked.payout_minor);
    let reward_minor = minor("rewardMinor", left.reward_minor, asked.reward_minor);
    let user_reward = match (&left.user_reward, &asked.user_reward) {
        (None, Some(_)) => {
            faults.push("userReward", "the completion has no such amount");
            None
        }
        (Some(left), Some(asked)) if left.minus(asked).is_none() => {
            faults.push("userReward", format!("is more than the {left} that are left"));
            None
        }
        (left, asked) => left.as_ref().map(|_| asked.clone().unwrap_or_else(Decimal::zero)),
    };
    faults.into_result().map(|()| Asked { payout_minor, reward_minor, user_reward })
}

impl Asked {
    /// Whether both are the same amounts, however they are written.
    fn is_worth(&self, other: &Self) -> bool {
        let worth = |asked: &Self| asked.user_reward.as_ref().map(Decimal::billionths);
        (self.payout_minor, self.reward_minor, worth(self)) == (other.payout_minor, other.reward_minor, worth(other))
    }

    /// Whether every amount is zero or absent.
    fn is_nothing(&self) -> bool {
        let zero = |amount: Option<Minor>| amount.unwrap_or(0) == 0;
        zero(self.payout_minor) && zero(self.reward_minor) && self.user_reward.as_ref().is_none_or(Decimal::is_zero)
    }
}

#[cfg(test)]
mod tests;
