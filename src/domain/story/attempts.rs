//! Attempts in words: how one ended, whose fault it was, and how many in a row ended alike.

use std::borrow::Cow;
use std::time::Duration;

use url::Url;

use super::{Callback, Reader};
use crate::domain::attempt::Attempt;
use crate::domain::delivery::Outcome;
use crate::domain::durations;

/// Longest origin that is named in a sentence.
const LONGEST_ORIGIN: usize = 160;

/// How an attempt ended, without its number: `your server answered 500`.
pub(super) fn ending(attempt: &Attempt, reader: Reader) -> String {
    let server = reader.server();
    let status = attempt.status_code.map_or_else(|| "without a status".to_owned(), |status| status.to_string());
    match attempt.outcome {
        Outcome::Delivered | Outcome::HttpStatus => format!("{server} answered {status}"),
        Outcome::BodyMismatch => format!("{server} answered {status}, but with a body that acknowledges nothing"),
        Outcome::Redirect => format!("{server} answered {status}, a redirect, which is never followed"),
        Outcome::Timeout => format!("{server} gave no answer in time"),
        Outcome::Connect => format!("{server} took no connection"),
        Outcome::Tls => format!("no TLS session with {server} could be made"),
        Outcome::Dns => format!("the name of {server} has no address"),
        Outcome::Protocol => format!("the connection to {server} broke, or what came was not HTTP"),
        Outcome::BlockedTarget => format!("the address of {server} is not public, so nothing was sent"),
        Outcome::EgressUnavailable => "the egress IP could not be used".to_owned(),
        Outcome::Interrupted => "the exchange was interrupted".to_owned(),
    }
}

/// The same of an acknowledgement, with how long it took: `your server answered 200 in 84 ms`.
pub(super) fn acknowledgement(attempt: &Attempt, reader: Reader) -> String {
    let took = durations::written(Duration::from_millis(attempt.duration_ms));
    format!("{} in {took}", ending(attempt, reader))
}

/// What failed on our side, where it was that.
pub(super) fn our_fault(attempt: &Attempt) -> &'static str {
    match attempt.outcome {
        Outcome::Dns => "our resolver gave no answer",
        Outcome::EgressUnavailable => "the egress IP could not be used",
        Outcome::Interrupted => "the exchange was interrupted",
        Outcome::Protocol => "the request could not be sent",
        _ => "something failed on our side",
    }
}

/// What sets it right, where the publisher has to, in the words of the reader: `Fix it`.
pub(super) fn remedy(attempt: &Attempt, reader: Reader) -> Cow<'static, str> {
    if let (Outcome::Redirect, Some((called, asked))) = (attempt.outcome, redirected_origins(attempt)) {
        let saves = reader.choose("Save", "The publisher saves");
        return Cow::Owned(format!("{saves} the callback URL with {asked} in place of {called}"));
    }
    Cow::Borrowed(match attempt.outcome {
        Outcome::Redirect => reader.choose(
            "Save the address that it leads to as the callback URL",
            "The publisher saves the address that it leads to as the callback URL",
        ),
        Outcome::Dns => reader.choose(
            "Fix the callback URL, or the name in DNS",
            "The publisher fixes the callback URL, or the name in DNS",
        ),
        Outcome::BlockedTarget => reader.choose(
            "Save a callback URL whose address is public",
            "The publisher saves a callback URL whose address is public",
        ),
        _ => reader.choose("Fix it", "The publisher fixes it"),
    })
}

/// The origin that was called and the one that a redirect leads to, where that is another. Nothing else of the address is named: it
/// is one callback's, with its user in path or query, and would be saved for all of them.
fn redirected_origins(attempt: &Attempt) -> Option<(String, String)> {
    let (_, location) = attempt.response_headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("location"))?;
    let called = Url::parse(attempt.url.as_deref()?).ok()?;
    let asked = called.join(location).ok()?.origin();
    let written = asked.ascii_serialization();
    let is_another = asked.is_tuple() && asked != called.origin() && written.len() <= LONGEST_ORIGIN;
    is_another.then(|| (called.origin().ascii_serialization(), written))
}

/// What an attempt is, beside how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// One of the schedule.
    Counted,
    /// Made at once under the other key of a rotation.
    OtherKey,
    /// It failed by a fault of ours, which uses up none.
    OurFault,
}

/// What an attempt is, by the one before it. The store keeps only that it is not counted.
pub(super) fn role(attempt: &Attempt, before: Option<&Attempt>) -> Role {
    let was_refused = |before: &Attempt| {
        before.counted && before.next_attempt_at.is_none() && matches!(before.status_code, Some(401 | 422))
    };
    let other_key = |before: &Attempt| attempt.secret_id.is_some() && attempt.secret_id != before.secret_id;
    if attempt.counted {
        Role::Counted
    } else if before.is_some_and(|before| was_refused(before) && other_key(before)) {
        Role::OtherKey
    } else {
        Role::OurFault
    }
}

impl Callback<'_> {
    /// What the last attempt was, and that attempt.
    pub(super) fn last(&self) -> Option<(&Attempt, Role)> {
        let (last, before) = self.attempts.split_last()?;
        Some((last, role(last, before.last())))
    }

    /// What became of the counted attempts since it was opened, where none was acknowledged: `your server answered 500 six
    /// times`.
    pub(super) fn failure(&self, reader: Reader) -> Option<String> {
        let of_round = usize::try_from(self.delivery.counters.round_attempts).unwrap_or(usize::MAX);
        let counted: Vec<&Attempt> = self.attempts.iter().filter(|attempt| attempt.counted).collect();
        let round = counted.get(counted.len().saturating_sub(of_round)..).unwrap_or_default();
        let last = round.last()?;
        let alike = |other: &&&Attempt| (other.outcome, other.status_code) == (last.outcome, last.status_code);
        let words = ending(last, reader);
        Some(if round.iter().all(|attempt| alike(&attempt)) {
            let comma = if last.outcome == Outcome::HttpStatus { "" } else { "," };
            if round.len() == 1 { words } else { format!("{words}{comma} {}", times(round.len())) }
        } else {
            format!("{} attempts failed; at the last one {words}", number(round.len()))
        })
    }
}

const NUMBERS: [&str; 13] =
    ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

fn number(of: usize) -> String {
    NUMBERS.get(of).map_or_else(|| of.to_string(), |&word| word.to_owned())
}

/// `once`, `twice`, `six times`, `13 times`.
pub(super) fn times(of: usize) -> String {
    match of {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{} times", number(of)),
    }
}
