//! A callback URL for an endpoint that has none yet: the least that its dialect needs, on a host that is nobody's.

use crate::domain::dialect::callback_url::CallbackUrl;
use crate::domain::dialect::recipe::{Placeholder, Recipe};
use crate::domain::dialect::value::Fact;

/// What every receiver wants to know.
const WANTED: [Fact; 5] = [Fact::UserId, Fact::TransactionId, Fact::UserReward, Fact::PayoutMinor, Fact::Secret];

/// The URL.
pub fn url(recipe: &Recipe) -> CallbackUrl {
    let base = "https://your-server.example/callback";
    if recipe.body().is_some() || recipe.has_parameter_list() {
        return CallbackUrl::new(base);
    }
    let signed = recipe.signature().map(|signature| signature.signs.names()).unwrap_or_default();
    let told_by = recipe.reversal().map(|reversal| reversal.told_by.as_slice()).unwrap_or_default();
    let mut chosen: Vec<&Placeholder> = Vec::new();
    let reserved: Vec<&str> = recipe.reserved_names().collect();
    for own in recipe.placeholders() {
        let is_named = signed.contains(&own.name()) || told_by.first().is_some_and(|mark| mark == own.name());
        let is_wanted = is_named || WANTED.into_iter().any(|fact| own.rule.uses(fact));
        let is_usable = !own.hidden() && !own.reversal_only() && !reserved.contains(&own.name());
        // Twins of one value would only repeat it.
        let repeats = chosen.iter().any(|other| other.rule == own.rule);
        if is_usable && is_wanted && !repeats {
            chosen.push(own);
        }
    }
    let carrier = recipe.signature().and_then(|signature| signature.placeholder().first()).map(String::as_str);
    let names = chosen.iter().map(|own| own.name()).chain(carrier);
    let pairs: Vec<String> = names.map(|name| format!("{}={}", parameter(name), recipe.written(name))).collect();
    CallbackUrl::new(&format!("{base}?{}", pairs.join("&")))
}

/// A parameter's name that no language changes.
fn parameter(name: &str) -> String {
    name.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).collect()
}
