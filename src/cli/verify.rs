//! `ringback verify`: whether a callback as received verifies, with which secret, and if not, why not in words.
//!
//! It needs neither store nor network. It never prints what the right signature would have been.

use std::process::ExitCode;

use clap::{ArgAction, ArgMatches, Command};
use serde_json::json;

use super::endpoint::{self, endpoint};
use super::given::{at, dialect_flag, flag, read, recipe, secret_flags, secrets, text, utf8};
use crate::command::{Failure, say, switch};
use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::diagnose::{Case, Diagnosis, looked_for};
use crate::domain::dialect::received::Received;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::pasted::{self, Chosen};
use crate::domain::secret::SecretText;

const EXAMPLES: &str = "\
Ends with 0 if it verifies, else with 1.

Examples:
  ringback verify --dialect besitos --secret-file app.secret \\
    --url 'https://pub.example/pb?user_id=u1&payout=17.55&verifier=…'

  ringback verify --dialect affonso --secret-file old.secret --secret-file new.secret \\
    --header 'X-Affonso-Signature: t=1704067200,v1=…' --body received.json

  ringback verify --dialect besitos --secret-file app.secret --paste access.log";

const CALLBACK_URL: &str =
    "The callback URL as it is saved: tells which parameter a value stands in, and what a proxy made of it";

pub(super) fn command() -> Command {
    Command::new("verify")
        .about("Says whether a received callback verifies, with which secret, and if not why; needs no store")
        .after_help(EXAMPLES)
        .arg(dialect_flag().required(true))
        .args(secret_flags(ArgAction::Append))
        .arg(flag("method", "METHOD", "How it was received [default: as the dialect sends]"))
        .arg(flag("url", "URL", "The URL as received; path and query will do, as a server logs them"))
        .arg(flag("header", "NAME: VALUE", "A header as received; may be repeated").action(ArgAction::Append))
        .arg(flag("body", "FILE", "The raw body as received; - reads it from the standard input"))
        .arg(
            flag("paste", "FILE", "In place of these: a whole request, a curl command, lines of an access log, JSON or a URL, as copied; - reads it from the standard input")
                .conflicts_with_all(["method", "url", "header", "body"]),
        )
        .args(endpoint::flags(CALLBACK_URL))
        .arg(flag(
            "at",
            "TIME",
            "When it was received, RFC 3339 or Unix milliseconds: says if its own time is long past",
        ))
        .arg(switch("json", "Print JSON"))
}

pub(super) fn run(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    let recipe = recipe(flags)?;
    let keys = secrets(flags)?;
    let config = endpoint(flags, &recipe)?;
    let Chosen { received, note } = match text(flags, "paste") {
        Some(path) => pasted(&utf8("--paste", read("--paste", path)?)?, &recipe, &config, &keys)?,
        None => Chosen { received: received(flags, &recipe)?, note: None },
    };
    // Without an instant nobody knows how old it was when it came.
    let received_at = text(flags, "at").map(|_| at(flags)).transpose()?;
    let case = Case { recipe: &recipe, config: &config, received: &received, keys: &keys, sent: None, received_at };
    let diagnosis = case.diagnosis();
    let diagnosis = Diagnosis { note: diagnosis.note.clone().or(note), ..diagnosis };
    if flags.get_flag("json") {
        say(&json!(diagnosis).to_string())
    } else {
        say(&as_text(&diagnosis));
        diagnosis.age.iter().for_each(|age| say(age));
    }
    Ok(if diagnosis.verifies { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the flags give one by one.
fn received(flags: &ArgMatches, recipe: &Recipe) -> Result<Received, Failure> {
    let url = text(flags, "url").map(|url| url.trim().to_owned());
    if url.is_none() && recipe.method() == "GET" {
        return Err(format!("--url is needed: {} is told by a URL", recipe.title()).into());
    }
    let body = text(flags, "body");
    if body.is_none() && recipe.method() == "POST" {
        return Err(format!("--body is needed: {} is told by a body", recipe.title()).into());
    }
    Ok(Received {
        method: text(flags, "method").unwrap_or(recipe.method()).to_owned(),
        url: url.unwrap_or_default(),
        headers: flags.get_many::<String>("header").unwrap_or_default().map(header).collect::<Result<_, _>>()?,
        body: body.map(|path| utf8("--body", read("--body", path)?)).transpose()?,
    })
}

/// What was pasted as a whole.
fn pasted(
    text: &str,
    recipe: &Recipe,
    config: &CallbackConfig,
    keys: &[(String, SecretText)],
) -> Result<Chosen, Failure> {
    let found = pasted::read(text);
    let paste =
        found.ok_or_else(|| format!("--paste: no request was found in this. {}", looked_for(recipe, config)))?;
    paste.chosen(recipe, config, keys).map_err(|elsewhere| format!("--paste: {elsewhere}").into())
}

fn header(line: &String) -> Result<(String, String), Failure> {
    let (name, value) =
        line.split_once(':').ok_or_else(|| format!("--header: {line:?} is not written as 'Name: value'"))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn as_text(diagnosis: &Diagnosis) -> String {
    let mut lines = Vec::new();
    match (&diagnosis.key, diagnosis.verifies) {
        (Some(key), true) => lines.push(format!("It verifies, with the secret given by {key}.")),
        (_, true) => lines.push("It verifies.".to_owned()),
        (_, false) => lines.push(format!("It does not verify. {}", diagnosis.finding)),
    }
    if let (Some(key), false) = (&diagnosis.key, diagnosis.verifies) {
        lines.push(format!("The secret is right: {key}."));
    }
    if let Some(signed_text) = &diagnosis.signed_text {
        // Nobody signed a text that no secret verifies: it is the one to compare with.
        let label = if diagnosis.is_signed { "Signed text:" } else { "Text to compare with what your server signs:" };
        lines.extend([String::new(), label.to_owned(), signed_text.clone()]);
    }
    if let Some(received_text) =
        diagnosis.received_text.as_ref().filter(|text| diagnosis.signed_text.as_ref() != Some(text))
    {
        lines.extend([String::new(), "Received text:".to_owned(), received_text.clone()]);
    }
    lines.extend(diagnosis.note.iter().flat_map(|note| [String::new(), note.clone()]));
    if !diagnosis.verifies {
        lines.extend([String::new(), diagnosis.advice.clone()]);
    }
    lines.join("\n")
}
