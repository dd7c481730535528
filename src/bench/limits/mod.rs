//! `ringback bench limits`: whether a limited app is called back as often as it is limited to and no more often, by one node and
//! by several, and while one of them is killed.
//!
//! More is due to the app all along than may be sent. Each [`phase`] has new servers on a new store. A rate that is missed is a
//! figure and no failure, since a slow minute of the machine must not break anything.

mod phase;

use std::process::ExitCode;

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::place::{self, Place};
use super::row::{cells, table};
use super::{given, number, numbers, until_interrupted};
use crate::command::{Failure, say, switch};
use phase::{Phase, Plan};

/// More than one machine of two cores can show beside all that it does for it.
const MOST_PER_SECOND: u64 = 2_000;
/// Servers on one machine.
const MOST_NODES: u64 = 8;

/// What is to be measured.
struct Limits {
    place: Place,
    rates: Vec<u64>,
    nodes: Vec<u64>,
    seconds: u64,
    as_json: bool,
}

pub(super) fn command() -> Command {
    Command::new("limits")
        .about("Counts the callbacks of a limited app, by one node and by several of which one is killed")
        .args(place::flags())
        .arg(
            numbers("rates", 1..=MOST_PER_SECOND, "Callbacks a second that the app is limited to")
                .default_value("50,500"),
        )
        .arg(numbers(
            "nodes",
            1..=MOST_NODES,
            "Servers on the database; of three and more one is killed in the middle. Default 1, on PostgreSQL 1,2,3",
        ))
        .arg(number("seconds", "60", 1..=600, "Window in which callbacks are counted; two of them are measured"))
        .arg(switch("json", "Prints one JSON object"))
}

pub(super) fn run(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    let (place, mut nodes) = (Place::of(flags), given(flags, "nodes"));
    if nodes.is_empty() {
        nodes = if place.is_shared() { vec![1, 2, 3] } else { vec![1] };
    }
    if !place.is_shared() && nodes.iter().any(|nodes| *nodes > 1) {
        return Err("--nodes above 1 needs --database-url: an SQLite file is served by one process".into());
    }
    let limits = Limits {
        place,
        rates: given(flags, "rates"),
        nodes,
        seconds: given(flags, "seconds").first().copied().unwrap_or(1),
        as_json: flags.get_flag("json"),
    };
    until_interrupted(limits.measure())
}

impl Limits {
    async fn measure(self) -> Result<(), Failure> {
        let mut phases = Vec::new();
        for per_second in &self.rates {
            for nodes in &self.nodes {
                let plan = Plan { per_second: *per_second, nodes: *nodes, seconds: self.seconds };
                let phase = plan.measure(&self.place).await?;
                if !self.as_json {
                    say(&format!("{}: {}", phase.plan.title(), phase.line()));
                }
                phases.push(phase);
            }
        }
        let engine = self.place.engine();
        if self.as_json {
            let phases: Vec<Value> = phases.iter().map(Phase::json).collect();
            say(&json!({ "store": engine, "seconds": self.seconds, "phases": phases }).to_string());
            return Ok(());
        }
        let title = format!("callbacks in {} s", self.seconds);
        let mut lines = vec![cells(&title, Phase::TITLES)];
        lines.extend(phases.iter().map(|phase| [vec![phase.plan.title()], phase.cells()].concat()));
        say(&format!("\n{engine}\n{}", table(&lines)));
        Ok(())
    }
}
