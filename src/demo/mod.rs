//! `ringback demo`: the main job, seen in one command with nothing to configure.
//!
//! Who is who: `cast` says who takes part, `stage` starts `ringback serve` as a child process, and the publishers' servers
//! (`receiver`, which verify by `checks` and read by `told`), `setup` makes them known through the admin API (`platform`),
//! `story` makes the `reports` and waits, `money` plays a click, its conversion and a reversal, `board` shows each callback
//! as it arrives, `table` the outcome, and `verdict` says what was wrong with it; `sign_in_link` lets a person into the console.
//!
//! Nothing here may import anything of the product but what all commands share: whatever the demo shows, anybody can do
//! over HTTP.

mod board;
mod cast;
mod checks;
mod money;
mod paint;
mod platform;
mod received;
mod receiver;
mod reports;
mod setup;
mod sign_in_link;
mod stage;
mod story;
mod table;
mod told;
mod verdict;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{ArgMatches, Command};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, timeout_at};

use self::board::Board;
use self::paint::Paint;
use self::sign_in_link::SignInLink;
use self::stage::Stage;
use crate::command::{Failure, Subcommand, on_runtime, say, say_error, switch};

/// The whole course takes about six seconds; with this and a stop of at most eleven, `--exit` ends within its forty.
const LONGEST_COURSE: Duration = Duration::from_secs(28);
/// What shells report of a program that Ctrl-C has ended.
const INTERRUPTED: u8 = 130;

/// The command and its flag.
pub fn command() -> Subcommand {
    let exit = switch(
        "exit",
        "End by itself within 40 seconds: 0 if every callback was delivered and verified as it should be, else 1",
    );
    let flags = Command::new("demo")
        .about("Shows the main job: starts Ringback and publishers' servers here, reports, delivers, verifies")
        .arg(exit);
    Subcommand { flags, run }
}

fn run(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    let exit = flags.get_flag("exit");
    on_runtime(async move {
        // Registered before anything starts, so that an early signal leaves nothing behind.
        let mut interruption = Interruption::listen()?;
        let paint = Paint::for_this_terminal();
        let board = Arc::new(Board::new(paint));
        let latest = Instant::now() + LONGEST_COURSE;
        let overdue = |_| format!("the demo did not come to its end within {LONGEST_COURSE:?}");
        let stage = tokio::select! {
            stage = timeout_at(latest, Stage::open(&board)) => stage.map_err(overdue)??,
            () = interruption.wait() => return Ok(ExitCode::from(INTERRUPTED)),
        };
        say(&format!("Ringback runs on SQLite in a temporary folder, at {}", stage.platform.base));
        let performed = tokio::select! {
            performed = timeout_at(latest, perform(&stage, &board, paint)) => {
                performed.unwrap_or_else(|elapsed| Err(overdue(elapsed).into()))
            }
            () = interruption.wait() => Ok(ExitCode::from(INTERRUPTED)),
        };
        let interrupted = matches!(&performed, Ok(code) if *code == ExitCode::from(INTERRUPTED));
        if !exit && !interrupted && performed.is_ok() {
            let link = SignInLink::open(&stage.platform).await?;
            invite(&stage, &link, paint);
            interruption.wait().await;
            link.close().await;
        }
        if !exit || interrupted {
            say("\nStopping; the temporary folder is removed.");
        }
        stage.close().await?;
        performed
    })
}

/// Plays the demo and shows what came of it.
async fn perform(stage: &Stage, board: &Board, paint: Paint) -> Result<ExitCode, Failure> {
    let course = story::play(stage, board).await?;
    let callbacks = board.callbacks();
    table::show(paint, &course, &callbacks);
    let mut faults = verdict::faults(&course, &callbacks);
    faults.extend(money::play(stage, board).await?);
    if faults.is_empty() {
        say(&paint.green(
            "All as it should be: each completion told once and verified, from the right address; the flaky server \
             recovered, the dead one was given up; what was taken back was told after it was given.",
        ));
        return Ok(ExitCode::SUCCESS);
    }
    for fault in faults {
        say_error(&paint.red(&format!("WRONG  {fault}")));
    }
    Ok(ExitCode::FAILURE)
}

/// Tells the person how to look around.
fn invite(stage: &Stage, link: &SignInLink, paint: Paint) {
    let platform::Platform { base, token, .. } = &stage.platform;
    say("");
    say(&paint.bold(
        "Look around: Ringback and the publishers' servers stay up, further callbacks are shown here. Ctrl-C ends it.",
    ));
    say(&format!("  console, signed in  {}", link.url));
    say(&format!("  API documentation   {base}/docs"));
    say(&format!("  operator token      {token}"));
    say("  by the API: what is dead and why, and a test callback");
    say(&format!("    TOKEN={token}"));
    say(&format!("    curl -s -H \"Authorization: Bearer $TOKEN\" '{base}/v1/deliveries?status=dead'"));
    say(&format!("    curl -s -H \"Authorization: Bearer $TOKEN\" -X POST {base}/v1/apps/offermaru/test"));
}

/// Whatever a person or a supervisor ends a program with.
struct Interruption {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Interruption {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            // A closed terminal window.
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}
