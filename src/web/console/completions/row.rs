//! A completion as the list shows it.

use crate::actions::app_names::Namesakes;
use crate::domain::completion::{Completion, Review, ReviewState};
use crate::domain::currency;
use crate::domain::delivery::Extent;
use crate::domain::ledger::TakenInSum;
use crate::domain::reversal::{self, Reversal};
use crate::domain::time::Timestamp;
use crate::store::completion_lists::Entry;
use crate::web::console::parts::delivery_list::Whom;
use crate::web::console::parts::state::{State, Tone};
use crate::web::console::words::amounts;
use crate::web::console::words::cuts::{self, Long};
use crate::web::console::words::instants::{self, Moment};

/// Characters of a name in a row.
const OF_A_NAME: usize = 40;

/// A row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) recorded: Moment,
    pub(super) app: Long,
    pub(super) transaction: Long,
    pub(super) user: Whom,
    pub(super) offer: Option<Long>,
    pub(super) reward: Option<String>,
    pub(super) payout: Option<String>,
    pub(super) reversed: Option<String>,
    pub(super) callback: Option<State>,
    pub(super) review: Option<State>,
}

impl Row {
    pub(super) fn of(entry: &Entry, namesakes: &Namesakes, now: Timestamp) -> Self {
        let completion = &entry.completion;
        let offer = completion.offer_name.as_ref().or(completion.offer_id.as_ref());
        Self {
            id: completion.id.clone(),
            recorded: instants::listed(completion.recorded_at, now),
            app: cuts::name(&entry.app_name, namesakes.beside(&completion.app_id), OF_A_NAME),
            transaction: cuts::id(&completion.transaction_id),
            user: if entry.is_erased { Whom::Erased } else { Whom::Known(cuts::id(&completion.user_id)) },
            offer: offer.map(|name| cuts::text(name, OF_A_NAME)),
            reward: completion.user_reward.as_ref().map(|reward| amounts::reward(reward.as_str())),
            payout: completion.payout_minor.map(|payout| amounts::minor(payout, &completion.currency)),
            reversed: reversed(completion, &entry.reversals),
            callback: entry.callback.map(|status| State::of(status.as_str())),
            review: completion.review.map(|review| of_review(review, now)),
        }
    }
}

/// `Whole`, or `Part: 5.00 USD`.
pub(super) fn reversed(completion: &Completion, reversals: &[Reversal]) -> Option<String> {
    let extent = reversal::extent(completion, reversals)?;
    if extent == Extent::Whole {
        return Some("Whole".to_owned());
    }
    let taken = TakenInSum::of(reversals)?;
    let payout = taken.payout_minor.filter(|payout| *payout > 0).and_then(|payout| i64::try_from(payout).ok());
    let amount = match (payout, taken.user_reward) {
        (Some(payout), _) => currency::written(payout, &completion.currency),
        (None, Some(reward)) => amounts::reward(&reward.to_string()),
        (None, None) => return Some("Part".to_owned()),
    };
    Some(format!("Part: {amount}"))
}

/// Where a review stands.
pub(super) fn of_review(review: Review, now: Timestamp) -> State {
    let state = |word: &str, icon, tone| State { word: word.to_owned(), icon, tone, under: None };
    match review.state {
        ReviewState::Waiting => {
            let until = instants::listed(review.until, now).shown;
            state("In review", "held", Tone::Hold).because(format!("until {until}"))
        }
        ReviewState::Released => state("Released", "delivered", Tone::Ok),
        ReviewState::Rejected => state("Rejected", "canceled", Tone::Idle),
    }
}
