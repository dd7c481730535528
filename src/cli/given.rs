//! What a person gives the commands that work without a store: secrets, files, instants, a dialect.
//!
//! Every fault names the flag that it came by. A secret is read and handed on, never printed, not even in a fault.

use std::io::Read;
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches};

use crate::clock::Clock;
use crate::command::Failure;
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect_settings::SURFACE_ID;
use crate::domain::invalid::Invalid;
use crate::domain::secret::SecretText;
use crate::domain::time::Timestamp;

/// Where a secret is taken from when no flag gives one: unlike a flag, it stands in no shell history and no list of
/// processes.
const SECRET: &str = "RINGBACK_SECRET";

/// The flags that give secrets.
pub(super) fn secret_flags(action: ArgAction) -> [Arg; 2] {
    let several = if matches!(action, ArgAction::Append) { "; may be repeated" } else { "" };
    [
        Arg::new("secret").long("secret").value_name("TEXT").action(action.clone()).help(format!(
            "The secret. It stays in the shell's history: prefer --secret-file, or the variable {SECRET}{several}"
        )),
        Arg::new("secret-file")
            .long("secret-file")
            .value_name("FILE")
            .action(action)
            .help(format!("File that holds the secret; a line break at its end does not belong to it{several}")),
    ]
}

pub(super) fn dialect_flag() -> Arg {
    Arg::new("dialect").long("dialect").value_name("NAME").help(format!("The dialect: {}", dialects()))
}

/// A flag that takes one value.
pub(super) fn flag(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

pub(super) fn text<'a>(flags: &'a ArgMatches, name: &str) -> Option<&'a str> {
    flags.try_get_one::<String>(name).ok().flatten().map(String::as_str)
}

/// The secrets that the flags give, else the one of the environment, each with the words for where it came from.
pub(super) fn secrets(flags: &ArgMatches) -> Result<Vec<(String, SecretText)>, Failure> {
    let all = |name: &str| flags.get_many::<String>(name).unwrap_or_default().cloned().collect::<Vec<_>>();
    let mut secrets = Vec::new();
    let plain = all("secret");
    for (index, secret) in plain.iter().enumerate() {
        let label = if plain.len() == 1 { "--secret".to_owned() } else { format!("--secret number {}", index + 1) };
        secrets.push(checked(label, secret)?);
    }
    for path in all("secret-file") {
        let label = format!("--secret-file {path}");
        let content = utf8("--secret-file", read("--secret-file", &path)?)?;
        let line = content.strip_suffix('\n').map_or(content.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
        secrets.push(checked(label, line)?);
    }
    if secrets.is_empty() {
        let given = std::env::var(SECRET).ok().filter(|secret| !secret.is_empty());
        let secret =
            given.ok_or_else(|| format!("a secret is needed: --secret-file FILE, --secret TEXT or {SECRET}"))?;
        secrets.push(checked(SECRET.to_owned(), &secret)?);
    }
    Ok(secrets)
}

fn checked(label: String, secret: &str) -> Result<(String, SecretText), Failure> {
    match SecretText::brought(secret) {
        Ok(secret) => Ok((label, secret)),
        Err(Invalid(faults)) => {
            let message = faults.first().map(|fault| fault.message.clone()).unwrap_or_default();
            Err(format!("{label}: the secret {message}").into())
        }
    }
}

/// The dialect's recipe: the newest, or the version named by `name@version`.
pub(super) fn recipe(flags: &ArgMatches) -> Result<Arc<Recipe>, Failure> {
    let catalog = Catalog::builtin();
    let name = text(flags, "dialect").ok_or_else(|| format!("--dialect is needed: one of {}", dialects()))?;
    let found = catalog.get(name).or_else(|| catalog.get_version(name)).cloned();
    found.ok_or_else(|| format!("--dialect: there is no {name:?}; known are {}", dialects()).into())
}

fn dialects() -> String {
    Catalog::builtin().newest().map(|recipe| recipe.name().to_owned()).collect::<Vec<_>>().join(", ")
}

/// The bytes of a file, or of the standard input for `-`, exactly as they are: a signature covers each of them.
pub(super) fn read(flag: &str, path: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let done = if path == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes).map(drop)
    } else {
        std::fs::read(path).map(|content| bytes = content)
    };
    done.map_err(|error| format!("{flag}: cannot read {path}: {error}"))?;
    Ok(bytes)
}

pub(super) fn utf8(flag: &str, bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|_| format!("{flag}: is not UTF-8 text").into())
}

/// `--at`, or the present instant.
pub(super) fn at(flags: &ArgMatches) -> Result<Timestamp, Failure> {
    let Some(text) = text(flags, "at") else { return Ok(Clock::system().now()) };
    let milliseconds = text.parse().ok().and_then(Timestamp::within_range);
    let instant = milliseconds.or_else(|| Timestamp::parse_rfc3339(text));
    instant.ok_or_else(|| {
        format!("--at: {text:?} is neither RFC 3339 (2024-07-01T18:40:00Z) nor Unix milliseconds").into()
    })
}

/// Faults with the flags that they came by in place of the API's names; the rest are fields of `file`.
pub(super) fn by_flag(invalid: &Invalid, file: &str) -> Failure {
    let line = |field: &str, message: &str| match field {
        "url" => format!("--url: {message}"),
        "body" => format!("--body: {message}"),
        "dialect" => format!("--dialect: {message}"),
        "secret" => format!("--secret: {message}"),
        "callbackUrl" => format!("--callback-url: {message}"),
        SURFACE_ID => format!("--surface: {message}"),
        "appId" if file.is_empty() => format!("--app-id: {message}"),
        field => match field.strip_prefix("settings.") {
            Some(name) => format!("--setting: {name}: {message}"),
            None => format!("{file}: {field}: {message}"),
        },
    };
    let lines: Vec<String> = invalid.0.iter().map(|fault| line(&fault.field, &fault.message)).collect();
    lines.join("\n").into()
}
