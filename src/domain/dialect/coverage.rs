//! What a signature covers and what it does not: derived from the text that is signed, never written.

use serde::Serialize;

use super::recipe::{Placeholder, Recipe, Reversal};
use super::signed_text::SignedText;
use super::value::{AMOUNTS, Fact};

/// What a signature covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// Whether it covers the whole of what is sent: the URL, all its parameters, or the body.
    pub whole: bool,
    /// The placeholders whose values it covers, by their names.
    pub covered: Vec<String>,
    /// The placeholders that somebody on the way could change unnoticed.
    pub not_covered: Vec<String>,
    /// What of a reward's meaning that leaves open: `user`, `transaction`, `amount`, `reversal`.
    pub gaps: Vec<&'static str>,
}

/// What a recipe's signature covers; `None` where it signs nothing.
pub fn coverage(recipe: &Recipe) -> Option<Coverage> {
    let signature = recipe.signature()?;
    let names = signature.signs.names();
    let whole = signature.signs.needs_whole_query() || signature.signs.holds_body();
    let by_template = matches!(signature.signs, SignedText::Values { .. });
    let signed: Vec<&Placeholder> = names.iter().filter_map(|name| recipe.placeholder(name)).collect();
    let is_covered = |placeholder: &Placeholder| {
        let same = |signed: &&&Placeholder| {
            signed.name() == placeholder.name()
                || signed.rule.source.is_some() && signed.rule.source == placeholder.rule.source
        };
        whole || by_template || signed.iter().any(|signed| same(&signed))
    };
    let appended_unsigned = |name: &str| recipe.appended_on_test().iter().any(|item| item.name == name);
    let visible = || recipe.placeholders().iter().filter(|placeholder| !placeholder.hidden());
    let (covered, not_covered): (Vec<&Placeholder>, Vec<&Placeholder>) =
        visible().partition(|placeholder| is_covered(placeholder) && !appended_unsigned(placeholder.name()));
    let named = |list: &[&Placeholder]| list.iter().map(|placeholder| placeholder.name().to_owned()).collect();
    let gaps = if whole || by_template { Vec::new() } else { gaps(recipe, &covered) };
    Some(Coverage { whole, covered: named(&covered), not_covered: named(&not_covered), gaps })
}

fn gaps(recipe: &Recipe, covered: &[&Placeholder]) -> Vec<&'static str> {
    let covers = |fact: Fact| covered.iter().any(|placeholder| placeholder.rule.uses(fact));
    let mut gaps = Vec::new();
    if !covers(Fact::UserId) {
        gaps.push("user");
    }
    if !covers(Fact::TransactionId) {
        gaps.push("transaction");
    }
    if !AMOUNTS.into_iter().any(covers) {
        gaps.push("amount");
    }
    let is_marked = |reversal: &Reversal| {
        covered.iter().any(|placeholder| match reversal.told_by.as_slice() {
            [] => reversal.is_marked_by(&placeholder.rule),
            // A receiver looks at these and at nothing else.
            named => named.iter().any(|name| name == placeholder.name()),
        })
    };
    if recipe.reversal().is_some_and(|reversal| !is_marked(reversal)) {
        gaps.push("reversal");
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::catalog::Catalog;

    #[test]
    fn what_is_covered_follows_from_what_is_signed() {
        let catalog = Catalog::builtin();
        let of = |dialect: &str| coverage(catalog.get(dialect).unwrap()).unwrap();
        assert!(of("besitos").whole && of("besitos").not_covered.is_empty());
        assert!(of("affonso").whole);
        let offermaru = of("offermaru");
        assert_eq!((offermaru.whole, offermaru.gaps.len()), (false, 0));
        assert_eq!(offermaru.not_covered, ["offer_name", "original_transaction_id", "status"]);
        // What marks the reversal of the one is appended unsigned, that of the other is another URL.
        for dialect in ["levelplay", "pubscale"] {
            assert_eq!(of(dialect).gaps, ["reversal"], "{dialect}");
        }
        assert_eq!(of("kiwiwall").gaps, ["transaction"], "negative amounts are signed");
    }
}
