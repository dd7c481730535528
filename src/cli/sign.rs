//! `ringback sign`: the request that a dialect makes of a completion, a URL or a body, signed, without sending it; or the
//! headers of a report for Ringback itself.
//!
//! It needs neither store nor network, so that a receiver or a reporter can be written against it anywhere.

use std::process::ExitCode;
use std::sync::Arc;

use clap::{ArgAction, ArgMatches, Command};
use serde_json::{Map, Value, json};

use super::endpoint::{self, endpoint};
use super::given::{at, by_flag, dialect_flag, flag, read, recipe, secret_flags, secrets, text, utf8};
use crate::command::{Failure, say, say_error, switch};
use crate::domain::destination::TargetPolicy;
use crate::domain::dialect::callback::{Callback, CallbackConfig, CallbackEvent, CallbackRequest};
use crate::domain::dialect::callback_url::{CallbackUrl, UrlUse};
use crate::domain::dialect::compose::compose;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect::requirements::check_report;
use crate::domain::dialect::sign_draft::{self, Draft};
use crate::domain::dialect_settings;
use crate::domain::json::Object;
use crate::domain::report::Report;
use crate::domain::resolved::Resolved;
use crate::domain::secret::SecretText;
use crate::domain::surface;

/// The event id of a callback that belongs to no delivery.
const EVENT_ID: &str = "evt_signed_by_hand";

/// The app's label where neither flag nor completion names one.
const APP: &str = "app";

const EXAMPLES: &str = "\
Examples:
  A URL, in a dialect that signs URLs or their parameters:
    ringback sign --dialect besitos --secret-file app.secret \\
      --url 'https://pub.example/pb?user_id=u1&payout=17.55'

  A completion, as it is reported, told to a publisher's callback URL:
    ringback sign --dialect besitos --secret-file app.secret \\
      --completion completion.json \\
      --callback-url 'https://pub.example/pb?user={user_id}&tx={transaction_id}'

  A body, in a dialect that signs bodies:
    ringback sign --dialect affonso --secret-file app.secret \\
      --body event.json --timestamp 1704067200

  A report for Ringback itself: its three headers, in the form in which curl reads them:
    ringback sign --report --surface SURFACE --secret-file source.secret \\
      --body report.json |
      curl -H @- -H 'content-type: application/json' \\
      --data-binary @report.json http://127.0.0.1:8080/v1/conversions";

/// What has to be given differs between the two things that it signs.
const USAGE: &str = "ringback sign --dialect <NAME> [OPTIONS]
       ringback sign --report --surface <ID> [OPTIONS]";

pub(super) fn command() -> Command {
    Command::new("sign")
        .about("Signs a callback or a report and prints it; sends nothing, needs no store")
        .override_usage(USAGE)
        .after_help(EXAMPLES)
        .arg(dialect_flag().required_unless_present("report"))
        .args(secret_flags(ArgAction::Set))
        .arg(flag("completion", "FILE", "A completion as in POST /v1/conversions; - reads it from the standard input"))
        .arg(flag("url", "URL", "A URL to sign as it stands (with --report: a GET's path with its query)"))
        .arg(flag("body", "FILE", "A body to sign, byte for byte; - reads it from the standard input"))
        .arg(
            flag("timestamp", "NUMBER", "The timestamp beside a signed body, in the dialect's unit [default: --at]")
                .requires("body"),
        )
        .arg(flag("at", "TIME", "When it is sent: RFC 3339 or Unix milliseconds [default: now]"))
        .args(endpoint::flags("The callback URL, with its placeholders, that --completion is told to"))
        .arg(switch("report", "Sign a report for Ringback: prints its three headers").conflicts_with_all([
            "dialect",
            "completion",
            "timestamp",
            "app-id",
            "setting",
            "signed-origin",
        ]))
        .arg(switch("json", "Print JSON"))
        .mut_arg("completion", |completion| completion.conflicts_with_all(["url", "body"]))
}

pub(super) fn run(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    let key = secrets(flags)?.into_iter().next().map(|(_, key)| key).ok_or("a secret is needed")?;
    if flags.get_flag("report") {
        return report(flags, &key);
    }
    let recipe = recipe(flags)?;
    let request = match text(flags, "completion") {
        Some(path) => of_completion(flags, &recipe, path, &key)?,
        None if text(flags, "url").or(text(flags, "body")).is_some() => of_draft(flags, &recipe, &key)?,
        None => return Err("nothing to sign: give --completion with --callback-url, or --url, or --body".into()),
    };
    if flags.get_flag("json") {
        say(&as_json(&request).to_string())
    } else {
        say(&as_text(&request))
    }
    Ok(ExitCode::SUCCESS)
}

