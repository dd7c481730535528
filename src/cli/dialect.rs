//! `ringback dialect`: checks a recipe of an operator's own, and shows those that ship.
//!
//! It needs neither store nor network, and answers what a server would: both ask `domain::dialect::custom`.

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};

use super::given::{flag, read, text, utf8};
use crate::command::{Failure, say, switch};
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::custom::{Checked, Written, check};
use crate::domain::dialect::describe::describe;

const EXAMPLES: &str = "\
Examples:
  Begin with the nearest dialect that ships:
    ringback dialect show wannads --toml > x-acme.toml

  Check it with the vendor's example, and show what it makes of the standard cases:
    ringback dialect check x-acme.toml --vectors completion.json reversal.json --json";

/// The version that a recipe is checked as where none was published yet.
const FIRST: u32 = 1;

pub(super) fn command() -> Command {
    Command::new("dialect")
        .about("Checks a recipe of your own, or shows one that ships; needs no store")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .after_help(EXAMPLES)
        .subcommand(
            Command::new("check")
                .about(
                    "Says whether a recipe could be published, and if not, what is wrong and where; ends with 0 or 1",
                )
                .arg(positional("file", "FILE", "The recipe in TOML; - reads it from the standard input"))
                .arg(
                    flag("vectors", "FILE.json", "Its vectors: a file holds one, or a list of them")
                        .num_args(1..)
                        .action(ArgAction::Append),
                )
                .arg(switch("json", "Print JSON: findings, warnings, every case and every vector")),
        )
        .subcommand(
            Command::new("show")
                .about("Prints a dialect that ships as JSON, as GET /v1/dialects/NAME describes it")
                .arg(positional("name", "NAME", "The dialect, or one of its versions: NAME@VERSION"))
                .arg(switch("toml", "Print its recipe instead, to copy from")),
        )
}

fn positional(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).value_name(value).help(help).required(true)
}

pub(super) fn run(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    match flags.subcommand() {
        Some(("check", flags)) => run_check(flags),
        Some(("show", flags)) => show(flags),
        _ => Err("give a command: check or show".into()),
    }
}

fn show(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    let catalog = Catalog::builtin();
    let name = text(flags, "name").unwrap_or_default();
    let found = catalog.get(name).or_else(|| catalog.get_version(name));
    let recipe = found.ok_or_else(|| {
        let known: Vec<&str> = catalog.newest().map(|recipe| recipe.name()).collect();
        format!("there is no {name:?}; those that ship are {}", known.join(", "))
    })?;
    if flags.get_flag("toml") {
        say(recipe.source().trim_end());
    } else {
        say(&serde_json::to_string_pretty(&describe(recipe))?);
    }
    Ok(ExitCode::SUCCESS)
}

fn run_check(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    let file = text(flags, "file").unwrap_or_default();
    let recipe = utf8("FILE", read("FILE", file)?)?;
    let mut vectors = Vec::new();
    for path in flags.get_many::<String>("vectors").unwrap_or_default() {
        let json: Value = serde_json::from_slice(&read("--vectors", path)?)
            .map_err(|fault| format!("--vectors: {path} is not JSON: {fault}"))?;
        match json {
            Value::Array(several) => vectors.extend(several),
            one => vectors.push(one),
        }
    }
    let checked = check(&Written { recipe: &recipe, vectors: &vectors }, FIRST);
    if flags.get_flag("json") {
        say(&serde_json::to_string_pretty(&json!(checked))?);
    } else {
        say(&as_text(file, &checked));
    }
    Ok(if checked.publishable { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn as_text(file: &str, checked: &Checked) -> String {
    let mut lines = Vec::new();
    if checked.publishable {
        lines.push(format!("{file} could be published."));
    } else {
        let count = checked.findings.len();
        lines.push(format!("{file} cannot be published; {count} {}:", if count == 1 { "finding" } else { "findings" }));
        lines.extend(checked.findings.iter().map(|finding| format!("  {finding}")));
    }
    let read_back = checked.cases.iter().filter(|case| case.read_back).count();
    let composed = checked.cases.iter().filter(|case| case.request.is_some()).count();
    if !checked.cases.is_empty() {
        lines.push(format!(
            "Of {} standard cases {composed} are composed, {read_back} of them signed and read back.",
            checked.cases.len()
        ));
    }
    for case in &checked.cases {
        lines.extend(case.refused.iter().map(|why| format!("  {} is never sent: {why}", case.name)));
    }
    if !checked.vectors.is_empty() {
        let matching = checked.vectors.iter().filter(|vector| vector.matches).count();
        let mut origins: BTreeMap<String, usize> = BTreeMap::new();
        for vector in &checked.vectors {
            let origin = json!(vector.from);
            *origins.entry(origin.as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
        let origins: Vec<String> = origins.iter().map(|(origin, count)| format!("{origin} {count}")).collect();
        lines.push(format!("Of {} vectors {matching} match ({}).", checked.vectors.len(), origins.join(", ")));
    }
    if let Some(coverage) = &checked.coverage {
        lines.push(match coverage.gaps.as_slice() {
            [] if coverage.whole => "The signature covers all that is sent.".to_owned(),
            [] => "The signature covers user, transaction, amount and what marks a reversal.".to_owned(),
            gaps => format!("The signature leaves open: {}.", gaps.join(", ")),
        });
    }
    lines.extend(checked.warnings.iter().map(|warning| format!("Warning: {warning}")));
    lines.join("\n")
}
