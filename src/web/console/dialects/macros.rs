//! What a dialect's placeholders stand for: what the vendor calls each, what it means, and what of the sample it becomes.

use crate::domain::dialect::marked::Marked;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect::sample::{Example, Sample};
use crate::web::console::words::sentences;

/// A placeholder.
#[derive(Debug)]
pub(super) struct MacroRow {
    /// As templates write it.
    pub(super) written: String,
    pub(super) meaning: String,
    /// Its value in the sample; nothing where it has none.
    pub(super) value: Option<String>,
    /// The same on the reversal, where that is another.
    pub(super) reversed: Option<String>,
    /// The parameter of the URL that it becomes, as it is sent.
    pub(super) carried: Option<String>,
}

/// All of them, the signature's first.
pub(super) fn rows(recipe: &Recipe, sample: &Sample) -> Vec<MacroRow> {
    let parts = &sample.completion.parts;
    let of_signature =
        recipe.signature().into_iter().flat_map(|signature| signature.placeholder()).map(|name| MacroRow {
            written: recipe.written(name),
            meaning: "The signature.".to_owned(),
            value: sample.completion.request.signature.clone(),
            reversed: sample.reversal.as_ref().ok().and_then(|told| told.request.signature.clone()),
            carried: carried(parts, name),
        });
    let own = recipe.placeholders().iter().zip(&sample.values).map(|(placeholder, example)| {
        let Example { name, completed, reversed } = example;
        let only = match (placeholder.hidden(), placeholder.reversal_only()) {
            (true, _) => " In the text that is signed alone.",
            (_, true) => " In a reversal URL alone.",
            _ => "",
        };
        MacroRow {
            written: recipe.written(name),
            meaning: format!("{}{only}", sentences::of(placeholder.meaning())),
            value: completed.clone().filter(|value| !value.is_empty()),
            reversed: reversed.clone().filter(|_| reversed != completed && sample.reversal.is_ok()),
            carried: carried(parts, name),
        }
    });
    of_signature.chain(own).collect()
}

/// The parameter of a URL that a placeholder became: each begins with what joins it.
fn carried(parts: &[Marked], name: &str) -> Option<String> {
    let at = parts.iter().position(|part| part.placeholder.as_deref() == Some(name))?;
    let joins = |part: &Marked| part.placeholder.is_none() && part.text.starts_with(['?', '&']);
    let Some(from) = parts[..at].iter().rposition(joins) else {
        return Some(format!("…{}…", parts[at].text));
    };
    let end = parts[at..].iter().position(joins).map_or(parts.len(), |more| at + more);
    let whole: String = parts[from..end].iter().map(|part| part.text.as_str()).collect();
    Some(whole.trim_start_matches(['?', '&']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_found_in_the_parameter_that_it_became() {
        let part = |text: &str, placeholder: Option<&str>| Marked {
            text: text.to_owned(),
            placeholder: placeholder.map(str::to_owned),
            signed: false,
        };
        let parts = [
            part("https://p.example", None),
            part("/cb/", None),
            part("u%201", Some("user_id")),
            part("?tx=", None),
            part("a", None),
            part("t-1", Some("tx")),
            part("&s=", None),
            part("1", Some("status")),
        ];
        assert_eq!(carried(&parts, "tx").as_deref(), Some("tx=at-1"));
        assert_eq!(carried(&parts, "status").as_deref(), Some("s=1"));
        assert_eq!(carried(&parts, "user_id").as_deref(), Some("…u%201…"));
        assert_eq!(carried(&parts, "payout"), None);
    }
}