/// The headers alone, so that they can be piped on.
fn report(flags: &ArgMatches, key: &SecretText) -> Result<ExitCode, Failure> {
    let surface_id = text(flags, "surface-id").ok_or("--surface is needed: a report names its source's surface")?;
    let part = match (text(flags, "body"), text(flags, "url")) {
        (Some(path), None) => read("--body", path)?,
        (None, Some(url)) => path_and_query(url).as_bytes().to_vec(),
        _ => return Err("--report signs either --body (a POST) or --url (a GET)".into()),
    };
    let timestamp = at(flags)?.as_millis();
    let headers = [
        ("x-ea-surface", surface_id.to_owned()),
        ("x-ea-timestamp", timestamp.to_string()),
        ("x-ea-signature", surface::sign(key, timestamp, &part)),
    ];
    if flags.get_flag("json") {
        let headers: Map<String, Value> =
            headers.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        say(&Value::from(headers).to_string());
    } else {
        headers.into_iter().for_each(|(name, value)| say(&format!("{name}: {value}")));
    }
    Ok(ExitCode::SUCCESS)
}

/// What of a GET's URL is signed.
fn path_and_query(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    if after_scheme == 0 {
        return url;
    }
    url[after_scheme..].find('/').map_or("/", |at| &url[after_scheme + at..])
}

fn of_completion(
    flags: &ArgMatches,
    recipe: &Arc<Recipe>,
    path: &str,
    key: &SecretText,
) -> Result<CallbackRequest, Failure> {
    let faults = |invalid| by_flag(&invalid, "--completion");
    let template = text(flags, "callback-url").ok_or("--callback-url is needed beside --completion")?;
    // Nothing is sent, so any address will do.
    let url = CallbackUrl::new(template);
    let warnings = url.check(recipe, UrlUse::Callback, &TargetPolicy::anywhere()).map_err(faults)?;
    warnings.iter().for_each(|warning| say_error(&format!("--callback-url: {warning}")));
    let now = at(flags)?;
    let object = Object::parse(&read("--completion", path)?).map_err(|fault| format!("--completion: {fault}"))?;
    let report = Report::parse(&object, now).map_err(faults)?;
    let named = text(flags, "app-id").map(str::to_owned).or_else(|| report.app_id.clone());
    let app_label = named.unwrap_or_else(|| APP.to_owned());
    let resolved = Resolved {
        id: "cmp_signed_by_hand".to_owned(),
        source_id: None,
        app_id: report.app_id.clone().unwrap_or_else(|| app_label.clone()),
        user_id: report.user_id.clone().unwrap_or_default(),
        transaction_id: report.transaction_id(None).map_err(faults)?,
        attribution: None,
        manual: None,
    };
    let completion = report.into_completion(resolved, now);
    let config =
        CallbackConfig { app_label, ..endpoint(flags, recipe)? }.with(|settings| settings.callback_url = Some(url));
    dialect_settings::check(&config.settings.dialect_settings, recipe, true).map_err(faults)?;
    check_report(recipe, &config, &completion).map_err(faults)?;
    let callback = Callback {
        event_id: EVENT_ID,
        completion: &completion,
        event: &CallbackEvent::Completed,
        attempted_at: now,
        created_at: now,
        is_test: false,
    };
    Ok(compose(recipe, &config, &callback, &[key])?)
}

fn of_draft(flags: &ArgMatches, recipe: &Recipe, key: &SecretText) -> Result<CallbackRequest, Failure> {
    let owned = |name: &str| text(flags, name).map(str::to_owned);
    let timestamp = owned("timestamp");
    if timestamp.as_ref().is_some_and(|text| text.parse::<u64>().is_err()) {
        return Err("--timestamp: must be a whole number".into());
    }
    let body = text(flags, "body").map(|path| utf8("--body", read("--body", path)?)).transpose()?;
    if body.is_some() && recipe.method() == "GET" {
        return Err(format!("--body: {} is told by GET and has none; give --url", recipe.title()).into());
    }
    let draft = Draft {
        url: owned("url"),
        body,
        timestamp,
        attempted_at: at(flags)?,
        event_id: EVENT_ID.to_owned(),
        config: CallbackConfig {
            app_label: owned("app-id").unwrap_or_else(|| APP.to_owned()),
            ..endpoint(flags, recipe)?
        },
    };
    sign_draft::sign(recipe, &draft, key).map_err(|invalid| by_flag(&invalid, ""))
}

fn as_text(request: &CallbackRequest) -> String {
    let mut lines = Vec::new();
    for (title, content) in [("Signed text", &request.signed_text), ("Signature", &request.signature)] {
        lines.extend([format!("{title}:"), content.clone().unwrap_or_else(|| "(none)".to_owned()), String::new()]);
    }
    lines.push("Request:".to_owned());
    lines.push(format!("{} {}", request.method, request.url).trim_end().to_owned());
    lines.extend(request.headers.iter().map(|header| format!("{}: {}", header.name, header.value)));
    if let Some(body) = &request.body {
        lines.extend([String::new(), body.clone()]);
    }
    lines.join("\n")
}

fn as_json(request: &CallbackRequest) -> Value {
    let headers = request.headers.iter().map(|header| (header.name.clone(), Value::from(header.value.clone())));
    json!({
        "signedText": request.signed_text,
        "signature": request.signature,
        "method": request.method,
        "url": request.url,
        "headers": headers.collect::<Map<_, _>>(),
        "body": request.body,
    })
}
