//! `ringback migrate`: what a start does by itself, for those who want it done before.

use std::process::ExitCode;

use clap::{ArgMatches, Command};

use crate::command::{Failure, say};
use crate::settings::{self, Settings};
use crate::store;

pub(super) fn command() -> Command {
    Command::new("migrate").about("Brings the store up to this version").args(settings::store_flags())
}

pub(super) fn run(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    let settings = Settings::load(flags)?;
    let ran = store::migrate(&settings.store.location)?;
    if ran.is_empty() {
        say("The store is up to date.");
    }
    for name in ran {
        say(&format!("ran {name}"));
    }
    Ok(ExitCode::SUCCESS)
}
