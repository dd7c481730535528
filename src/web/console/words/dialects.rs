//! A dialect in one line: how it is sent, and where its signature stands.

use crate::domain::dialect::recipe::{Recipe, SecretNeed};

/// `GET, signed in the parameter verifier`.
pub fn how(recipe: &Recipe) -> String {
    let sent = if recipe.method() == "GET" { "GET" } else { "POST with JSON" };
    let signed = match recipe.signature() {
        None => "not signed".to_owned(),
        Some(signature) => match (signature.query_parameter(), signature.placeholder().first(), carrier(recipe)) {
            (Some(name), ..) => format!("signed in the parameter {name}"),
            (None, Some(name), _) => format!("signed where the URL says {}", recipe.written(name)),
            (None, None, Some(header)) => format!("signed in the header {header}"),
            (None, None, None) => "signed".to_owned(),
        },
    };
    let optional = if recipe.secret() == SecretNeed::Optional { ", if you like" } else { "" };
    format!("{sent}, {signed}{optional}")
}

/// The header that carries the signature is the last of its own.
fn carrier(recipe: &Recipe) -> Option<&str> {
    recipe.owned_headers().last().copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::catalog::Catalog;

    #[test]
    fn each_dialect_is_told_in_one_line() {
        let catalog = Catalog::builtin();
        let of = |name: &str| how(catalog.get(name).unwrap());
        assert_eq!(of("besitos"), "GET, signed in the parameter verifier");
        assert!(of("standard-webhooks").starts_with("POST with JSON, signed in the header Webhook-Signature"));
        assert!(catalog.newest().all(|recipe| how(recipe).len() < 80));
    }
}
