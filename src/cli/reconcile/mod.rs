//! `ringback reconcile`: whether the records agree with each other and the ledger with the records, and which record
//! does not.
//!
//! It reads and mends nothing, so that it can be run beside a server at any time; what breaks a rule is for a person to
//! look at. Nothing that it prints tells who a user is.

mod sums;
mod walk;

use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command};
use serde::Serialize;

use crate::clock::Clock;
use crate::command::{Failure, on_runtime, say, switch};
use crate::domain::invariants::Breach;
use crate::settings::{self, Settings};
use crate::store::Store;

/// How many records were checked.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Checked {
    completions: u64,
    reversals: u64,
    deliveries: u64,
    external_ids: u64,
    transaction_ids: u64,
    erased_keys: u64,
}

/// What was found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    checked: Checked,
    /// Whether the ledger's totals were compared with the records; if not, why.
    ledger: &'static str,
    /// How many breaches there are, named or not.
    breach_count: usize,
    breaches: Vec<Breach>,
    #[serde(skip)]
    most: usize,
}

impl Report {
    fn of_at_most(most: usize) -> Self {
        let (checked, ledger, breaches) = (Checked::default(), sums::NOTHING_TO_COMPARE, Vec::new());
        Self { checked, ledger, breach_count: 0, breaches, most }
    }

    fn found(&mut self, breaches: Vec<Breach>) {
        self.breach_count += breaches.len();
        let room = self.most.saturating_sub(self.breaches.len());
        self.breaches.extend(breaches.into_iter().take(room));
    }
}

pub(super) fn command() -> Command {
    Command::new("reconcile")
        .about("Checks that records and ledger agree, and names every record that breaks a rule; works beside a running server")
        .long_about(
            "Reads every record and checks what must always hold: each completion has the keys that make reports \
             idempotent and each key its completion; reversals are numbered and take back no more than there was; each \
             delivery belongs to records that exist; no reversal overtakes its completion; what was delivered was told; \
             the ledger's totals are what the records add up to, summed another way. It changes nothing. Exit code 0: \
             all of it holds; 1: something does not, and is named.",
        )
        .arg(switch("json", "Prints one JSON document"))
        .arg(
            Arg::new("limit")
                .long("limit")
                .value_name("N")
                .help("Names at most so many breaches; all are counted")
                .value_parser(clap::value_parser!(usize)),
        )
        .args(settings::store_flags())
}

pub(super) fn run(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    let settings = Settings::load(flags)?;
    let most = flags.get_one::<usize>("limit").copied().unwrap_or(usize::MAX);
    let report = on_runtime(async {
        let store = Store::open_existing(&settings.store)?;
        Ok(walk::examine(&store, Report::of_at_most(most), Clock::system().now()).await?)
    })?;
    if flags.get_flag("json") {
        say(&serde_json::to_string_pretty(&report)?);
    } else {
        tell(&report);
    }
    Ok(if report.breach_count == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(report: &Report) {
    for Breach { record, rule, what } in &report.breaches {
        say(&format!("{:<10} {record}: {what}", rule.as_str()));
    }
    let unnamed = report.breach_count - report.breaches.len();
    if unnamed > 0 {
        say(&format!("… and {unnamed} more"));
    }
    let Checked { completions, reversals, deliveries, external_ids, transaction_ids, erased_keys } = report.checked;
    say(&format!(
        "Checked {completions} completions, {reversals} reversals, {deliveries} deliveries, {external_ids} external ids, \
         {transaction_ids} transaction ids and {erased_keys} erased keys. The ledger: {}.",
        report.ledger
    ));
    match report.breach_count {
        0 => say("Everything holds."),
        1 => say("One thing does not hold."),
        many => say(&format!("{many} things do not hold.")),
    }
}
