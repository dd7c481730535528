//! `ringback token create`: a token from the command line, for whoever has the machine but no token yet.

use std::process::ExitCode;

use clap::{ArgMatches, Command};

use crate::actions::caller::Caller;
use crate::actions::calls::CREATE_TOKEN_COMMAND;
use crate::actions::refusal::Refusal;
use crate::actions::standalone::Standalone;
use crate::actions::tokens::NewToken;
use crate::clock::Clock;
use crate::command::{Failure, on_runtime, optional, required, say};
use crate::domain::account::RoleWord;
use crate::settings::{self, Settings};
use crate::store::Store;

pub(super) fn command() -> Command {
    let create = Command::new("create")
        .about("Makes a token and prints it once; works beside a running server")
        .arg(required("name", "What people see it listed as"))
        .arg(required("role", "What it may do").value_parser(["operator", "account_manager", "publisher"]))
        .arg(optional("publisher", "Whose token it is, by id or ref (role publisher)"))
        .args(settings::store_flags());
    Command::new("token").about("Tokens of the admin API").subcommand_required(true).subcommand(create)
}

pub(super) fn run(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    match flags.subcommand() {
        Some(("create", flags)) => create(flags),
        _ => Err("unknown command; see `ringback token --help`".into()),
    }
}

fn create(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    let settings = Settings::load(flags)?;
    let text = |name: &str| flags.get_one::<String>(name).cloned();
    let (name, publisher) = (text("name").unwrap_or_default(), text("publisher"));
    let role = text("role").as_deref().and_then(RoleWord::parse).ok_or("--role: there is no such role")?;
    match (role, &publisher) {
        (RoleWord::Publisher, None) => {
            return Err("--publisher is missing: whose token is it? Give the publisher's id or ref".into());
        }
        (RoleWord::Operator | RoleWord::AccountManager, Some(_)) => {
            return Err("--publisher belongs to --role publisher, and to no other role".into());
        }
        _ => {}
    }
    on_runtime(async {
        let actions = Standalone { store: Store::open_existing(&settings.store)?, clock: Clock::system() };
        let caller = Caller::at_the_command_line();
        let new = NewToken { name, role, publisher: publisher.clone(), expires_at: None };
        let act = actions.create_token(&caller, new);
        match actions.perform(&caller, &CREATE_TOKEN_COMMAND, &[], act).await {
            Ok(created) => {
                say(created.made.text.expose());
                Ok(ExitCode::SUCCESS)
            }
            Err(refusal) => Err(told(refusal, publisher.as_deref())),
        }
    })
}

/// A refusal in the words of whoever typed the command: a field is a flag here.
fn told(refusal: Refusal, publisher: Option<&str>) -> Failure {
    match (refusal, publisher) {
        (Refusal::Invalid(invalid), Some(named)) if invalid.0.iter().any(|fault| fault.field == "publisherId") => {
            format!("--publisher: there is no publisher {named:?}").into()
        }
        (refusal, _) => refusal.into(),
    }
}
