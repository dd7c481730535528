//! Values that would let two different callbacks have the same signed text: refused, unless the recipe accepts them because
//! the vendor's formula leaves no other way.
//!
//! Event ids, instants and signatures never hold a separator, so what only an attempt knows is not looked at.

use super::recipe::Recipe;
use super::signed_text::SignedText;
use super::text_of::TextPiece;
use super::value::{ValueRule, ValueSource};
use super::values::Values;
use super::written_value::Value;
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
        SignedText::Values { join, leave_out_empty } => {
            let names = template.into_iter().flat_map(Template::placeholders);
            let mut names: Vec<&str> = names.filter(|name| !signature.stands_for(name)).collect();
            names.sort_unstable();
            names.dedup();
            // Behind the last value nothing follows that could be taken for a part of it, unless it may be left out.
            if leave_out_empty.is_empty() {
                names.pop();
            }
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
        let rule = self.values.recipe.placeholder(name).map(|placeholder| &placeholder.rule);
        // What an endpoint is set to was asked when it was saved, and no reporter can mend it.
        if rule.is_some_and(|rule| rule.sources().any(|source| matches!(source, ValueSource::Setting(_)))) {
            return;
        }
        if let Some(Value::Text(text)) = self.values.named(name)
            && blurs(&text, separator)
        {
            let message = format!("holds `{separator}`, which would make the text that is signed ambiguous");
            self.invalid.push(rule.map_or_else(|| name.to_owned(), ValueRule::field), message);
        }
    }
}

/// Whether a value that this separator follows ends elsewhere than where the separator is first read.
pub(crate) fn blurs(value: &str, separator: &str) -> bool {
    [value, separator].concat().find(separator) != Some(value.len())
}

/// What separates the values of a signed text that come from settings, where that must not stand in them.
pub(crate) fn separators(recipe: &Recipe) -> Vec<&str> {
    let Some(signature) = recipe.signature().filter(|signature| !signature.accepts_ambiguity) else {
        return Vec::new();
    };
    match &signature.signs {
        SignedText::Values { join, .. } => vec![join],
        SignedText::Text { of, .. } => {
            let literals = of.pieces().iter().filter_map(|piece| match piece {
                TextPiece::Literal(text) => Some(text.as_str()),
                _ => None,
            });
            literals.collect()
        }
        SignedText::Query { .. } if signature.signs_decoded_pairs() => vec!["&"],
        SignedText::Url | SignedText::Query { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_overlaps_its_separator_blurs_it_too() {
        assert!(blurs("a:b", ":") && blurs("a-", "--") && blurs("a--b", "--"));
        assert!(!blurs("a", ":") && !blurs("a-b", "--") && !blurs("", "--"));
    }
}
