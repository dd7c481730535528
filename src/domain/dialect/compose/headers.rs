//! The headers that are a dialect's own: which of them a callback has, and what they say. It must not know those that carry a
//! signature or that the publisher wants besides.

use crate::domain::dialect::callback::Header;
use crate::domain::dialect::draft_text::DraftText;
use crate::domain::dialect::named::HeaderRule;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect::value::ValueSource;
use crate::domain::dialect::values::Values;
use crate::domain::dialect::written_value::AttemptFacts;
use crate::domain::invalid::Invalid;

/// The values of a dialect's headers, in the recipe's order, then of those that go along with a signature.
pub(super) struct DialectHeaders(Vec<Option<DraftText>>);

impl DialectHeaders {
    pub(super) fn of<'a>(recipe: &'a Recipe, values: &Values<'a>) -> Self {
        let text = |header: &'a HeaderRule| values.text(&header.rule).map(|value| DraftText::of(&value));
        Self(rules(recipe, true).map(text).collect())
    }

    /// The headers of one attempt. One that has nothing to say is left out, unless the endpoint was to say it.
    pub(super) fn written(
        &self,
        recipe: &Recipe,
        facts: AttemptFacts<'_>,
        is_signed: bool,
    ) -> Result<Vec<Header>, Invalid> {
        let mut sent = Vec::new();
        let mut invalid = Invalid::none();
        for (header, value) in rules(recipe, is_signed).zip(&self.0) {
            let Some(text) = value.as_ref().map(|value| value.fill(facts)) else {
                if header.rule.sources().any(|source| matches!(source, ValueSource::Setting(_))) {
                    invalid.push(header.rule.field(), format!("is required for the header {}", header.name));
                }
                continue;
            };
            if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
                sent.push(Header::plain(&header.name, text));
            } else {
                invalid.push(header.rule.field(), format!("must be printable ASCII for the header {}", header.name));
            }
        }
        invalid.into_result().map(|()| sent)
    }
}

/// The dialect's headers, then those that go along with a signature, where there is one.
fn rules(recipe: &Recipe, is_signed: bool) -> impl Iterator<Item = &HeaderRule> {
    let beside = recipe.signature().into_iter().flat_map(|signature| &signature.headers);
    recipe.headers().iter().chain(beside.filter(move |_| is_signed))
}
