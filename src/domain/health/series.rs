//! A series: which stretch of time somebody asks about, in which steps, and which roll-ups answer it.
//!
//! Roll-ups are of five minutes, and of hours once these are over and folded. A stretch is read from hours as far as it holds
//! whole ones that are folded, and from five minutes at its edges, so nothing is counted twice.

use std::time::Duration;

use super::rollup::{Step, aligned};
use crate::domain::invalid::Invalid;
use crate::domain::time::Timestamp;

/// Steps that may be asked for, in seconds.
pub const STEPS: [u32; 3] = [300, 3_600, 86_400];
/// Most buckets of an answer: more than a chart has pixels.
pub const MOST_BUCKETS: i64 = 1_000;
/// How long roll-ups of five minutes are kept: a week's chart in its finest step, and a day more.
pub const FIVE_MINUTES_KEPT: Duration = Duration::from_secs(8 * 86_400);
/// Five minutes are settled so long after their end: every node has written them by then, also one that could not reach the
/// database for a while. An hour is folded once all of it is settled.
pub const SETTLED_AFTER: Duration = Duration::from_secs(15 * 60);
/// What is asked about unless somebody says otherwise.
const USUAL: Duration = Duration::from_secs(86_400);

/// A stretch of time in steps of one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series {
    /// Where the first bucket begins.
    pub from: Timestamp,
    /// Where the last one ends.
    pub to: Timestamp,
    /// How long each is.
    pub step: Duration,
}

/// A stretch of time that roll-ups of one length are read of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// How long each roll-up is.
    pub step: Step,
    /// From this instant on.
    pub from: Timestamp,
    /// Up to this one.
    pub to: Timestamp,
}

impl Series {
    /// What is asked for: 24 hours in steps of five minutes unless something else is said. `from` and `to` move outwards to
    /// whole steps, counted from 1970 on.
    pub fn asked(
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        step: Option<u32>,
        now: Timestamp,
    ) -> Result<Self, Invalid> {
        let seconds = step.unwrap_or(STEPS[0]);
        if !STEPS.contains(&seconds) {
            return Err(Invalid::field("step", format!("must be one of {STEPS:?} seconds")));
        }
        let step = Duration::from_secs(seconds.into());
        // The present instant is part of what is asked about.
        let end = to.unwrap_or(now.plus(Duration::from_millis(1)));
        let begin = from.unwrap_or(end.minus(USUAL.max(step)));
        if begin >= end {
            return Err(Invalid::field("from", "must be before to"));
        }
        // The step that the end lies in belongs to it; an end between two steps begins none.
        let last = aligned(Timestamp::from_millis(end.as_millis() - 1), step);
        // Without a beginning of its own it is so many whole steps, the present one among them.
        let first = match from {
            Some(from) => aligned(from, step),
            None => last.plus(step).minus(USUAL.max(step)),
        };
        let series = Self { from: first, to: last.plus(step), step };
        if series.len() > MOST_BUCKETS {
            let message = format!("is too early: {seconds} s make more than {MOST_BUCKETS} buckets up to the end");
            return Err(Invalid::field("from", message));
        }
        if step < Step::Hour.length() && series.from < aligned(now.minus(FIVE_MINUTES_KEPT), step) {
            let message = "is too early for steps of 300 s, which are kept for 8 days: give step=3600";
            return Err(Invalid::field("from", message));
        }
        Ok(series)
    }

    /// The last 24 hours, the five minutes of the present among them.
    pub fn last_day(now: Timestamp) -> Self {
        let step = Step::FiveMinutes.length();
        let to = aligned(now, step).plus(step);
        Self { from: to.minus(USUAL), to, step }
    }

    /// Its two parts at this instant: five minutes that are settled, to which nothing is added any more, and all others.
    pub fn parted(&self, now: Timestamp) -> (Self, Self) {
        let settled_until = aligned(now.minus(SETTLED_AFTER), Step::FiveMinutes.length()).clamp(self.from, self.to);
        (Self { to: settled_until, ..*self }, Self { from: settled_until, ..*self })
    }

