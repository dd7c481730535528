//! The works that are measured, and how their times are shown.

use std::time::Duration;

use serde_json::{Value, json};

/// Deliveries that are claimed and settled at a time.
pub(super) const SENT: usize = 64;
/// Completions of a group.
pub(super) const RECORDED: usize = 100;

/// A work of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// A group of completions.
    Record,
    /// Finding out which endpoints have something due.
    Look,
    /// What is due of one of them.
    Claim,
    /// Everything that was claimed, one attempt each.
    Settle,
    /// A user's completions: a page of the table for each, mostly not in memory once the history is long.
    ByUser,
    /// The same once more at once: what of the first time was reading from the disk is not in this one.
    ByUserAgain,
    /// The completion that bears a transaction id.
    ByTransactionId,
    /// The same once more.
    ByTransactionIdAgain,
    /// An app's newest deliveries.
    OfApp,
    /// A step of retention.
    Retention,
}

/// Times of each work.
#[derive(Clone, Debug, Default)]
pub(super) struct Times([Vec<Duration>; Work::ALL.len()]);

/// The middle one of each work's times, in microseconds; `None`: it was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Medians([Option<u64>; Work::ALL.len()]);

impl Work {
    pub(super) const ALL: [Self; 10] = [
        Self::Record,
        Self::Look,
        Self::Claim,
        Self::Settle,
        Self::ByUser,
        Self::ByUserAgain,
        Self::ByTransactionId,
        Self::ByTransactionIdAgain,
        Self::OfApp,
        Self::Retention,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::Record => "record 100 completions",
            Self::Look => "find due endpoints",
            Self::Claim => "claim 64 due deliveries",
            Self::Settle => "settle 64 deliveries",
            Self::ByUser => "look up by user",
            Self::ByUserAgain => "the same user again",
            Self::ByTransactionId => "look up by transaction id",
            Self::ByTransactionIdAgain => "the same id again",
            Self::OfApp => "list an app's deliveries",
            Self::Retention => "remove 500 old deliveries",
        }
    }

    /// For machines.
    pub(super) fn json(self, without: &Medians, with: &Medians) -> Value {
        let (before, after) = (without.of(self), with.of(self));
        json!({ "work": self.title(), "withoutUs": before, "withUs": after, "ratioThousandths": ratio(before, after) })
    }
}

impl Times {
    pub(super) fn note(&mut self, work: Work, took: Duration) {
        self.0[work as usize].push(took);
    }

    pub(super) fn medians(mut self) -> Medians {
        self.0.iter_mut().for_each(|times| times.sort_unstable());
        let median = |times: &Vec<Duration>| {
            let middle = times.get(times.len().saturating_sub(1) / 2)?;
            u64::try_from(middle.as_micros()).ok()
        };
        Medians(self.0.each_ref().map(median))
    }
}

impl Medians {
    fn of(&self, work: Work) -> Option<u64> {
        self.0[work as usize]
    }
}

/// In thousandths.
fn ratio(without: Option<u64>, with: Option<u64>) -> Option<u64> {
    Some(with? * 1000 / without?.max(1))
}

/// For people.
pub(super) fn table(without: &Medians, with: &Medians, deliveries: u64) -> String {
    let shown = |thousandths: Option<u64>| {
        thousandths.map_or("–".to_owned(), |value| format!("{}.{:03}", value / 1000, value % 1000))
    };
    let mut table = format!("{:28}{:>12}{:>16}{:>10}", "", "empty", format!("{deliveries} old"), "ratio");
    for work in Work::ALL {
        let (before, after) = (without.of(work), with.of(work));
        let cells = [shown(before), shown(after), shown(ratio(before, after))];
        table.push_str(&format!("\n{:28}{:>12}{:>16}{:>10}", work.title(), cells[0], cells[1], cells[2]));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_works_median_is_set_beside_the_one_without_history() {
        let mut times = [Times::default(), Times::default()];
        for (times, factor) in times.iter_mut().zip([1, 2]) {
            for micros in [900, 100, 500] {
                times.note(Work::Claim, Duration::from_micros(micros * factor));
            }
        }
        let [without, with] = times.map(Times::medians);
        assert_eq!(Work::Claim.json(&without, &with)["ratioThousandths"], 2_000);
        let table = table(&without, &with, 9);
        assert!(table.contains("claim 64 due deliveries            0.500           1.000     2.000"), "{table}");
    }
}
