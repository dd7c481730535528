//! Where a dialect's signature is looked for, in words for whoever pasted something without one.

use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect::signature::Travels;

/// Where the signature travels, and what to paste.
pub fn looked_for(recipe: &Recipe) -> String {
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
            format!("{title} sends it in the header {}; paste the whole request, with {besides}.", carrier.name)
        }
    }
}
