//! The command line: what a person types, and what is printed back.
//!
//! Each command is a file of its own; this one only finds out which is meant. A command answers with a message for the
//! person and an exit code; it never panics at bad input.

#[expect(clippy::disallowed_methods, reason = "what is measured takes the machine's time")]
mod bench;
#[expect(clippy::disallowed_methods, reason = "whoever watches it waits in the machine's time")]
mod demo;
mod given;
mod migrate;
mod migrate_store;
mod reconcile;
mod serve;
mod sign;
mod token;
mod verify;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Arg, ArgAction, Command};

/// Why a command did not do what it was asked to.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs the command that these arguments name.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let matches = command().get_matches_from(arguments);
    let done = match matches.subcommand() {
        Some(("serve", flags)) => serve::run(flags),
        Some(("demo", flags)) => demo::run(flags),
        Some(("migrate", flags)) => migrate::run(flags),
        Some(("migrate-store", flags)) => migrate_store::run(flags),
        Some(("reconcile", flags)) => reconcile::run(flags),
        Some(("sign", flags)) => sign::run(flags),
        Some(("verify", flags)) => verify::run(flags),
        Some(("token", flags)) => token::run(flags),
        Some((name, flags)) => bench::run(name, flags),
        // The parser admits only what is listed in `command`.
        None => Err("no command; see `ringback --help`".into()),
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            say_error(&format!("ringback: {failure}"));
            ExitCode::FAILURE
        }
    }
}

/// All commands and their flags.
pub fn command() -> Command {
    Command::new("ringback")
        .version(env!("CARGO_PKG_VERSION"))
        .about("The sender behind an offerwall: durable, signed, templated callbacks from fixed egress IPs")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(serve::command())
        .subcommand(demo::command())
        .subcommand(migrate::command())
        .subcommand(migrate_store::command())
        .subcommand(reconcile::command())
        .subcommand(token::command())
        .subcommand(sign::command())
        .subcommand(verify::command())
        .subcommands(bench::commands())
}

fn required(name: &'static str, help: &'static str) -> Arg {
    optional(name, help).required(true)
}

fn optional(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).action(ArgAction::Set)
}

/// Prints a line for the person at the terminal. Where nobody reads any more (`… | head`), the work goes on unheard:
/// `println!` would panic in the middle of it.
fn say(line: &str) {
    drop(writeln!(std::io::stdout(), "{line}"));
}

/// Prints a line about a failure.
fn say_error(line: &str) {
    drop(writeln!(std::io::stderr(), "{line}"));
}

/// How long what blocks may go on when all is done.
const LET_BLOCKED_END: Duration = Duration::from_millis(500);

/// Runs a future on a runtime with all of the machine's cores: under the web framework's own one, every task that is
/// started in the background would share one thread.
fn on_runtime<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(work);
    // Look-ups in a database that no longer answers must not keep the process from ending.
    runtime.shutdown_timeout(LET_BLOCKED_END);
    done
}
