//! Where a dialect's signature is looked for, in words for whoever pasted something without one.

use super::claims::is_whole;
use super::wholes::{Whole, wholes};
use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::received::{Received, Seen};
use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect::signature::Travels;

/// Where the signature travels, and what to paste.
pub fn looked_for(recipe: &Recipe, config: &CallbackConfig) -> String {
    let title = recipe.title();
    let Some(signature) = recipe.signature() else { return format!("{title} signs nothing.") };
    match &signature.travels {
        Travels::Query(name) => format!("{title} sends it as the parameter {name}; paste the URL with its query."),
        Travels::Placeholder(_) => {
            let names: Vec<String> = signature.placeholder().iter().map(|name| recipe.written(name)).collect();
            let names = names.join(" or ");
            format!("{title} sends it where the callback URL has {names}; paste the URL with its query.")
        }
        Travels::Header(carrier) => {
            let besides = if signature.signs.holds_body() { "its headers and its body" } else { "its headers" };
            let name = carrier.name_at(&config.settings.dialect_settings);
            format!("{title} sends it in the header {name}; paste the whole request, with {besides}.")
        }
    }
}

/// How surely a callback of this dialect was read: whether a whole signature stands in it, or something where one is to
/// stand, or neither. Of several readings of one text the surest is the right one.
pub fn likeness(recipe: &Recipe, config: &CallbackConfig, received: &Received) -> u8 {
    let Some(signature) = recipe.signature() else { return u8::from(received.url.contains('?')) };
    let of_whole = |whole: &Whole| match Seen::new(recipe, config, &whole.received).claimed(signature) {
        Ok(claimed) if claimed.iter().any(|claimed| is_whole(signature, claimed)) => 2,
        Ok(_) => 1,
        Err(_) => 0,
    };
    let is_complete = u8::from(!received.url.is_empty() && (!signature.signs.holds_body() || received.body.is_some()));
    let surest = wholes(recipe, config, received, None).iter().map(of_whole).max().unwrap_or_default();
    2 * surest + if surest > 0 { is_complete } else { 0 }
}
