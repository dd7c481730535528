//! A dialect in one short line: how it is sent, where its signature stands, and whether that is known for sure.

use crate::domain::dialect::listed::Listed;
use crate::domain::dialect::recipe::{Recipe, SecretNeed, Setting};
use crate::domain::dialect_settings::SURFACE_ID;

/// What a page calls a setting of a dialect: what the vendor calls it.
pub fn setting(setting: &Setting) -> &str {
    if setting.name == SURFACE_ID { "Surface id" } else { &setting.name }
}

/// `GET, signature in verifier`, with `not confirmed` behind it where the recipe is not.
pub fn how(recipe: &Recipe) -> String {
    let sent = if recipe.method() == "GET" { "GET" } else { "POST" };
    let signed = match recipe.signature() {
        None => "not signed".to_owned(),
        Some(signature) => {
            match (signature.query_parameter(), signature.placeholder().first(), signature.header_name()) {
                (Some(name), ..) => format!("signature in {name}"),
                (None, Some(name), _) => format!("signature at {}", recipe.written(name)),
                (None, None, Some(header)) => format!("signature in {header}"),
                (None, None, None) => "signed".to_owned(),
            }
        }
    };
    let optional = if recipe.secret() == SecretNeed::Optional { ", optional" } else { "" };
    let solid = if recipe.is_solid() { "" } else { ", not confirmed" };
    format!("{sent}, {signed}{optional}{solid}")
}

/// The same, with the version of an operator's own behind it.
pub fn how_listed(listed: &Listed) -> String {
    let own = listed.publication.as_ref().map(|_| format!("; own, {}", listed.recipe.id()));
    how(&listed.recipe) + &own.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::catalog::Catalog;

    #[test]
    fn each_dialect_is_told_in_one_line() {
        let catalog = Catalog::builtin();
        let of = |name: &str| how(catalog.get(name).unwrap());
        assert_eq!(of("besitos"), "GET, signature in verifier");
        assert_eq!(of("standard-webhooks"), "POST, signature in Webhook-Signature");
        assert_eq!(of("growdeck"), "GET, signature in signature, not confirmed");
        assert!(catalog.newest().all(|recipe| how(recipe).len() < 50));
    }
}
