//! Which deliveries a replay job is about: in which states, and accepted when. As it is asked for, and as it is meant.

use std::time::Duration;

use crate::domain::delivery::Status;
use crate::domain::invalid::Invalid;
use crate::domain::time::Timestamp;

/// The longest time that one job may be about: an outage that lasted longer is caught up with in several. It is as long as
/// what people may list by a filter that no index answers.
pub const LONGEST: Duration = Duration::from_secs(31 * 24 * 3600);
/// The most deliveries that may have to be looked at within the range of one job: a few seconds of reading, before anybody is
/// answered.
pub const MOST: u64 = 500_000;
/// What may be replayed, and what is if nobody says which: the states that a delivery ends in.
pub const ENDED: [Status; 3] = [Status::Dead, Status::Delivered, Status::Canceled];

/// Which deliveries of an app a job is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// In these states: some of those that a delivery ends in, in their order.
    pub statuses: Vec<Status>,
    /// Accepted then.
    pub range: Range,
}

/// When the deliveries of a job were accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Range {
    /// At or after the first instant, and before the second one.
    Window {
        /// The first.
        from: Timestamp,
        /// The second.
        to: Timestamp,
    },
    /// Since this delivery, which is the first of them.
    Since {
        /// Its id.
        delivery_id: String,
    },
}

/// A selection as it is asked for; absent parts were not given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The states.
    pub statuses: Option<Vec<String>>,
    /// The beginning of a window.
    pub from: Option<Timestamp>,
    /// Its end.
    pub to: Option<Timestamp>,
    /// The first delivery.
    pub since_delivery_id: Option<String>,
}

impl Asked {
    /// The selection that is meant. Without states it is what was given up, without an end all until now.
    pub fn selection(self, now: Timestamp) -> Result<Selection, Invalid> {
        let mut invalid = Invalid::none();
        let statuses = invalid.take(statuses(self.statuses));
        let range = invalid.take(range(self.from, self.to, self.since_delivery_id, now));
        match (statuses, range) {
            (Some(statuses), Some(range)) => Ok(Selection { statuses, range }),
            _ => Err(invalid),
        }
    }
}

fn statuses(asked: Option<Vec<String>>) -> Result<Vec<Status>, Invalid> {
    let Some(asked) = asked else { return Ok(vec![Status::Dead]) };
    let known = |word: &String| Status::parse(word).is_some_and(|status| ENDED.contains(&status));
    if asked.is_empty() || !asked.iter().all(known) {
        let words: Vec<&str> = ENDED.iter().map(|status| status.as_str()).collect();
        return Err(Invalid::field("status", format!("must be one or several of {}", words.join(", "))));
    }
    Ok(ENDED.into_iter().filter(|status| asked.iter().any(|word| word == status.as_str())).collect())
}

fn range(
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    since_delivery_id: Option<String>,
    now: Timestamp,
) -> Result<Range, Invalid> {
    match (from, to, since_delivery_id) {
        (None, None, Some(delivery_id)) => Ok(Range::Since { delivery_id }),
        (.., Some(_)) => {
            Err(Invalid::field("sinceDeliveryId", "stands in place of `from` and `to`; give one or the other"))
        }
        (None, ..) => Err(Invalid::field("from", "is required, unless there is a `sinceDeliveryId`")),
        (Some(from), to, None) => {
            let to = to.unwrap_or(now);
            if from >= to {
                let field = if to == now { "from" } else { "to" };
                return Err(Invalid::field(field, "`from` must be before `to`, which is now where it is not given"));
            }
            if to.since(from) > LONGEST {
                return Err(Invalid::field("from", format!("must be at most {} days before `to`", days(LONGEST))));
            }
            Ok(Range::Window { from, to })
        }
    }
}

/// Refuses what began with a delivery that was accepted too many days ago for one job.
pub fn refuse_older(accepted: Timestamp, now: Timestamp) -> Result<(), Invalid> {
    if now.since(accepted) <= LONGEST {
        return Ok(());
    }
    Err(Invalid::field("sinceDeliveryId", format!("names a delivery of more than {} days ago", days(LONGEST))))
}

fn days(duration: Duration) -> u64 {
    duration.as_secs() / (24 * 3600)
}

impl Range {
    /// Whether what was accepted then belongs to it, as far as the time decides.
    pub fn includes(&self, accepted: Timestamp) -> bool {
        match self {
            Self::Window { from, to } => (*from..*to).contains(&accepted),
            Self::Since { .. } => true,
        }
    }

    /// The field that somebody mends whose range holds too much.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Window { .. } => "from",
            Self::Since { .. } => "sinceDeliveryId",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn window(from: Timestamp, to: Option<Timestamp>) -> Asked {
        Asked { from: Some(from), to, ..Asked::default() }
    }

    fn fields(asked: Asked) -> Vec<String> {
        asked.selection(NOW).unwrap_err().0.into_iter().map(|fault| fault.field).collect()
    }

    #[test]
    fn what_was_given_up_until_now_is_meant_where_nothing_else_is_said() {
        let from = NOW.minus(LONGEST);
        let selection = window(from, None).selection(NOW).unwrap();
        assert_eq!(selection, Selection { statuses: vec![Status::Dead], range: Range::Window { from, to: NOW } });
        let end = NOW.minus(Duration::from_millis(1));
        assert!(selection.range.includes(from) && selection.range.includes(end) && !selection.range.includes(NOW));
    }

    #[test]
    fn a_state_is_meant_once_however_often_it_is_named() {
        let statuses = Some(["canceled", "dead", "canceled"].map(str::to_owned).to_vec());
        let asked = Asked { statuses, ..window(NOW.minus(LONGEST), None) };
        assert_eq!(asked.selection(NOW).unwrap().statuses, [Status::Dead, Status::Canceled]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let before = NOW.minus(Duration::from_millis(1));
        let since = Some("dlv_1".to_owned());
        for (asked, named) in [
            (Asked::default(), vec!["from"]),
            (Asked { to: Some(NOW), ..Asked::default() }, vec!["from"]),
            (Asked { since_delivery_id: since.clone(), ..window(before, None) }, vec!["sinceDeliveryId"]),
            (Asked { since_delivery_id: since, to: Some(NOW), ..Asked::default() }, vec!["sinceDeliveryId"]),
            (window(NOW, None), vec!["from"]),
            (window(before, Some(before)), vec!["to"]),
            (window(NOW.minus(LONGEST + Duration::from_millis(1)), None), vec!["from"]),
            (Asked { statuses: Some(vec![]), ..window(before, None) }, vec!["status"]),
            (Asked { statuses: Some(vec!["held".to_owned()]), ..Asked::default() }, vec!["status", "from"]),
        ] {
            assert_eq!(fields(asked.clone()), named, "{asked:?}");
        }
    }
}
