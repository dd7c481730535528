//! Values that would let two different callbacks have the same signed text: refused, unless the recipe accepts them because
//! the vendor's formula leaves no other way.
//!
//! Event ids, instants and signatures never hold a separator, so what only an attempt knows is not looked at.

use super::signed_text::{SignedText, TextPiece};
use super::values::{Value, Values};
use crate::domain::invalid::Invalid;
use crate::domain::template::Template;

/// The values of a callback that hold what separates two of them; without a template only those that every template of the
/// dialect signs.
pub(super) fn ambiguities(values: &Values<'_>, template: Option<&Template>) -> Invalid {
    let mut found = Ambiguities { values, invalid: Invalid::none() };
    let Some(signature) = values.recipe.signature().filter(|signature| !signature.accepts_ambiguity) else {
        return found.invalid;
    };
    match &signature.signs {
        // Of decoded pairs every value is asked, so that no receiver has to think of the order.
        SignedText::Query { only: Some(names), .. } if signature.signs_decoded_pairs() => {
            names.iter().for_each(|name| found.look_at(name, "&"));
        }
        SignedText::Values { join, .. } => {
            let own = signature.placeholder();
            let names = template.iter().flat_map(|template| template.placeholders());
            let mut names: Vec<&str> = names.filter(|name| !own.iter().any(|own| own == name)).collect();
            names.sort_unstable();
            names.dedup();
            // Behind the last value nothing follows that could be taken for a part of it.
            names.pop();
            names.into_iter().for_each(|name| found.look_at(name, join));
        }
        SignedText::Text { of, .. } => {
            let pieces = of.pieces();
            for (at, piece) in pieces.iter().enumerate() {
                let (Some(name), Some(TextPiece::Literal(literal))) = (piece.placeholder(), pieces.get(at + 1)) else {
                    continue;
                };
                if pieces[at + 1..].iter().any(|later| later.placeholder().is_some()) {
                    found.look_at(name, literal);
                }
            }
        }
        SignedText::Url | SignedText::Query { .. } => {}
    }
    found.invalid
}

struct Ambiguities<'a> {
    values: &'a Values<'a>,
    invalid: Invalid,
}

impl Ambiguities<'_> {
    fn look_at(&mut self, name: &str, separator: &str) {
        let Some(placeholder) = self.values.recipe.placeholder(name) else { return };
        if let Some(Value::Text(text)) = self.values.text(&placeholder.rule)
            && text.contains(separator)
        {
            let message = format!("holds `{separator}`, which would make the text that is signed ambiguous");
            self.invalid.push(placeholder.rule.field(), message);
        }
    }
}
