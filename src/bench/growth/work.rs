//! The works that are measured, and how their times are shown.

use std::time::Duration;

use serde_json::{Value, json};

use crate::bench::row::thousandths;

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
    /// The same as it is done once a second, wherever something may have come back to a queue.
    LookAtEverything,
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
    pub(super) const ALL: [Self; 11] = [
        Self::Record,
        Self::Look,
        Self::LookAtEverything,
        Self::Claim,
        Self::Settle,
        Self::ByUser,
        Self::ByUserAgain,
        Self::ByTransactionId,
        Self::ByTransactionIdAgain,
        Self::OfApp,
        Self::Retention,
    ];

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Record => "record 100 completions",
            Self::Look => "find due endpoints",
            Self::LookAtEverything => "find them from the beginning",
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

    /// For machines; the medians are those of each size of the store.
    pub(super) fn json(self, sizes: &[(u64, Medians)]) -> Value {
        let ratios: Vec<Option<u64>> = sizes.iter().map(|size| self.ratio(sizes, size)).collect();
        let times: Vec<Option<u64>> = sizes.iter().map(|(_, medians)| medians.of(self)).collect();
        json!({ "work": self.title(), "us": times, "ratioThousandths": ratios })
    }

    /// Whether it was done on a store of any size.
    pub(super) fn was_done(self, sizes: &[(u64, Medians)]) -> bool {
        sizes.iter().any(|(_, medians)| medians.of(self).is_some())
    }

    /// To the smallest size, in thousandths.
    pub(super) fn ratio(self, sizes: &[(u64, Medians)], (_, medians): &(u64, Medians)) -> Option<u64> {
        Some(medians.of(self)? * 1000 / sizes.first()?.1.of(self)?.max(1))
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
    pub(super) fn of(&self, work: Work) -> Option<u64> {
        self.0[work as usize]
    }
}

/// For people: milliseconds at each size, and the ratios to the smallest.
pub(super) fn lines(sizes: &[(u64, Medians)]) -> Vec<Vec<String>> {
    let shown = |value: Option<u64>| value.map_or("–".to_owned(), thousandths);
    let with_title = |title: &str, cells: Vec<String>, ratios: Vec<String>| {
        std::iter::once(title.to_owned()).chain(cells).chain(ratios.into_iter().skip(1)).collect()
    };
    let stored = sizes.iter().map(|(stored, _)| stored.to_string()).collect();
    let ratio_to = sizes.iter().map(|(stored, _)| format!("ratio at {stored}")).collect();
    let mut lines = vec![with_title("ms; deliveries stored", stored, ratio_to)];
    lines.extend(Work::ALL.into_iter().filter(|work| work.was_done(sizes)).map(|work| {
        let times = sizes.iter().map(|(_, medians)| shown(medians.of(work))).collect();
        let ratios = sizes.iter().map(|size| shown(work.ratio(sizes, size))).collect();
        with_title(work.title(), times, ratios)
    }));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::row::table;

    #[test]
    fn a_works_median_is_set_beside_the_one_on_the_smallest_store() {
        let sizes = [(10, 1), (1_000, 2)].map(|(stored, factor)| {
            let mut times = Times::default();
            for micros in [900, 100, 500] {
                times.note(Work::Claim, Duration::from_micros(micros * factor));
            }
            (stored, times.medians())
        });
        assert_eq!(Work::Claim.json(&sizes)["ratioThousandths"], json!([1_000, 2_000]));
        let table = table(&lines(&sizes));
        let claim = table.lines().find_map(|line| line.strip_prefix("claim 64 due deliveries")).unwrap();
        assert_eq!(claim.split_whitespace().collect::<Vec<_>>(), ["0.500", "1.000", "2.000"], "{table}");
    }
}
