//! What the end user may be told, to be passed on as it is: what the reward is, whether the app has confirmed it, and whether
//! anything is to be done. Of servers, attempts and states it says nothing, and it blames nobody.
//!
//! The user's app is where the first callback of the completion goes: further endpoints serve the publisher's own purposes.

use super::{Callback, Reader, Subject, Turn};
use crate::domain::completion::{Completion, ReviewState};
use crate::domain::currency;
use crate::domain::delivery::{DeliveryKind, EndedReason, Extent, Status, WaitingFor};
use crate::domain::moment::{bare, spoken};
use crate::domain::reversal::{Reason, Reversal};
use crate::domain::time::Timestamp;

/// Of a completion.
pub(super) fn of_completion(subject: &Subject<'_>, callbacks: &[Callback<'_>], now: Timestamp) -> String {
    let Subject { completion, reversals, .. } = subject;
    let reported = match completion.manual {
        Some(_) => format!("{} was credited {}", what(subject), spoken(completion.recorded_at, now)),
        None => format!("{} was reported {}", what(subject), spoken(completion.recorded_at, now)),
    };
    let own = callbacks.iter().find(|callback| callback.delivery.kind == DeliveryKind::Completion);
    // Several parts may come to the whole; only the callback knows that.
    let nothing_is_left = own.is_some_and(|callback| callback.delivery.reversed == Some(Extent::Whole));
    // A rejection takes the whole back as well.
    if completion.review.is_some_and(|review| review.state == ReviewState::Rejected) {
        return format!("{reported}{REJECTED}");
    }
    if let Some(last) = reversals.iter().rfind(|reversal| reversal.taken.whole || nothing_is_left) {
        return format!("{reported}, and {}.", taken_back(last, now));
    }
    let state = match completion.review.map(|review| review.state) {
        Some(ReviewState::Waiting) => {
            let until = completion.review.map(|review| format!(", until {} at the latest", bare(review.until, now)));
            format!(". It is being checked{}. {NOTHING_TO_DO}", until.unwrap_or_default())
        }
        Some(ReviewState::Released | ReviewState::Rejected) | None => match own {
            Some(callback) => of_callback(callback, now),
            None => format!(" and is recorded. {ASK}"),
        },
    };
    match reversals.last() {
        Some(part) => format!("{reported}{state} A part of it {}.", taken_back(part, now)),
        None => format!("{reported}{state}"),
    }
}

const ASK: &str = "If it is missing in the app, ask the app's support.";
const NOTHING_TO_DO: &str = "There is nothing that you need to do.";
const REJECTED: &str = ". It was checked and not approved, so it is not paid out.";
const NOT_YET: &str = ". The app has not confirmed it yet";

fn of_callback(callback: &Callback<'_>, now: Timestamp) -> String {
    let delivery = callback.delivery;
    match (delivery.status, delivery.ended_reason) {
        (Status::Delivered, _) => {
            let confirmed = delivery.ended_at.map(|at| format!(" {}", spoken(at, now))).unwrap_or_default();
            format!(", and the app confirmed it{confirmed}. {ASK}")
        }
        (Status::Canceled, Some(EndedReason::Rejected)) => REJECTED.to_owned(),
        (Status::Canceled, Some(_)) => ", and was taken back.".to_owned(),
        (Status::Dead | Status::Canceled, _) if callback.refusal.is_some() => {
            ". The app has not confirmed it, and it is not passed on any more. Ask the app's support.".to_owned()
        }
        (Status::Canceled, None) => {
            ". The app has not confirmed it, because it was not passed on. Ask the app's support.".to_owned()
        }
        (Status::Dead, _) => {
            let then =
                "We do not try again by ourselves; the app's team can have it passed on again. Ask the app's support.";
            format!("{NOT_YET}. {then}")
        }
        (Status::Sending, _) => {
            format!("{NOT_YET}: it is being passed on right now. {NOTHING_TO_DO}")
        }
        (Status::Pending | Status::Retrying | Status::Held, _) => match callback.waits(Reader::Staff, now).0 {
            // It is tried now and then, and may take it at any time; that somebody should look is not the user's affair.
            Turn::Publisher if !matches!(callback.waiting_for, Some(WaitingFor::Circuit | WaitingFor::Retry)) => {
                let first = "the app's team has something to do first";
                let then =
                    "The reward is recorded, and is passed on once that is done. The app's support can tell you more.";
                format!("{NOT_YET}: {first}. {then}")
            }
            Turn::Operator => {
                let first = "we have something to fix on our side first";
                format!(
                    "{NOT_YET}: {first}. The reward is recorded, and is passed on once that is done. {NOTHING_TO_DO}"
                )
            }
            Turn::Publisher | Turn::Ringback | Turn::OfferSystem | Turn::Nobody => {
                format!("{NOT_YET}. We keep trying by ourselves for a while. {NOTHING_TO_DO}")
            }
        },
    }
}

/// `Your reward of 60 for Family Island`
fn what(subject: &Subject<'_>) -> String {
    let amount = amount(subject.completion).map(|amount| format!(" of {amount}")).unwrap_or_default();
    let offer = subject.offer_name.map(|name| format!(" for {name}")).unwrap_or_default();
    format!("Your reward{amount}{offer}")
}

/// In the app's currency, digit for digit; else in money, where the report said only that.
fn amount(completion: &Completion) -> Option<String> {
    let in_money = |minor: i64| currency::written(minor, &completion.currency);
    completion.user_reward.as_ref().map(ToString::to_string).or_else(|| completion.reward_minor.map(in_money))
}

/// Whoever is suspected of something is not told so by a form letter.
fn taken_back(reversal: &Reversal, now: Timestamp) -> String {
    let why = match reversal.reason {
        Reason::Refund => ", because the purchase was refunded",
        Reason::Chargeback => ", because the payment was charged back",
        Reason::Duplicate => ", because it had been counted twice",
        Reason::Fraud | Reason::Other => "",
    };
    format!("was taken back {}{why}", spoken(reversal.recorded_at, now))
}
