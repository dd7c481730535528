//! `ringback bench fairness`: what others' troubles cost a healthy app.
//!
//! * The app ([`healthy`]) is reported to at a steady rate in an open loop, alone and beside each [`trouble`] in turn.
//! * A trouble is laid on a new store, with [`apps`](super::apps), and has [`receivers`] or [`readers`] of its own.
//! * Each phase has a server of its own on an empty store, so that no trouble is left over for the next one.
//!
//! The app is measured alone before the first trouble and after every second one: whatever else the machine does meanwhile
//! falls on both sides. A callback that is lost or doubled is a failure; one that is slow is a figure.

mod healthy;
mod readers;
mod receivers;
mod table;
mod trouble;

use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Command};

use super::place::{self, Place};
use super::row::line;
use super::server::Server;
use super::{given, number, until_interrupted};
use crate::command::{Failure, optional, say, switch};
use crate::store::Store;
use healthy::{Healthy, Load, Phase, ROWS};
use table::Measured;
use trouble::Trouble;

/// After so many troubles the app is measured alone again.
const TROUBLES_BETWEEN: usize = 2;
/// A replay job may be about fewer than half a million deliveries.
const MOST_DUE: u64 = 400_000;
/// More than two cores take beside any trouble.
const MOST_PER_SECOND: u64 = 5_000;

/// What is to be measured.
struct Fairness {
    place: Place,
    load: Load,
    due: usize,
    rounds: u64,
    troubles: Vec<Trouble>,
    as_json: bool,
}

pub(super) fn command() -> Command {
    let parts = optional("only", "Troubles to measure; default all").value_delimiter(',');
    Command::new("fairness")
        .about("Measures a healthy app's callbacks alone and beside others' troubles")
        .args(place::flags())
        .arg(number("rate", "100", 1..=MOST_PER_SECOND, "Reports a second of the healthy app"))
        .arg(number(
            "seconds",
            "10",
            1..=600,
            "How long the app is measured each time, after a tenth of it for warm-up",
        ))
        .arg(number("due", "100000", 1..=MOST_DUE, "Backlog of a trouble: deliveries due, replayed or listed"))
        .arg(number("rounds", "1", 1..=100, "Rounds; the median counts"))
        .arg(parts.value_parser(PossibleValuesParser::new(Trouble::ALL.map(Trouble::key))))
        .arg(switch("json", "Prints one JSON object"))
}

pub(super) fn run(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    let first = |name: &str| given(flags, name).first().copied().unwrap_or(1);
    let only: Vec<&String> = flags.get_many::<String>("only").unwrap_or_default().collect();
    let is_chosen = |trouble: &Trouble| only.is_empty() || only.iter().any(|chosen| *chosen == trouble.key());
    let fairness = Fairness {
        place: Place::of(flags),
        load: Load { per_second: first("rate"), seconds: first("seconds") },
        due: usize::try_from(first("due"))?,
        rounds: first("rounds"),
        troubles: Trouble::ALL.into_iter().filter(is_chosen).collect(),
        as_json: flags.get_flag("json"),
    };
    until_interrupted(fairness.measure())
}

impl Fairness {
    async fn measure(self) -> Result<(), Failure> {
        let beside = self.troubles.iter().map(|trouble| (*trouble, Vec::new())).collect();
        let mut measured = Measured { load: self.load, due: self.due, alone: Vec::new(), beside };
        for round in 1..=self.rounds {
            measured.alone.push(self.phase(round, None).await?);
            for turn in 0..self.troubles.len() {
                let (trouble, phases) = &mut measured.beside[turn];
                phases.push(self.phase(round, Some(*trouble)).await?);
                if (turn + 1).is_multiple_of(TROUBLES_BETWEEN) || turn + 1 == self.troubles.len() {
                    measured.alone.push(self.phase(round, None).await?);
                }
            }
        }
        if self.as_json {
            say(&measured.json(self.place.engine()).to_string());
            return Ok(());
        }
        say(&format!("\n{}, medians of {} rounds of {} s", self.place.engine(), self.rounds, self.load.seconds));
        say(&format!("{}\n\n{}", measured.text(), Measured::legend()));
        Ok(())
    }

    /// Measures once, and says so as it goes along, if it is to.
    async fn phase(&self, round: u64, trouble: Option<Trouble>) -> Result<Phase, Failure> {
        let name = trouble.map_or_else(|| "alone".to_owned(), |trouble| trouble.title(self.due));
        let phase = self.beside(trouble).await.map_err(|failure| format!("{name}: {failure}"))?;
        if !self.as_json {
            say(&format!("round {round}, {name}: {}", line(&ROWS, &phase)));
        }
        Ok(phase)
    }

    /// Measures the app beside a trouble, on a store and a server of their own.
    async fn beside(&self, trouble: Option<Trouble>) -> Result<Phase, Failure> {
        let own = self.place.new_store()?;
        let store = Store::open(&own.access()?)?;
        let laid = match trouble {
            Some(trouble) => Some(trouble.lay(&store, self.due).await?),
            None => None,
        };
        let healthy = Healthy::lay(&store).await?;
        store.tidy().await?;
        drop(store);
        let server = Server::on_without_warnings(own).await?;
        let going_on = async {
            match &laid {
                Some(laid) => laid.go_on(&server).await,
                None => std::future::pending().await,
            }
        };
        let mut phase = tokio::select! {
            phase = healthy.measure(&server, self.load) => phase?,
            failure = going_on => return Err(failure),
        };
        phase.troubled = laid.as_ref().map_or(0, |laid| laid.exchanges());
        healthy.check(&server, &phase).await?;
        server.remove()?;
        Ok(phase)
    }
}
