//! Where a delivery stands, as a list shows it: its state, how far its attempts are, and the small line that says why.

use std::time::Duration;

use crate::actions::delivery_list::DeliveryRow;
use crate::domain::delivery::{EndedReason, Status, WaitingFor};
use crate::domain::time::Timestamp;
use crate::web::console::parts::state::State;
use crate::web::console::words::{instants, waits};

/// What has been due for less than this is in line; afterwards it waits for a place.
const IN_LINE: Duration = Duration::from_secs(2);

/// The state of a delivery at this instant; `server` is the receiver in the reader's words.
pub(super) fn of(row: &DeliveryRow, server: &str, now: Timestamp) -> State {
    let delivery = &row.delivery;
    let state = State::of(delivery.status.as_str());
    let made = delivery.counters.attempts_made;
    match delivery.status {
        Status::Pending | Status::Held => waiting(row, state, server, now),
        Status::Retrying => {
            let next = delivery.counters.round_attempts + 1;
            let most = row.most_attempts.filter(|most| next <= *most);
            waiting(row, most.map_or(state.clone(), |most| state.attempt(next, most)), server, now)
        }
        Status::Sending => state.because("right now"),
        Status::Delivered if made <= 1 => state.because("at the first attempt"),
        Status::Delivered => state.because(format!("after {made} attempts")),
        Status::Dead if delivery.ended_reason == Some(EndedReason::Expired) => state.because("waited for too long"),
        Status::Dead if made == 0 => state.because("nothing was sent"),
        Status::Dead if made == 1 => state.because("after 1 attempt"),
        Status::Dead => state.because(format!("after {made} attempts")),
        Status::Canceled => state.because(match delivery.ended_reason {
            Some(EndedReason::ReversedBeforeSend) => "reversed before it was sent",
            Some(EndedReason::Rejected) => "rejected in review",
            Some(EndedReason::Expired) | None => "by hand",
        }),
    }
}

fn waiting(row: &DeliveryRow, state: State, server: &str, now: Timestamp) -> State {
    let due = row.delivery.due_at;
    match row.waiting_for {
        Some(reason @ WaitingFor::EgressIp) => state.because_of_trouble(waits::kept_back(reason, row.awaited_address)),
        Some(WaitingFor::Retry) if row.delivery.counters.faults > 0 => state.because("our fault, not counted"),
        Some(WaitingFor::Retry) => state.because(due.map_or("in line".to_owned(), |due| {
            let to_come = instants::to_come(due, now).shown;
            if to_come == "now" { "due now".to_owned() } else { to_come }
        })),
        Some(WaitingFor::Permit) | None if due.is_none_or(|due| now.since(due) < IN_LINE) => state.because("in line"),
        Some(WaitingFor::Permit) | None => state.because("waits for a free place"),
        Some(WaitingFor::Circuit) => state.because(format!("{} down", server.trim_start_matches("the "))),
        Some(WaitingFor::RateLimit) => state.because("waits for the app's limit"),
        Some(WaitingFor::Completion) => state.because("waits for its completion"),
        Some(WaitingFor::Review) => state.because(match due {
            Some(until) => format!("in review until {}", instants::listed(until, now).shown),
            None => "in review".to_owned(),
        }),
        Some(
            reason @ (WaitingFor::AppPaused
            | WaitingFor::CallbackUrl
            | WaitingFor::Secret
            | WaitingFor::Fields
            | WaitingFor::EndpointDisabled),
        ) => state.because(waits::reason(reason)),
    }
}
