//! The ledger, for whoever may know of its apps: computed from the records when it is asked for.

use std::time::Duration;

use super::Actions;
use super::asked::Asked;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::domain::day::Day;
use crate::domain::ledger::Ledger;

/// Days that are shown unless others are asked for.
const DEFAULT_DAYS: i64 = 30;
/// How long the figures may be added up: whoever asks for a year of everything waits for half a minute.
const PATIENCE: Duration = Duration::from_secs(30);
/// Most days that are shown: a year and the month that it is compared with.
const MOST_DAYS: i64 = 400;

/// The ledger of some days.
#[derive(Clone, Debug)]
pub struct LedgerOfDays {
    /// The first day.
    pub from: Day,
    /// The last day, included.
    pub to: Day,
    /// The figures.
    pub ledger: Ledger,
}

impl Actions {
    /// Adds up what was recorded of the apps asked about.
    pub async fn ledger(
        &self,
        caller: &Caller,
        asked: Asked<'_>,
        from: Option<Day>,
        to: Option<Day>,
    ) -> Result<LedgerOfDays, Refusal> {
        let to = to.unwrap_or(Day::of(self.node.clock.now()));
        let from = from.unwrap_or(to.plus(1 - DEFAULT_DAYS));
        let days = to.number() - from.number() + 1;
        if !(1..=MOST_DAYS).contains(&days) {
            let message =
                format!("must be a day up to `to` ({to}), and at most {MOST_DAYS} days before the day after it");
            return Err(Refusal::field("from", message));
        }
        let app_ids = self.asked_apps(caller, asked).await?;
        let _reading = self.reads.begin(caller)?;
        // Each of its reads is short; of a great many apps and days there are too many of them.
        let reading = tokio::time::timeout(PATIENCE, self.node.store.ledger(app_ids, from.start(), to.end()));
        let Ok(ledger) = reading.await else {
            let message = "adding all of it up takes too long: ask for fewer days, or for one app";
            return Err(Refusal::TooWide { field: "from", message });
        };
        Ok(LedgerOfDays { from, to, ledger: ledger? })
    }
}
