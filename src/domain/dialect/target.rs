//! The URL of one callback, before it is signed: the publisher's template expanded, or the dialect's own list appended.
//!
//! Every value is encoded and filled in once, so that a value never becomes structure and is never expanded again. It must
//! not sign.

use std::borrow::Cow;
use std::sync::Arc;

use super::draft_text::{DraftText, Form};
use super::named::Item;
use super::values::Values;
use super::written_value::{AttemptFacts, Late, Value};
use crate::domain::encoding::Encoding;
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
    /// What is appended where there is a signature, before it.
    beside_signature: DraftText,
    /// What is appended on tests behind what is signed.
    on_test: DraftText,
    has_query: bool,
    encoding: Encoding,
    /// Whether clients leave the path alone, dots in its values apart.
    is_kept: bool,
    /// Whether values stand in the path.
    varies: bool,
    /// The report's fields whose values stand in the path, where dots alone would be rewritten.
    dots: Vec<String>,
}

impl Target {
    /// Expands a template by its recipe.
    pub(super) fn expand(template: &Template, values: &Values<'_>) -> Self {
        let recipe = values.recipe;
        let mut joints = std::iter::once("?").chain(std::iter::repeat("&")).peekable();
        let mut url = DraftText::with_capacity(COMMON_LENGTH);
        url.push_str(template.origin().as_str());
        // A plus sign is a space in queries alone.
        expand(&mut url, template.path(), values, Encoding::Rfc3986);
        for parameter in template.parameters() {
            url.push_str(joints.next().unwrap_or_default());
            url.push_str(&parameter.name);
            if let Some(pieces) = &parameter.value {
                url.push_str("=");
                expand(&mut url, pieces, values, recipe.encoding());
            }
        }
        let list = recipe.parameters(&values.message.completion.event_type).filter(|_| template.is_bare());
        append(&mut url, &mut joints, list.unwrap_or_default().iter().chain(recipe.appended()), values);
        let mut beside_signature = DraftText::default();
        let beside = recipe.signature().into_iter().flat_map(|signature| &signature.appended);
        append(&mut beside_signature, &mut joints, beside, values);
        let mut on_test = DraftText::default();
        let marks = recipe.appended_on_test().iter().filter(|_| values.message.is_test);
        append(&mut on_test, &mut joints, marks, values);
        let in_path = || template.path().iter().filter_map(Piece::placeholder);
        Self {
            origin: Arc::clone(template.origin()),
            url,
            beside_signature,
            on_test,
            has_query: joints.peek() != Some(&"?"),
            encoding: recipe.encoding(),
            is_kept: template.path_fault().is_none(),
            varies: in_path().next().is_some(),
            dots: in_path().filter_map(|name| dotted(name, values)).collect(),
        }
    }

    /// Where it goes.
    pub(super) fn origin(&self) -> &Arc<Origin> {
        &self.origin
    }

    /// The URL, but for a signature at its end.
    pub(super) fn url(&self, facts: AttemptFacts<'_>, is_signed: bool) -> Cow<'_, str> {
        let url = self.url.fill(facts);
        let behind = [(&self.beside_signature, is_signed), (&self.on_test, true)];
        let behind: String =
            behind.into_iter().filter(|(_, is_there)| *is_there).map(|(text, _)| text.fill(facts)).collect();
        if behind.is_empty() { url } else { Cow::Owned(url.into_owned() + &behind) }
    }

    /// Whether it holds what may not be shown: the secret in clear, or a signature before its end.
    pub(super) fn holds_hidden(&self) -> bool {
        let texts = [&self.url, &self.beside_signature, &self.on_test];
        texts.iter().any(|text| text.waits_for(&Late::Secret)) || self.holds_signature()
    }

    /// Whether the publisher's template says where the signature goes.
    pub(super) fn holds_signature(&self) -> bool {
        self.url.waits_for(&Late::Signature)
    }

    /// What stands behind the origin in such a URL.
    pub(super) fn behind_origin<'a>(&self, url: &'a str) -> &'a str {
        url.strip_prefix(self.origin.as_str()).unwrap_or(url)
    }

    /// Appends a further, last parameter to such a URL.
    pub(super) fn append(&self, url: &mut String, name: &str, value: &str) {
        url.push(if self.has_query { '&' } else { '?' });
        self.encoding.encode_onto(url, name);
        url.push('=');
        self.encoding.encode_onto(url, value);
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
            invalid.push(
                field.clone(),
                "is of dots alone and stands in the URL's path, where no client sends it as it is",
            );
        }
        if self.dots.is_empty() {
            invalid.push(template_field, "expands to a URL that no client sends as it is");
        }
        Err(invalid)
    }
}

fn expand(text: &mut DraftText, pieces: &[Piece], values: &Values<'_>, encoding: Encoding) {
    for piece in pieces {
        match piece {
            Piece::Literal(literal) => text.push_str(literal),
            Piece::Placeholder(name) => {
                if let Some(value) = values.named(name) {
                    text.push(&value, Form::Encoded(encoding));
                }
            }
        }
    }
}

/// Appends those parameters of a list that have a value.
fn append<'a>(
    text: &mut DraftText,
    joints: &mut impl Iterator<Item = &'static str>,
    items: impl Iterator<Item = &'a Item>,
    values: &Values<'a>,
) {
    let form = Form::Encoded(values.recipe.encoding());
    for item in items {
        if let Some(value) = value_of(item, values) {
            text.push_str(joints.next().unwrap_or_default());
            text.push(&Value::Text(item.name.as_str().into()), form);
            text.push_str("=");
            text.push(&value, form);
        }
    }
}

/// The value of a parameter of a list, if there is anything to say.
fn value_of<'a>(item: &'a Item, values: &Values<'a>) -> Option<Value<'a>> {
    item.fixed.as_ref().map(|fixed| Value::Text(fixed.into())).or_else(|| values.named(&item.name))
}

/// The field of a value that is of dots alone; neither an event id nor an instant ever is.
fn dotted(name: &str, values: &Values<'_>) -> Option<String> {
    let Some(Value::Text(value)) = values.named(name) else { return None };
    let is_dots = !value.is_empty() && value.bytes().all(|byte| byte == b'.');
    let field =
        values.recipe.placeholder(name).map_or_else(|| "extra".to_owned(), |placeholder| placeholder.rule.field());
    is_dots.then_some(field)
}

/// Whether URL libraries take a segment of a path for `.` or `..`: they read an encoded dot as one.
fn is_dots(segment: &str) -> bool {
    behind_dot(segment).is_some_and(|rest| rest.is_empty() || behind_dot(rest) == Some(""))
}

fn behind_dot(text: &str) -> Option<&str> {
    ["%2e", "%2E", "."].into_iter().find_map(|dot| text.strip_prefix(dot))
}
