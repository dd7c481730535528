//! `ringback dialects`: the dialects as one table, from their recipes.

use std::process::ExitCode;

use clap::{ArgMatches, Command};

use crate::command::{Failure, say};
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::table::table;

pub(super) fn command() -> Command {
    Command::new("dialects")
        .about("Lists the dialects: how each is sent, signed, acknowledged and taken back (Markdown)")
}

pub(super) fn run(_: &ArgMatches) -> Result<ExitCode, Failure> {
    say(table(&Catalog::builtin()).trim_end());
    Ok(ExitCode::SUCCESS)
}
