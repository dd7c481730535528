//! The URL of one callback, before it is signed: the publisher's template expanded, or the dialect's own list appended.
//!
//! Every value is encoded strictly and filled in once, so that a value never becomes structure and is never expanded
//! again. It must not sign.

use std::borrow::Cow;
use std::sync::Arc;

use super::draft_text::{DraftText, Form};
use super::recipe::Item;
use super::values::{AttemptFacts, Value, Values};
use crate::domain::encoding::encode_onto;
use crate::domain::invalid::Invalid;
use crate::domain::template::{Origin, Piece, Template};

/// Most URLs fit into so many bytes, so their text is seldom moved while it grows.
const COMMON_LENGTH: usize = 384;

/// An expanded URL.
#[derive(Debug)]
pub(super) struct Target {
    origin: Arc<Origin>,
    /// The whole URL, which begins with the origin.
    url: DraftText,
    has_query: bool,
    /// Whether clients leave the path alone, dots in its values apart.
    is_kept: bool,
    /// Whether values stand in the path.
    varies: bool,
    /// The report's fields whose values stand in the path, where dots alone would be rewritten.
    dots: Vec<&'static str>,
}

impl Target {
    /// Expands a template by its recipe.
    pub(super) fn expand(template: &Template, values: &Values<'_>) -> Self {
        let mut url = DraftText::with_capacity(COMMON_LENGTH);
        url.push_str(template.origin().as_str());
        expand(&mut url, template.path(), values);
        let mut joints = std::iter::once("?").chain(std::iter::repeat("&")).peekable();
        for parameter in template.parameters(values.recipe.query_text()) {
            url.push_str(joints.next().unwrap_or_default());
            url.push_str(&parameter.name);
            if let Some(pieces) = &parameter.value {
                url.push_str("=");
                expand(&mut url, pieces, values);
            }
        }
        let is_bare = template.placeholders().next().is_none();
        let list = values.recipe.parameters(&values.message.completion.event_type).filter(|_| is_bare);
        for item in list.unwrap_or_default().iter().chain(values.recipe.appended()) {
            if let Some(value) = value_of(item, values) {
                url.push_str(joints.next().unwrap_or_default());
                url.push_encoded(&item.name);
                url.push_str("=");
                url.push(&value, Form::Encoded);
            }
        }
        let in_path = || template.path().iter().filter_map(Piece::placeholder);
        Self {
            origin: Arc::clone(template.origin()),
            url,
            has_query: joints.peek() != Some(&"?"),
            is_kept: template.path_fault().is_none(),
            varies: in_path().next().is_some(),
            dots: in_path().filter_map(|name| dotted(name, values)).collect(),
        }
    }

    /// Where it goes.
    pub(super) fn origin(&self) -> &Arc<Origin> {
        &self.origin
    }

    /// The URL without a signature.
    pub(super) fn url(&self, facts: AttemptFacts<'_>) -> Cow<'_, str> {
        self.url.fill(facts)
    }

    /// What stands behind the origin in such a URL.
    pub(super) fn behind_origin<'a>(&self, url: &'a str) -> &'a str {
        url.strip_prefix(self.origin.as_str()).unwrap_or(url)
    }

    /// Appends a further, last parameter to such a URL.
    pub(super) fn append(&self, url: &mut String, name: &str, value: &str) {
        url.push(if self.has_query { '&' } else { '?' });
        encode_onto(url, name);
        url.push('=');
        encode_onto(url, value);
    }

    /// Refuses a URL that the HTTP client would not send as it is: what was signed must be what goes out. A client
    /// rewrites nothing of a query in this form, nor of a path that it left alone when the template was read, but for
    /// segments that values turn into dots.
    pub(super) fn check_sendable(&self, url: &str, template_field: &str) -> Result<(), Invalid> {
        let path = || self.behind_origin(url).split('?').next().unwrap_or_default();
        if self.is_kept && !(self.varies && path().split('/').any(is_dots)) {
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

fn expand(text: &mut DraftText, pieces: &[Piece], values: &Values<'_>) {
    for piece in pieces {
        match piece {
            Piece::Literal(literal) => text.push_str(literal),
            Piece::Placeholder(name) => {
                if let Some(value) = values.named(name) {
                    text.push(&value, Form::Encoded);
                }
            }
        }
    }
}

/// The value of a parameter of a list, if there is anything to say.
fn value_of<'a>(item: &'a Item, values: &Values<'a>) -> Option<Value<'a>> {
    item.fixed.as_ref().map(|fixed| Value::Text(fixed.into())).or_else(|| values.named(&item.name))
}

/// The field of a value that is of dots alone; neither an event id nor an instant ever is.
fn dotted(name: &str, values: &Values<'_>) -> Option<&'static str> {
    let Some(Value::Text(value)) = values.named(name) else { return None };
    let is_dots = !value.is_empty() && value.bytes().all(|byte| byte == b'.');
    let field = values.recipe.placeholder(name).map_or("extra", |placeholder| placeholder.rule.field());
    is_dots.then_some(field)
}

/// Whether URL libraries take a segment of a path for `.` or `..`: they read an encoded dot as one.
fn is_dots(segment: &str) -> bool {
    behind_dot(segment).is_some_and(|rest| rest.is_empty() || behind_dot(rest) == Some(""))
}

fn behind_dot(text: &str) -> Option<&str> {
    ["%2e", "%2E", "."].into_iter().find_map(|dot| text.strip_prefix(dot))
}
