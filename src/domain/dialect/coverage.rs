//! What a signature covers and what it does not: derived from the text that is signed, never written.

use serde::Serialize;

use super::recipe::{Placeholder, Recipe};

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
    let visible = recipe.placeholders().iter().filter(|placeholder| !placeholder.hidden());
    let (covered, not_covered): (Vec<&Placeholder>, Vec<&Placeholder>) =
        visible.partition(|placeholder| recipe.covers(signature, placeholder));
    let named = |list: &[&Placeholder]| list.iter().map(|placeholder| placeholder.name().to_owned()).collect();
    Some(Coverage {
        whole: recipe.is_covered_whole(signature),
        covered: named(&covered),
        not_covered: named(&not_covered),
        gaps: recipe.gaps(),
    })
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
        assert_eq!(of("levelplay").gaps, ["reversal"], "its mark is appended unsigned");
        assert_eq!(of("pubscale").gaps, [""; 0], "its mark is another URL, at which nothing else is told");
        assert_eq!(of("kiwiwall").gaps, ["transaction"], "negative amounts are signed");
    }
}
