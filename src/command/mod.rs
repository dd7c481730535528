//! What all commands share and none alone: how a command is made known, the terminal, the runtime, the shorthands of
//! flags, and a child process of this same binary.
//!
//! A command answers with a message for the person and an exit code; it never panics at bad input. Nothing here may know
//! what a command does.

pub mod child;
pub mod server_process;

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::clock::Clock;

/// Why a command did not do what it was asked to.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A command of the command line.
#[derive(Debug)]
pub struct Subcommand {
    /// How it is typed.
    pub flags: Command,
    /// What it does.
    pub run: fn(&ArgMatches) -> Result<ExitCode, Failure>,
}

impl Subcommand {
    /// What it is called.
    pub fn name(&self) -> &str {
        self.flags.get_name()
    }
}

/// A flag that takes a value and must be given.
pub fn required(name: &'static str, help: &'static str) -> Arg {
    optional(name, help).required(true)
}

/// A flag that takes a value.
pub fn optional(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).action(ArgAction::Set)
}

/// A flag that takes none.
pub fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).action(ArgAction::SetTrue)
}

/// Prints a line for the person at the terminal. Where nobody reads any more (`… | head`), the work goes on unheard:
/// `println!` would panic in the middle of it.
pub fn say(line: &str) {
    drop(writeln!(std::io::stdout(), "{line}"));
}

/// Prints a line about a failure.
pub fn say_error(line: &str) {
    drop(writeln!(std::io::stderr(), "{line}"));
}

/// The machine's time, in Unix milliseconds.
pub fn now_ms() -> i64 {
    Clock::system().now().as_millis()
}

/// How long what blocks may go on when all is done.
const LET_BLOCKED_END: Duration = Duration::from_millis(500);

/// Runs a future on a runtime with all of the machine's cores: under the web framework's own one, every task that is
/// started in the background would share one thread.
pub fn on_runtime<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(work);
    // Look-ups in a database that no longer answers must not keep the process from ending.
    runtime.shutdown_timeout(LET_BLOCKED_END);
    done
}
