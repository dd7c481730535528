//! A sample endpoint of any recipe: a callback URL that uses all of it, and a setting for each that it asks for. No
//! publisher's URL, setting or secret comes near a recipe that is not published yet.

use std::collections::HashSet;

use super::Finding;
use crate::domain::destination::TargetPolicy;
use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::callback_url::{CallbackUrl, UrlUse};
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::dialect::recipe::{Placeholder, Recipe};
use crate::domain::dialect::signature::Signature;
use crate::domain::encoding::php_key;

/// Where nothing is ever sent.
const URL: &str = "https://receiver.example/callback";
/// Bytes of a template beyond which it takes no more placeholders: a publisher's has 4,000 at the most.
const LONG: usize = 3_800;
/// The ways in which an endpoint may be set up: by a bare URL where the recipe appends a list of its own, and by a template of
/// all its placeholders.
pub(super) fn endpoints(recipe: &Recipe) -> Result<Vec<CallbackConfig>, Finding> {
    let mut endpoints = Vec::new();
    if recipe.has_parameter_list() || recipe.placeholders().is_empty() {
        endpoints.push(endpoint(recipe, URL.to_owned(), None)?);
    }
    if !recipe.placeholders().is_empty() {
        let reversal_url = recipe.takes_reversal_url().then(|| template(recipe, true));
        endpoints.push(endpoint(recipe, template(recipe, false), reversal_url)?);
    }
    Ok(endpoints)
}

fn endpoint(recipe: &Recipe, url: String, reversal_url: Option<String>) -> Result<CallbackConfig, Finding> {
    let checked = |which: UrlUse, url: String| {
        let url = CallbackUrl::new(&url);
        let checked = url.check(recipe, which, &TargetPolicy::anywhere());
        checked.map(|_| url).map_err(|faults| {
            Finding::new("placeholders", format!("a callback URL that uses all of them could not be saved: {faults}"))
        })
    };
    let callback_url = Some(checked(UrlUse::Callback, url)?);
    let reversal_url = reversal_url.map(|url| checked(UrlUse::Reversal, url)).transpose()?;
    let settings = recipe.settings().iter().enumerate();
    let dialect_settings = settings.map(|(at, setting)| (setting.name.clone(), format!("sample{at}"))).collect();
    let settings =
        EndpointSettings { callback_url, reversal_url, dialect_settings, ..EndpointSettings::new(recipe.name()) };
    Ok(CallbackConfig { app_label: "sample-app".to_owned(), settings })
}

/// A template with every placeholder once, as far as a template is long; what the signature needs comes first.
fn template(recipe: &Recipe, for_reversal: bool) -> String {
    let needed = recipe.signature().map(Signature::needs).unwrap_or_default();
    let reserved: HashSet<&str> = recipe.reserved_names().collect();
    let is_usable = |known: &&Placeholder| {
        let is_told = for_reversal || !known.reversal_only();
        !known.hidden() && is_told && !reserved.contains(known.name())
    };
    let usable = || recipe.placeholders().iter().filter(is_usable).map(Placeholder::name);
    let signature = recipe.signature().and_then(|signature| signature.placeholder().first()).map(String::as_str);
    let first = signature.into_iter().chain(usable().filter(|name| needed.contains(name)));
    let names = first.chain(usable().filter(|name| !needed.contains(name)));
    let mut template = URL.to_owned();
    let mut taken: HashSet<String> = recipe.reserved_names().map(str::to_owned).collect();
    for (at, name) in names.enumerate() {
        let mut parameter = php_key(name).replace(':', "--");
        let is_number = parameter.bytes().all(|byte| byte.is_ascii_digit());
        if is_number || !taken.insert(parameter.clone()) {
            parameter = format!("sample_{at}");
        }
        let joint = if at == 0 { '?' } else { '&' };
        let pair = format!("{joint}{parameter}={}", recipe.written(name));
        if template.len() + pair.len() <= LONG {
            template.push_str(&pair);
        }
    }
    template
}
