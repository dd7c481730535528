//! The URL of one callback, before it is signed: the publisher's template expanded, or the dialect's own list appended.
//!
//! Every value is encoded strictly and filled in once, so that a value never becomes structure and is never expanded
//! again. It must not sign.

use super::recipe::{Item, Recipe};
use super::values::Values;
use crate::domain::encoding::encode;
use crate::domain::invalid::Invalid;
use crate::domain::template::{Piece, QueryText, Template, expand};

/// An expanded URL.
#[derive(Debug)]
pub(super) struct Target {
    origin: String,
    path: String,
    /// Encoded already.
    pairs: Vec<String>,
    /// The report's fields whose values stand in the path, where dots alone would be rewritten.
    dots: Vec<&'static str>,
}

/// How a dialect wants a query's literal text.
pub(super) fn query_text(recipe: &Recipe) -> QueryText {
    let signs_url = recipe.signature().is_some_and(|signature| signature.signs_url());
    if signs_url { QueryText::Recoded } else { QueryText::Kept }
}

impl Target {
    /// Expands a template by its recipe.
    pub(super) fn expand(template: &Template, values: &Values<'_>) -> Self {
        let value = |name: &str| encode(&values.named(name).unwrap_or_default());
        let mut pairs: Vec<String> = template
            .parameters()
            .iter()
            .map(|parameter| match &parameter.value {
                Some(pieces) => format!("{}={}", parameter.name, expand(pieces, value)),
                None => parameter.name.clone(),
            })
            .collect();
        let is_bare = template.placeholders().next().is_none();
        let list = values.recipe.parameters(&values.callback.completion.event_type).filter(|_| is_bare);
        let appended = list.unwrap_or_default().iter().chain(values.recipe.appended());
        pairs.extend(appended.filter_map(|item| listed(item, values)));
        Self {
            origin: template.origin().to_string(),
            path: expand(template.path(), value),
            pairs,
            dots: template
                .path()
                .iter()
                .filter_map(Piece::placeholder)
                .filter_map(|name| dotted(name, values))
                .collect(),
        }
    }

    /// The URL with a further, last parameter or without.
    pub(super) fn url(&self, last: Option<(&str, &str)>) -> String {
        self.under(&self.origin, last)
    }

    /// The same under another origin.
    pub(super) fn under(&self, origin: &str, last: Option<(&str, &str)>) -> String {
        let mut url = format!("{origin}{}", self.path);
        let last = last.map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        for (index, pair) in self.pairs.iter().chain(&last).enumerate() {
            url.push(if index == 0 { '?' } else { '&' });
            url.push_str(pair);
        }
        url
    }

    /// Refuses a URL that the HTTP client would not send as it is: what was signed must be what goes out.
    pub(super) fn check_sendable(&self, url: &str, template_field: &str) -> Result<(), Invalid> {
        if url::Url::parse(url).is_ok_and(|parsed| parsed.as_str() == url) {
            return Ok(());
        }
        let mut invalid = Invalid::none();
        for field in &self.dots {
            invalid.push(*field, "is of dots alone and stands in the URL's path, where no client sends it as it is");
        }
        if self.dots.is_empty() {
            invalid.push(template_field, "expands to a URL that no client sends as it is");
        }
        Err(invalid)
    }
}

fn listed(item: &Item, values: &Values<'_>) -> Option<String> {
    let value = item.fixed.clone().or_else(|| values.named(&item.name))?;
    Some(format!("{}={}", encode(&item.name), encode(&value)))
}

fn dotted(name: &str, values: &Values<'_>) -> Option<&'static str> {
    let value = values.named(name).unwrap_or_default();
    let is_dots = !value.is_empty() && value.bytes().all(|byte| byte == b'.');
    let field = values.recipe.placeholder(name).map_or("extra", |placeholder| placeholder.rule.field());
    is_dots.then_some(field)
}
