//! `ringback bench`: what a delivery costs and how soon it arrives, beside what the bare HTTP client can do on this machine.
//!
//! # Who is who
//! * The `server` is `ringback serve`, as anybody starts it, on an SQLite file of its own on a disk; or several of them,
//!   the `node`s, on a schema of its own in a PostgreSQL database (the `place`).
//! * The `receiver` is the publisher's server: it acknowledges at once and notes the instant.
//! * The `reporter` makes the signed calls of a `workload` one after the other (`closed`, `sustained`); the `schedule`
//!   makes them when they fall due (`open`).
//! * `raw` sends the same GETs by the same client with no store behind: the other side of the ratio.
//!
//! Server and bare client are processes of their own, so that the CPU time and memory shown are theirs alone; reporter and
//! receiver share this one, hence one clock. A delivery counts once the receiver has acknowledged it and the store has
//! written that down; a lost or doubled one is a failure, whatever the speed (`delivered`). Loopback only, bounded in number
//! and time; nothing is left behind.
//!
//! `ringback bench growth` (`growth`) measures something else: that what is stored, or waits, makes nothing slower;
//! `ringback bench fairness` (`fairness`) that others' troubles do not; `ringback bench limits` (`limits`) that a limited
//! app is called back as often as it is limited to; and `ringback bench pages` (`pages`) how long the console's pages take.
//! docs/BENCHMARKS.md says how all of this is read.

mod apps;
mod backlog;
mod closed;
mod delivered;
mod fairness;
mod figures;
mod growth;
mod limits;
mod measured;
mod node;
mod open;
mod pages;
mod past;
mod place;
mod plan;
mod raw;
mod receiver;
mod reporter;
mod row;
mod schedule;
mod server;
mod spoken;
mod sustained;
mod usage;
mod wire;
mod workload;

use std::ops::RangeInclusive;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Arg, ArgMatches, Command, value_parser};
use tokio::signal::unix::{SignalKind, signal};

use crate::command::{Failure, Subcommand, on_runtime, optional, say, say_error, switch};
use plan::Plan;

/// How long the bare client may take: a hundred times what it takes on a small machine.
const PATIENCE: Duration = Duration::from_secs(240);
/// Pause between two looks at what has arrived: short beside a measurement of seconds, and cheap for both sides.
const LOOK: Duration = Duration::from_millis(5);

/// `bench`, and the hidden command of its child process.
pub fn commands() -> [Subcommand; 2] {
    [Subcommand { flags: command(), run }, Subcommand { flags: raw::command(), run: raw::run }]
}

fn command() -> Command {
    Command::new("bench")
        .about("Measures durable deliveries beside the bare HTTP client: rates, latencies, CPU, memory, writes")
        .args(plan::flags())
        .arg(switch("json", "Prints one JSON object"))
        .subcommand(growth::command())
        .subcommand(fairness::command())
        .subcommand(limits::command())
        .subcommand(pages::command())
}

/// A flag that takes a number within a range.
fn number(name: &'static str, default: &'static str, range: RangeInclusive<u64>, help: &'static str) -> Arg {
    optional(name, help).default_value(default).value_parser(value_parser!(u64).range(range))
}

/// A flag that takes numbers within a range.
fn numbers(name: &'static str, range: RangeInclusive<u64>, help: &'static str) -> Arg {
    optional(name, help).value_parser(value_parser!(u64).range(range)).value_delimiter(',')
}

/// What was given for such a flag.
fn given(flags: &ArgMatches, name: &str) -> Vec<u64> {
    flags.get_many::<u64>(name).unwrap_or_default().copied().collect()
}

fn run(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    if let Some(flags) = flags.subcommand_matches("growth") {
        return growth::run(flags);
    }
    if let Some(flags) = flags.subcommand_matches("fairness") {
        return fairness::run(flags);
    }
    if let Some(flags) = flags.subcommand_matches("limits") {
        return limits::run(flags);
    }
    if let Some(flags) = flags.subcommand_matches("pages") {
        return pages::run(flags);
    }
    let plan = Plan::of(flags)?;
    until_interrupted(measure(plan, flags.get_flag("json")))
}

async fn measure(plan: Plan, as_json: bool) -> Result<(), Failure> {
    let stores = plan.run(!as_json).await?;
    if as_json {
        say(&figures::json(plan.deliveries, plan.rounds, &stores).to_string());
        return Ok(());
    }
    say(&format!("\nmedians of {} rounds of {} deliveries\n", plan.rounds, plan.deliveries));
    say(&figures::text(&stores));
    Ok(())
}

/// Runs a measurement; what is dropped in its middle ends its child processes and removes its store.
fn until_interrupted(work: impl Future<Output = Result<(), Failure>>) -> Result<ExitCode, Failure> {
    // Every endpoint that is called back has dozens of connections to the receiver, which is in this process.
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        say_error(&format!("the limit of open files cannot be raised: {error}"));
    }
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

fn per_second(count: u64, micros: u64) -> u64 {
    u64::try_from(u128::from(count) * 1_000_000 / u128::from(micros.max(1))).unwrap_or(u64::MAX)
}

fn text<'a>(flags: &'a ArgMatches, name: &str) -> &'a str {
    flags.get_one::<String>(name).map_or("", String::as_str)
}
