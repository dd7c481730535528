//! `ringback bench`: how many durable deliveries a second this machine makes, beside what its bare HTTP client can do.
//!
//! # Who is who
//! * The `server` is `ringback serve`, as anybody starts it, on an SQLite file of its own on a disk; or several of them,
//!   the `node`s, on a schema of its own in a PostgreSQL database (the `place`).
//! * The `receiver` is the publisher's server: it acknowledges at once and counts.
//! * The `reporter` makes the signed calls of a `workload`, prepared before the clock starts.
//! * `raw` sends the same GETs by the same client with no store behind: the other side of the ratio.
//!
//! Each is a process of its own, so that the CPU time and memory shown are the server's alone. A delivery counts once the
//! receiver has acknowledged it and the store has written that down; a lost or doubled one is a failure, whatever the
//! speed. Loopback only, bounded in number and time; nothing is left behind.
//!
//! `ringback bench history` (`history`) measures something else: that a long history costs nothing.

mod history;
mod measured;
mod node;
mod place;
mod raw;
mod receiver;
mod reporter;
mod rounds;
mod server;
mod usage;
mod wire;
mod workload;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Arg, ArgMatches, Command, value_parser};
use tokio::signal::unix::{SignalKind, signal};

use crate::command::{Failure, Subcommand, on_runtime, optional, say, switch};
use place::Place;
use rounds::Plan;

/// How long one measurement may take: a hundred times what it takes on a small machine, and within the five minutes for
/// which a signature is timely.
const PATIENCE: Duration = Duration::from_secs(240);
/// Pause between two looks at what has arrived: short beside a measurement of seconds, and cheap for both sides.
const LOOK: Duration = Duration::from_millis(5);
/// Most nodes of a server: each has its connections to the database, of which a server admits a hundred by default.
const MOST_NODES: u64 = 6;

/// `bench`, and the hidden commands of its child processes.
pub fn commands() -> [Subcommand; 3] {
    [
        Subcommand { flags: command(), run },
        Subcommand { flags: Command::new(receiver::COMMAND).hide(true), run: receiver::run },
        Subcommand { flags: raw::command(), run: raw::run },
    ]
}

fn command() -> Command {
    let nodes = "Numbers of nodes to measure, as in 1,2,3; above 1 with --database-url";
    Command::new("bench")
        .about("Measures durable deliveries per second beside the bare HTTP client, on loopback")
        .arg(number("rounds", "3", 100, "Rounds; the median counts"))
        .arg(number("deliveries", "12000", 100_000, "Deliveries of each workload in each round"))
        .args(place::flags())
        .arg(number("nodes", "1", MOST_NODES, nodes).value_delimiter(','))
        .arg(switch("json", "Prints one JSON object"))
        .subcommand(history::command())
}

/// A flag that takes a number from 1 on.
fn number(name: &'static str, default: &'static str, most: u64, help: &'static str) -> Arg {
    optional(name, help).default_value(default).value_parser(value_parser!(u64).range(1..=most))
}

fn run(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    if let Some(flags) = flags.subcommand_matches("history") {
        return history::run(flags);
    }
    let number = |name: &str| flags.get_one::<u64>(name).copied().unwrap_or(1);
    let nodes = flags.get_many::<u64>("nodes").unwrap_or_default();
    let plan = Plan {
        rounds: number("rounds"),
        deliveries: usize::try_from(number("deliveries"))?,
        nodes: nodes.map(|nodes| usize::try_from(*nodes)).collect::<Result<_, _>>()?,
        place: Place::of(flags),
    };
    if !plan.place.is_shared() && plan.nodes.iter().any(|nodes| *nodes > 1) {
        return Err("--nodes above 1 needs --database-url: an SQLite file is served by one process".into());
    }
    until_interrupted(measure(plan, flags.get_flag("json")))
}

async fn measure(plan: Plan, as_json: bool) -> Result<(), Failure> {
    let commits = plan.place.commits_per_second()?;
    let series = plan.run(!as_json).await?;
    if as_json {
        say(&measured::json(plan.deliveries, commits, &series).to_string());
        return Ok(());
    }
    say(&format!("\nmedian of {} rounds of {} deliveries", plan.rounds, plan.deliveries));
    if let Some(commits) = commits {
        say(&format!("PostgreSQL commits {commits} single rows per second over one connection"));
    }
    say(&measured::table(&series, commits.is_some()));
    Ok(())
}

/// Runs a measurement; what is dropped in its middle ends its child processes and removes its store.
fn until_interrupted(work: impl Future<Output = Result<(), Failure>>) -> Result<ExitCode, Failure> {
    on_runtime(async move {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        tokio::select! {
            done = work => done?,
            _ = terminate.recv() => return Err("interrupted".into()),
            _ = interrupt.recv() => return Err("interrupted".into()),
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn per_second(count: usize, micros: u128) -> u64 {
    u64::try_from(count as u128 * 1_000_000 / micros.max(1)).unwrap_or(u64::MAX)
}

fn text<'a>(flags: &'a ArgMatches, name: &str) -> &'a str {
    flags.get_one::<String>(name).map_or("", String::as_str)
}
