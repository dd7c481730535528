//! The dialects that a closed loop can be spoken in: an endpoint for each, set up as its publisher would.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::workload::DIALECT;
use crate::command::Failure;
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::describe::describe;
use crate::domain::dialect::recipe::Recipe;

/// What a publisher's template tells: what the completions of a measurement have, each once, and the secret where it travels
/// itself.
const TOLD: [&str; 8] =
    ["userId", "transactionId", "offerId", "offerName", "userReward", "payoutMinor", "timestamp", "secret"];

/// A dialect by its name.
pub(super) type Spoken = Arc<str>;

/// What an app's endpoint is created with, to be called back at this URL. Any 200 is an acknowledgement, so that one
/// receiver serves all dialects.
pub(super) fn endpoint(dialect: &str, callback_url: &str) -> Result<Value, Failure> {
    if dialect == DIALECT {
        return Ok(json!({ "dialect": dialect, "callbackUrl": callback_url }));
    }
    let catalog = Catalog::builtin();
    let recipe = catalog.get(dialect).ok_or_else(|| format!("--dialect: there is no {dialect:?}"))?;
    let settings: Map<String, Value> =
        recipe.settings().iter().map(|setting| (setting.name.clone(), json!("measured"))).collect();
    Ok(json!({
        "dialect": dialect,
        "callbackUrl": template(recipe, callback_url),
        "settings": settings,
        "success": { "statuses": ["200"] },
    }))
}

/// The URL as it is for a dialect that appends its own list or sends a body; else a template of what is told, what is
/// signed, and the signature.
fn template(recipe: &Recipe, callback_url: &str) -> String {
    if recipe.has_parameter_list() || recipe.method() == "POST" {
        return callback_url.to_owned();
    }
    let described = describe(recipe);
    let names = |list: &Value| -> Vec<String> {
        list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut used =
        if described["coverage"]["whole"] == true { Vec::new() } else { names(&described["coverage"]["covered"]) };
    used.extend(names(&described["reversal"]["toldBy"]));
    let placeholders = || described["placeholders"].as_array().into_iter().flatten();
    for told in TOLD {
        let of_told = placeholders().filter(|known| known["value"] == told).filter_map(|known| known["name"].as_str());
        let of_told: Vec<&str> = of_told.collect();
        if !used.iter().any(|name| of_told.contains(&name.as_str())) {
            used.extend(of_told.first().map(|name| (*name).to_owned()));
        }
    }
    let signature = recipe.signature().and_then(|signature| signature.placeholder().first().cloned());
    let mut seen: Vec<String> = Vec::new();
    for name in used.into_iter().chain(signature) {
        // What the dialect appends itself stands in no template.
        if !seen.contains(&name) && recipe.reserved_names().all(|own| own != name) {
            seen.push(name);
        }
    }
    let pairs: Vec<String> =
        seen.iter().map(|name| format!("{}={}", name.replace(':', "--"), recipe.written(name))).collect();
    format!("{callback_url}?{}", pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::destination::TargetPolicy;
    use crate::domain::dialect::callback_url::{CallbackUrl, UrlUse};

    #[test]
    fn every_dialect_takes_the_url_that_it_is_measured_with() {
        for recipe in Catalog::builtin().newest() {
            let endpoint = endpoint(recipe.name(), "https://pub.example/callback").unwrap();
            let url = CallbackUrl::new(endpoint["callbackUrl"].as_str().unwrap());
            let checked = url.check(recipe, UrlUse::Callback, &TargetPolicy::default());
            assert!(checked.is_ok(), "{}: {} {checked:?}", recipe.id(), url.as_str());
        }
    }
}
