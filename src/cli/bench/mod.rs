//! `ringback bench`: how many durable deliveries a second this machine makes, beside what its bare HTTP client can do.
//!
//! # Who is who
//! * The [`server`] is `ringback serve`, as anybody starts it, on a SQLite file of its own on a disk.
//! * The [`receiver`] is the publisher's server: it acknowledges at once and counts.
//! * The [`reporter`] makes the signed calls of a [`workload`], prepared before the clock starts.
//! * [`raw`] sends the same GETs by the same client with no store behind: the other side of the ratio.
//!
//! Each is a process of its own, so that the CPU time and memory shown are the server's alone. A delivery counts once the
//! receiver has acknowledged it and the store has written that down; a lost or doubled one is a failure, whatever the
//! speed. Loopback only, bounded in number and time; nothing is left behind.

mod child;
mod measured;
mod raw;
mod receiver;
mod reporter;
mod server;
mod usage;
mod wire;
mod workload;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::{Failure, on_runtime, say};
use crate::clock::Clock;
use measured::{Measured, medians, table};
use raw::Raw;
use receiver::Receiver;
use server::Server;
use workload::Workload;

/// How long one measurement may take: a hundred times what it takes on a small machine, and within the five minutes for
/// which a signature is timely.
const PATIENCE: Duration = Duration::from_secs(240);
/// Pause between two looks at what has arrived: short beside a measurement of seconds, and cheap for both sides.
const LOOK: Duration = Duration::from_millis(5);

/// `bench`, and the hidden commands of its child processes.
pub(super) fn commands() -> [Command; 3] {
    let number = |name: &'static str, default: &'static str, most: u64, help: &'static str| {
        Arg::new(name).long(name).help(help).default_value(default).value_parser(value_parser!(u64).range(1..=most))
    };
    let required = |name: &'static str| Arg::new(name).long(name).required(true);
    [
        Command::new("bench")
            .about("Measures durable deliveries per second beside the bare HTTP client, on loopback")
            .arg(number("rounds", "3", 100, "Rounds; the median counts"))
            .arg(number("deliveries", "12000", 100_000, "Deliveries of each workload in each round"))
            .arg(
                Arg::new("place")
                    .long("place")
                    .value_name("FOLDER")
                    .help("Where the temporary store goes: a disk, since in memory a flush costs nothing")
                    .value_parser(value_parser!(PathBuf)),
            )
            .arg(Arg::new("json").long("json").help("Prints one JSON object").action(ArgAction::SetTrue)),
        Command::new(receiver::COMMAND).hide(true),
        Command::new(raw::COMMAND).hide(true).arg(required("target")).arg(required("count")),
    ]
}

/// Runs one of [`commands`].
pub(super) fn run(name: &str, flags: &ArgMatches) -> Result<ExitCode, Failure> {
    match name {
        receiver::COMMAND => receiver::run(),
        raw::COMMAND => raw::run(flags),
        _ => bench(flags),
    }
}

fn bench(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    let number = |name: &str| flags.get_one::<u64>(name).copied().unwrap_or(1);
    let deliveries = usize::try_from(number("deliveries"))?;
    let as_json = flags.get_flag("json");
    let place = flags.get_one::<PathBuf>("place").cloned().unwrap_or_else(std::env::temp_dir);
    on_runtime(async move {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        // What is dropped in the middle ends its child processes and removes its folder.
        tokio::select! {
            measured = rounds(number("rounds"), deliveries, &place, as_json) => measured?,
            _ = terminate.recv() => return Err("interrupted".into()),
            _ = interrupt.recv() => return Err("interrupted".into()),
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// All rounds, interleaved: whatever else the machine does meanwhile falls on every workload alike.
async fn rounds(rounds: u64, deliveries: usize, place: &Path, as_json: bool) -> Result<(), Failure> {
    let mut workloads = Workload::ALL.map(|workload| (workload.name(), Vec::new()));
    for round in 1..=rounds {
        for (workload, (name, measured)) in Workload::ALL.into_iter().zip(&mut workloads) {
            let raw = raw::measure(deliveries).await?;
            let measuring = tokio::time::timeout(PATIENCE, measure(workload, deliveries, raw, place));
            let done = measuring.await.map_err(|_| format!("{name}: not done within {} s", PATIENCE.as_secs()))??;
            if !as_json {
                say(&format!("round {round}, {name}: {}", done.line()));
            }
            measured.push(done);
        }
    }
    if as_json {
        let workloads = workloads.iter().map(|(name, measured)| {
            let each: Vec<_> = measured.iter().map(Measured::json).collect();
            ((*name).to_owned(), json!({ "median": medians(measured), "rounds": each }))
        });
        let workloads: serde_json::Map<_, _> = workloads.collect();
        say(&json!({ "deliveries": deliveries, "workloads": workloads }).to_string());
    } else {
        say(&format!("\nmedian of {rounds} rounds of {deliveries} deliveries\n{}", table(&workloads)));
    }
    Ok(())
}

/// One workload on a new server, from the first report until the store has the last delivery down as delivered.
async fn measure(workload: Workload, deliveries: usize, raw: Raw, place: &Path) -> Result<Measured, Failure> {
    let mut receiver = Receiver::start().await?;
    let server = Server::start(place).await?;
    let setting = server.set_up(&receiver.callback_url()).await?;
    let calls = workload.calls(&setting, deliveries, Clock::system().now());
    let before = server.usage()?;
    let started = Instant::now();
    let (accepted, latencies) =
        reporter::report(server.address, calls, workload.connections(), workload.per_call()).await?;
    if accepted != deliveries {
        return Err(format!("{deliveries} reports were made, but {accepted} accepted").into());
    }
    while receiver.count().await?.distinct < deliveries {
        tokio::time::sleep(LOOK).await;
    }
    while server.settled().await? < deliveries {
        tokio::time::sleep(LOOK).await;
    }
    let micros = started.elapsed().as_micros();
    let after = server.usage()?;
    let (told, undelivered) = (receiver.count().await?, server.undelivered().await?);
    if told.duplicates > 0 || told.distinct != deliveries {
        return Err(format!("{deliveries} deliveries were due, but {told:?} arrived").into());
    }
    if !undelivered.is_empty() {
        return Err(format!("deliveries are left in the states {undelivered:?}").into());
    }
    let count = u64::try_from(deliveries)?;
    Ok(Measured {
        deliveries_per_second: per_second(deliveries, micros),
        raw_per_second: raw.per_second,
        cpu_ms_per_1000: (after.cpu_ms - before.cpu_ms) * 1000 / count,
        raw_cpu_ms_per_1000: raw.cpu_ms_per_1000,
        peak_kib: after.peak_kib,
        resident_kib: after.resident_kib,
        report_p50_us: latencies.percentile(50),
        report_p99_us: latencies.percentile(99),
    })
}

fn per_second(count: usize, micros: u128) -> u64 {
    u64::try_from(count as u128 * 1_000_000 / micros.max(1)).unwrap_or(u64::MAX)
}

fn text<'a>(flags: &'a ArgMatches, name: &str) -> &'a str {
    flags.get_one::<String>(name).map_or("", String::as_str)
}
