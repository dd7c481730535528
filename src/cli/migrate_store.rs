//! `ringback migrate-store`: from one machine to several, with everything that the one has.
//!
//! Neither URL is ever printed: the target's may hold a password.

use std::process::ExitCode;

use clap::{ArgMatches, Command};

use crate::command::{Failure, required, say};
use crate::store::{Location, StoreCopy, StoreError, Verdict};

pub(super) fn command() -> Command {
    Command::new("migrate-store")
        .about("Copies everything from an SQLite store into an empty PostgreSQL database, and compares the two")
        .long_about(
            "Copies everything from an SQLite store into an empty PostgreSQL database (this direction alone), then \
             reads both and compares them row by row. Stop the server first. Where it was interrupted, run it again: \
             it goes on where it was, and until it has come to its end nothing can serve from the target.",
        )
        .arg(required("from", "The store to copy: sqlite://PATH").value_name("URL"))
        .arg(
            required(
                "to",
                "The empty database: postgres://…; a password can stand in PGPASSWORD or in ~/.pgpass instead, where \
                 no list of processes shows it",
            )
            .value_name("URL"),
        )
}

pub(super) fn run(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    let mut copy = StoreCopy::begin(&location(flags, "from")?, &location(flags, "to")?).map_err(by_flag)?;
    if copy.is_resumed() {
        say("Going on with the copy that was interrupted.");
    }
    copy.copy(|table, rows| say(&format!("{table:<20} {rows:>12} copied")))?;
    let mut differences = Vec::new();
    let all_equal = copy.verify(|table, verdict| match verdict {
        Verdict::Equal { rows, checksum } => say(&format!("{table:<20} {rows:>12} verified, SHA-256 {checksum}")),
        Verdict::Differs { first } => differences.push(format!("{table}: {first}")),
    })?;
    if !all_equal {
        let what_to_do = "either side was changed meanwhile; nothing can serve from the target as it is: make it an \
                          empty database again and start anew";
        return Err(format!("the copy differs from its source ({}); {what_to_do}", differences.join("; ")).into());
    }
    say("Everything is in the target. What comes next:");
    say("- Start every node with RINGBACK_DATABASE_URL set to what --to named.");
    say("- Keep the same master key: RINGBACK_MASTER_KEY_FILE must name a copy of the file that the SQLite store had");
    say("  (beside it, ending in .key, unless it was set), on every node.");
    say("- Serve from the old file no more: it would send once more what is open in it.");
    Ok(ExitCode::SUCCESS)
}

/// The place that a flag names; a URL that cannot be read is not repeated.
fn location(flags: &ArgMatches, flag: &str) -> Result<Location, Failure> {
    let url = flags.get_one::<String>(flag).map_or("", String::as_str);
    Location::parse(url).map_err(|error| format!("--{flag}: {error}").into())
}

/// The file that it did not find is the one that --from names, and no setting.
fn by_flag(error: StoreError) -> Failure {
    match error {
        StoreError::Open { path, reason } => format!("--from: cannot open {}: {reason}", path.display()).into(),
        other => other.into(),
    }
}
