//! The command line: what a person types, and what is printed back.
//!
//! Each command is a file of its own; this one only finds out which is meant. A command answers with a message for the
//! person and an exit code; it never panics at bad input.

mod bench;
mod migrate;
mod serve;
mod token;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Arg, ArgAction, Command};

use crate::settings;

/// Why a command did not do what it was asked to.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs the command that these arguments name.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let matches = command().get_matches_from(arguments);
    let done = match matches.subcommand() {
        Some(("serve", flags)) => serve::run(flags),
        Some(("migrate", flags)) => migrate::run(flags),
        Some(("token", token)) => match token.subcommand() {
            Some(("create", flags)) => token::create(flags),
            _ => unreachable_command(),
        },
        Some((name, flags)) => bench::run(name, flags),
        None => unreachable_command(),
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            say_error(&format!("ringback: {failure}"));
            ExitCode::FAILURE
        }
    }
}

/// The parser admits only commands that are listed in [`command`].
fn unreachable_command() -> Result<ExitCode, Failure> {
    Err("unknown command; see `ringback --help`".into())
}

/// All commands and their flags.
pub fn command() -> Command {
    Command::new("ringback")
        .version(env!("CARGO_PKG_VERSION"))
        .about("The sender behind an offerwall: durable, signed, templated callbacks from fixed egress IPs")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("serve")
                .about("Serves API and console and delivers callbacks, until SIGTERM or Ctrl-C")
                .args(settings::flags()),
        )
        .subcommand(Command::new("migrate").about("Brings the store up to this version").args(settings::flags()))
        .subcommand(
            Command::new("token").about("Tokens of the admin API").subcommand_required(true).subcommand(
                Command::new("create")
                    .about("Makes a token and prints it once; works beside a running server")
                    .arg(required("name", "For people"))
                    .arg(required("role", "What it may do").value_parser(["operator", "account_manager", "publisher"]))
                    .arg(optional("publisher", "Whose token it is, by id or ref (role publisher)"))
                    .args(settings::flags()),
            ),
        )
        .subcommands(bench::commands())
}

fn required(name: &'static str, help: &'static str) -> Arg {
    optional(name, help).required(true)
}

fn optional(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).action(ArgAction::Set)
}

/// Prints a line for the person at the terminal.
#[expect(clippy::print_stdout, reason = "a command's own words")]
fn say(line: &str) {
    println!("{line}");
}

/// Prints a line about a failure.
#[expect(clippy::print_stderr, reason = "a command's own words")]
fn say_error(line: &str) {
    eprintln!("{line}");
}

/// Runs a future on a runtime with all of the machine's cores: under the web framework's own one, every task that is
/// started in the background would share one thread.
fn on_runtime<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}
