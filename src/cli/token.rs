//! `ringback token create`: a token from the command line, for whoever has the machine but no token yet.

use std::process::ExitCode;

use clap::{ArgMatches, Command};

use crate::clock::Clock;
use crate::command::{Failure, on_runtime, optional, required, say};
use crate::domain::account::{Role, Token};
use crate::domain::audit::{Actor, AuditEntry, Outcome};
use crate::domain::naming;
use crate::domain::time::Timestamp;
use crate::random;
use crate::settings::{self, Settings};
use crate::store::Store;
use crate::store::tokens::TokenCreated;
use crate::web::generate;

pub(super) fn command() -> Command {
    let create = Command::new("create")
        .about("Makes a token and prints it once; works beside a running server")
        .arg(required("name", "For people"))
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
    let name = naming::name(&text("name").unwrap_or_default())?;
    let (role, publisher) = (text("role").unwrap_or_default(), text("publisher"));
    let token = generate::token();
    on_runtime(async {
        let store = Store::open(&settings.store)?;
        let publisher_id = match publisher {
            Some(named) => match store.publisher(&named).await? {
                Some(publisher) => Some(publisher.id),
                None => return Err(format!("--publisher: there is no publisher {named:?}").into()),
            },
            None => None,
        };
        let role = Role::from_parts(&role, publisher_id)
            .ok_or("--publisher belongs to --role publisher, and to no other role")?;
        let now = Clock::system().now();
        let new = Token { id: random::new_id("tok"), name, role, expires_at: None, created_at: now };
        let (entry, id) = (begun(now), new.id.clone());
        let entry_id = entry.id.clone();
        store.begin_audit(entry).await?;
        match store.create_token(new, &token).await? {
            TokenCreated::Created => {
                say(&token);
                store.end_audit(entry_id, Outcome::Done, Some(id)).await?;
            }
            TokenCreated::UnknownPublisher => {
                store.end_audit(entry_id, Outcome::Refused, None).await?;
                return Err("--publisher: there is no such publisher".into());
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn begun(at: Timestamp) -> AuditEntry {
    let actor = Actor { token_id: None, name: "command line".to_owned(), role: Role::Operator.as_str().to_owned() };
    let action = "ringback token create".to_owned();
    AuditEntry { id: random::new_id("aud"), at, actor, action, subject: None, created_id: None, outcome: None }
}
