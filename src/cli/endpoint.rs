//! The endpoint that a callback is signed or verified for, as flags tell it where no store knows it.

use std::collections::BTreeMap;

use clap::{Arg, ArgAction, ArgMatches};

use super::given::{by_flag, flag, text};
use crate::command::Failure;
use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::callback_url::CallbackUrl;
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect_settings::{self, SURFACE_ID};
use crate::domain::template::Origin;

/// `callback_url` says what that URL is for.
pub(super) fn flags(callback_url: &'static str) -> [Arg; 5] {
    let settings = "What the dialect wants to know of the endpoint besides; may be repeated";
    [
        flag("callback-url", "TEMPLATE", callback_url),
        flag("app-id", "ID", "The app's ref or id, as receivers see it"),
        flag("surface-id", "ID", "The surface of the source that reports").long("surface").alias("surface-id"),
        flag("setting", "NAME=VALUE", settings).action(ArgAction::Append),
        flag("signed-origin", "ORIGIN", "scheme://host[:port] that replaces the URL's in what is signed"),
    ]
}

/// The endpoint as the flags have it.
pub(super) fn endpoint(flags: &ArgMatches, recipe: &Recipe) -> Result<CallbackConfig, Failure> {
    let settings = EndpointSettings {
        callback_url: text(flags, "callback-url").map(CallbackUrl::new),
        dialect_settings: settings(flags, recipe)?,
        signed_origin: signed_origin(flags)?,
        ..EndpointSettings::new(recipe.name())
    };
    Ok(CallbackConfig { app_label: text(flags, "app-id").unwrap_or_default().to_owned(), settings })
}

/// `--setting NAME=VALUE`, and `--surface` for the surface's id.
fn settings(flags: &ArgMatches, recipe: &Recipe) -> Result<BTreeMap<String, String>, Failure> {
    let mut settings = BTreeMap::new();
    for given in flags.get_many::<String>("setting").unwrap_or_default() {
        let (name, value) =
            given.split_once('=').ok_or_else(|| format!("--setting: {given:?} is not written as NAME=VALUE"))?;
        settings.insert(name.to_owned(), value.to_owned());
    }
    settings.extend(text(flags, "surface-id").map(|id| (SURFACE_ID.to_owned(), id.to_owned())));
    dialect_settings::check(&settings, recipe, false).map_err(|invalid| by_flag(&invalid, ""))?;
    Ok(settings)
}

fn signed_origin(flags: &ArgMatches) -> Result<Option<String>, Failure> {
    let checked = |text: &str| Origin::parse(text).map(|_| text.trim_end_matches('/').to_owned());
    let origin = text(flags, "signed-origin").map(checked).transpose();
    origin.map_err(|fault| format!("--signed-origin: {fault}").into())
}
