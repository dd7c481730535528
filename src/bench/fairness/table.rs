//! What was measured, how it is judged, and how it is shown: one table for people, one object for machines.
//!
//! A judgement is a line of the table and never a failure: a slow minute of the machine must not break anything.

use serde_json::{Value, json};

use super::healthy::{Load, Phase, ROWS};
use super::trouble::Trouble;
use crate::bench::row::{cells, medians, table, thousandths};

/// How much slower the healthy app's slowest callbacks may be beside a trouble: the larger of a ratio and a time.
#[derive(Clone, Copy, Debug)]
struct Bound {
    hundredths: u64,
    more_us: u64,
}

/// What must hold, and what is worked towards.
const MUST: Bound = Bound { hundredths: 130, more_us: 50_000 };
const AIM: Bound = Bound { hundredths: 110, more_us: 10_000 };

/// All that was measured.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) load: Load,
    pub(super) due: usize,
    pub(super) alone: Vec<Phase>,
    pub(super) beside: Vec<(Trouble, Vec<Phase>)>,
}

impl Bound {
    fn holds(self, alone_us: u64, beside_us: u64) -> bool {
        beside_us <= (alone_us * self.hundredths / 100).max(alone_us + self.more_us)
    }
}

impl Measured {
    /// The middle p99.
    fn p99(phases: &[Phase]) -> u64 {
        ROWS[1].median(phases).unwrap_or_default()
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let title = format!("{}/s, report due → callback arrived, ms", self.load.per_second);
        let titles = ROWS.iter().map(|row| row.title).chain(["p99 / alone", "must", "aim"]);
        let mut lines = vec![cells(&title, titles)];
        let figures = |phases: &[Phase]| ROWS.iter().map(|row| row.cell(phases)).collect::<Vec<_>>();
        lines.push([vec!["alone".to_owned()], figures(&self.alone)].concat());
        let alone = Self::p99(&self.alone);
        for (trouble, phases) in &self.beside {
            let beside = Self::p99(phases);
            let judged = [MUST, AIM].map(|bound| if bound.holds(alone, beside) { "holds" } else { "fails" });
            let ratio = thousandths(ratio_thousandths(alone, beside));
            let judged = [ratio, judged[0].to_owned(), judged[1].to_owned()];
            lines.push([vec![trouble.title(self.due)], figures(phases), judged.to_vec()].concat());
        }
        table(&lines)
    }

    /// What the judgements mean.
    pub(super) fn legend() -> String {
        let said = |Bound { hundredths, more_us }| {
            format!("{}.{:02} × alone and alone + {} ms", hundredths / 100, hundredths % 100, more_us / 1000)
        };
        format!("p99: must be at most the larger of {}; the aim is that of {}", said(MUST), said(AIM))
    }

    /// For machines.
    pub(super) fn json(&self, engine: &str) -> Value {
        let alone = Self::p99(&self.alone);
        let beside = self.beside.iter().map(|(trouble, phases)| {
            let p99 = Self::p99(phases);
            json!({
                "trouble": trouble.key(), "median": medians(&ROWS, phases), "rounds": each(phases),
                "ratioThousandths": ratio_thousandths(alone, p99),
                "must": MUST.holds(alone, p99), "aim": AIM.holds(alone, p99),
            })
        });
        json!({
            "store": engine, "perSecond": self.load.per_second, "seconds": self.load.seconds, "due": self.due,
            "alone": { "median": medians(&ROWS, &self.alone), "rounds": each(&self.alone) },
            "beside": beside.collect::<Vec<_>>(),
        })
    }
}

fn ratio_thousandths(alone_us: u64, beside_us: u64) -> u64 {
    beside_us * 1000 / alone_us.max(1)
}

fn each(phases: &[Phase]) -> Value {
    phases.iter().map(|phase| medians(&ROWS, std::slice::from_ref(phase))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_may_add_a_ratio_or_a_time_whichever_is_larger() {
        let ms = |ms: u64| ms * 1000;
        for (alone, beside, must, aim) in [(4, 14, true, true), (4, 15, true, false), (4, 55, false, false)] {
            let judged = [MUST, AIM].map(|bound| bound.holds(ms(alone), ms(beside)));
            assert_eq!(judged, [must, aim], "{alone} → {beside}");
        }
        for (alone, beside, must, aim) in [(400, 440, true, true), (400, 520, true, false), (400, 521, false, false)] {
            let judged = [MUST, AIM].map(|bound| bound.holds(ms(alone), ms(beside)));
            assert_eq!(judged, [must, aim], "{alone} → {beside}");
        }
    }

    #[test]
    fn each_trouble_is_a_line_that_is_held_against_the_app_alone() {
        let phase =
            |p99_us| Phase { p50_us: 900, p99_us, late_p99_us: 50, turned_away: 0, reports: 1_100, troubled: 8 };
        let measured = Measured {
            load: Load { per_second: 100, seconds: 10 },
            due: 500,
            alone: vec![phase(4_000), phase(2_000), phase(3_000)],
            beside: vec![(Trouble::BlackHole, vec![phase(6_000)]), (Trouble::Replay, vec![phase(60_000)])],
        };
        let text = measured.text();
        let words = |line: usize| text.lines().nth(line).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(1), "alone 0.900 3.000 0.050 0 1100 8");
        assert_eq!(words(2), "one black hole, 500 due 0.900 6.000 0.050 0 1100 8 2.000 holds holds");
        assert_eq!(words(3), "a replay of 500 0.900 60.000 0.050 0 1100 8 20.000 fails fails");
        assert_eq!(measured.json("SQLite")["beside"][1]["must"], false);
    }
}
