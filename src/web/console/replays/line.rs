//! A replay in words: where it stands, what it is about, how far it has come.

use url::form_urlencoded;

use crate::domain::app::App;
use crate::domain::replay::selection::{Range, Selection};
use crate::domain::replay::{Replay, ReplayState, Skipped};
use crate::domain::time::Timestamp;
use crate::web::console::navigation;
use crate::web::console::parts::state::{State, Tone};
use crate::web::console::words::amounts::count;
use crate::web::console::words::cuts::{self, Long};
use crate::web::console::words::instants::{self, Moment};

/// When the deliveries of a replay were accepted.
#[derive(Clone, Debug)]
pub(super) enum Window {
    /// From an instant to another one.
    Between(Moment, Moment),
    /// Since a delivery.
    Since(Long),
}

impl Window {
    pub(super) fn of(range: &Range, now: Timestamp) -> Self {
        match range {
            Range::Window { from, to } => Self::Between(instants::listed(*from, now), instants::listed(*to, now)),
            Range::Since { delivery_id } => Self::Since(cuts::id(delivery_id)),
        }
    }
}

/// The list of the deliveries of a selection that has both ends: those in its states, and no others.
pub(super) fn listed(selection: &Selection, app: &App) -> Option<String> {
    let states: Vec<&str> = selection.statuses.iter().map(|status| status.as_str()).collect();
    in_state(selection, app, &states.join(","))
}

/// The list of all the deliveries of its time that are in this state; an empty one is any. To the instant, so that it holds
/// what was counted.
pub(super) fn in_state(selection: &Selection, app: &App, state: &str) -> Option<String> {
    let Range::Window { from, to } = &selection.range else { return None };
    let (from, to) = (instants::typed_exactly(*from), instants::typed_exactly(*to));
    let mut query = form_urlencoded::Serializer::new(String::new());
    let given = [("app", app.called()), ("state", state), ("from", &from), ("to", &to)];
    query.extend_pairs(given.iter().filter(|(_, text)| !text.is_empty()));
    navigation::is_built("/deliveries").then(|| format!("/deliveries?{}", query.finish()))
}

/// `Dead, Delivered`.
pub(super) fn states(selection: &Selection) -> String {
    let words: Vec<String> = selection.statuses.iter().map(|status| State::of(status.as_str()).word).collect();
    words.join(", ")
}

/// Where it stands.
pub(super) fn state(replay: &Replay) -> State {
    let (word, icon, tone) = match replay.state {
        ReplayState::Running => ("Running", "sending", Tone::Accent),
        // Not a tick: what was sent again may have failed again.
        ReplayState::Done => ("Sent again", "retrying", Tone::Idle),
        ReplayState::Canceled => ("Canceled", "canceled", Tone::Idle),
    };
    State { word: word.to_owned(), icon, tone, under: None }
}

/// `840 of 1,240`.
pub(super) fn progress(replay: &Replay) -> String {
    format!("{} of {}", count(replay.done), count(replay.total))
}

/// `9 reversed, 3 in review`; nothing where nothing is left out.
pub(super) fn skipped(skipped: &Skipped) -> Option<String> {
    let Skipped { reversed, review, erased, archived, reopened } = *skipped;
    let reasons = [
        (reversed, "reversed"),
        (review, "in review"),
        (erased, "erased"),
        (archived, "of archived endpoints"),
        (reopened, "sent again meanwhile"),
    ];
    let said: Vec<String> = reasons
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, reason)| format!("{} {reason}", count(number)))
        .collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// `1,240 deliveries`.
pub(super) fn deliveries(number: u64) -> String {
    match number {
        1 => "1 delivery".to_owned(),
        _ => format!("{} deliveries", count(number)),
    }
}

/// `1,240 deliveries would be sent again. 12 are left out: 9 reversed, 3 in review.`
pub(super) fn counted(total: u64, left_out: &Skipped) -> String {
    let sent = match total.saturating_sub(left_out.sum()) {
        0 => "No delivery would be sent again.".to_owned(),
        sent => format!("{} would be sent again.", deliveries(sent)),
    };
    match (left_out.sum(), skipped(left_out)) {
        (1, Some(reasons)) => format!("{sent} 1 is left out: {reasons}."),
        (number, Some(reasons)) => format!("{sent} {} are left out: {reasons}.", count(number)),
        _ => sent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_sent_and_what_is_left_out_is_said_in_one_line() {
        let of = |total, reversed, review| counted(total, &Skipped { reversed, review, ..Skipped::default() });
        assert_eq!(of(1_252, 9, 3), "1,240 deliveries would be sent again. 12 are left out: 9 reversed, 3 in review.");
        assert_eq!(of(2, 1, 0), "1 delivery would be sent again. 1 is left out: 1 reversed.");
        assert_eq!(of(0, 0, 0), "No delivery would be sent again.");
    }
}