    /// How many buckets it has.
    pub fn len(&self) -> i64 {
        let millis = |length: Duration| i64::try_from(length.as_millis()).unwrap_or(i64::MAX).max(1);
        millis(self.to.since(self.from)) / millis(self.step)
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The beginning of each bucket, in order.
    pub fn buckets(&self) -> impl Iterator<Item = Timestamp> {
        std::iter::successors(Some(self.from), |at| Some(at.plus(self.step))).take_while(|at| *at < self.to)
    }

    /// The bucket that a roll-up belongs to.
    pub fn bucket_of(&self, at: Timestamp) -> Timestamp {
        aligned(at, self.step)
    }

    /// The roll-ups that one bucket for each of its steps is made of. Hours before `folded_until` are folded.
    pub fn pieces(&self, folded_until: Option<Timestamp>) -> Vec<Piece> {
        let whole = Piece { step: Step::FiveMinutes, from: self.from, to: self.to };
        if self.step < Step::Hour.length() { vec![whole] } else { self.sum_pieces(folded_until) }
    }

    /// The roll-ups that its sum is made of, as few as there are.
    pub fn sum_pieces(&self, folded_until: Option<Timestamp>) -> Vec<Piece> {
        let hour = Step::Hour.length();
        let first = Step::Hour.begin(self.from.plus(hour).minus(Duration::from_millis(1)));
        let last = folded_until.map_or(first, |until| Step::Hour.begin(until.min(self.to))).max(first);
        let edges = if first < last { [(self.from, first), (last, self.to)] } else { [(self.from, self.to); 2] };
        let edge = |(from, to)| Piece { step: Step::FiveMinutes, from, to };
        let hours = Piece { step: Step::Hour, from: first, to: last };
        let mut pieces = vec![edge(edges[0])];
        if first < last {
            pieces.extend([hours, edge(edges[1])]);
        }
        pieces.retain(|piece| piece.from < piece.to);
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(&format!("2026-11-{text}:00Z")).unwrap()
    }

    fn now() -> Timestamp {
        at("29T14:07")
    }

    fn asked(from: Option<&str>, to: Option<&str>, step: u32) -> Result<Series, Invalid> {
        Series::asked(from.map(at), to.map(at), Some(step), now())
    }

    /// Step and bounds of each piece, as times of day.
    fn shown(pieces: &[Piece]) -> Vec<String> {
        let time = |at: Timestamp| at.to_string()[8..16].to_owned();
        pieces.iter().map(|piece| format!("{:?} {}-{}", piece.step, time(piece.from), time(piece.to))).collect()
    }

    #[test]
    fn unless_something_else_is_said_it_is_a_day_in_steps_of_five_minutes_up_to_the_present_one() {
        let series = Series::asked(None, None, None, now()).unwrap();
        assert_eq!(series, Series { from: at("28T14:10"), to: at("29T14:10"), step: Duration::from_secs(300) });
        assert_eq!((series.len(), series.buckets().count()), (288, 288));
        assert_eq!(series, Series::last_day(now()));
        let on_the_edge = Series::asked(None, None, None, at("29T14:10")).unwrap();
        assert_eq!((on_the_edge.from, on_the_edge.to), (at("28T14:15"), at("29T14:15")));
        let days = Series::asked(None, None, Some(86_400), now()).unwrap();
        assert_eq!((days.from, days.len()), (at("29T00:00"), 1));
    }

    #[test]
    fn of_the_last_day_all_but_the_last_minutes_is_settled_and_the_bounds_move_every_five_minutes() {
        let parts = |now: &str| {
            let (settled, open) = Series::last_day(at(now)).parted(at(now));
            shown(&[settled, open].map(|part| Piece { step: Step::FiveMinutes, from: part.from, to: part.to }))
        };
        let until_10 = ["FiveMinutes 28T14:10-29T13:50", "FiveMinutes 29T13:50-29T14:10"];
        assert_eq!([parts("29T14:05"), parts("29T14:09")], [until_10, until_10]);
        assert_eq!(parts("29T14:10"), ["FiveMinutes 28T14:15-29T13:55", "FiveMinutes 29T13:55-29T14:15"]);
    }

    #[test]
    fn what_is_past_is_settled_as_a_whole_and_what_began_just_now_not_at_all() {
        let past = asked(Some("20T10:00"), Some("20T13:00"), 3_600).unwrap();
        assert_eq!(past.parted(now()), (past, Series { from: past.to, ..past }));
        let present = asked(Some("29T14:00"), None, 300).unwrap();
        assert_eq!(present.parted(now()), (Series { to: present.from, ..present }, present));
    }

    #[test]
    fn its_ends_move_outwards_to_whole_steps() {
        let series = asked(Some("20T10:59"), Some("20T13:01"), 3_600).unwrap();
        assert_eq!((series.from, series.to, series.len()), (at("20T10:00"), at("20T14:00"), 4));
        let exact = asked(Some("20T10:00"), Some("20T13:00"), 3_600).unwrap();
        assert_eq!((exact.from, exact.to), (at("20T10:00"), at("20T13:00")));
    }

    #[test]
    fn what_is_out_of_bounds_names_its_field() {
        for (from, to, step, field) in [
            (None, None, 60, "step"),
            (Some("20T10:00"), Some("20T10:00"), 3_600, "from"),
            (Some("25T10:00"), None, 300, "from"),
            (Some("20T10:00"), Some("20T12:00"), 300, "from"),
        ] {
            let refused = asked(from, to, step).unwrap_err();
            assert_eq!(refused.0[0].field, field, "{from:?} {to:?} {step}");
        }
        assert!(asked(Some("27T10:00"), None, 300).is_ok());
        assert!(asked(Some("01T10:00"), None, 3_600).is_ok());
    }

    #[test]
    fn whole_hours_that_are_folded_are_read_as_hours_and_the_edges_as_five_minutes() {
        let series = Series::last_day(now());
        let read = |until: Option<&str>| shown(&series.sum_pieces(until.map(at)));
        assert_eq!(
            read(Some("29T13:00")),
            ["FiveMinutes 28T14:10-28T15:00", "Hour 28T15:00-29T13:00", "FiveMinutes 29T13:00-29T14:10"]
        );
        let unfolded = ["FiveMinutes 28T14:10-29T14:10"];
        assert_eq!([read(None), read(Some("28T15:00")), read(Some("28T10:00"))], [unfolded, unfolded, unfolded]);
        let hours = asked(Some("20T10:00"), Some("20T13:00"), 3_600).unwrap();
        assert_eq!(shown(&hours.pieces(Some(at("29T13:00")))), ["Hour 20T10:00-20T13:00"]);
    }
}
