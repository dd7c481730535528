//! A callback as a draft: composed but for what only an attempt knows.
//!
//! It holds all that it takes: neither endpoint nor completion is looked at again, so that what was checked is what is
//! sent. Whoever keeps one must ask whether the endpoint still is what it was drafted for.

use std::fmt;
use std::sync::Arc;

use super::{ComposeError, LONGEST_URL};
use crate::domain::dialect::body::body;
use crate::domain::dialect::callback::{CallbackRequest, Header};
use crate::domain::dialect::callback_url::UrlUse;
use crate::domain::dialect::draft_text::{DraftText, Form};
use crate::domain::dialect::recipe::{Recipe, SecretNeed};
use crate::domain::dialect::signature::{Signature, SignedText, Travels, fill};
use crate::domain::dialect::target::Target;
use crate::domain::dialect::values::{AttemptFacts, Value, Values};
use crate::domain::invalid::Invalid;
use crate::domain::secret::SecretText;
use crate::domain::template::{Origin, Template};
use crate::domain::time::Timestamp;

/// How much of a signature may be kept: enough to recognise it, useless to forge it.
const SHOWN_OF_SIGNATURE: usize = 8;
/// A parameter of 64 digits and its name.
const ROOM_FOR_SIGNATURE: usize = 96;
/// What stands where a value is not shown.
const MASK: &str = "…";

/// A callback but for event id, instant and signature.
pub struct CallbackDraft {
    recipe: Arc<Recipe>,
    /// The setting whose template it was expanded from.
    field: &'static str,
    target: Target,
    /// What replaces the origin in a URL that is signed.
    signed_origin: Option<String>,
    /// The text that is signed, where that is of parameters.
    signed_parameters: Option<DraftText>,
    body: Option<DraftText>,
    /// The values of the headers that go along with a signature, in the recipe's order.
    along: Vec<Option<DraftText>>,
    own_headers: Vec<(String, String)>,
    is_test: bool,
}

impl CallbackDraft {
    pub(super) fn new<'a>(recipe: &'a Arc<Recipe>, which: UrlUse, template: &Template, values: &Values<'a>) -> Self {
        let signature = recipe.signature();
        let names = signature.map(Signature::signed_parameters).filter(|names| !names.is_empty());
        let along = signature.map(|signature| signature.headers.as_slice()).unwrap_or_default();
        let text_of = |value: Value<'_>| {
            let mut text = DraftText::default();
            text.push(&value, Form::Plain);
            text
        };
        Self {
            recipe: Arc::clone(recipe),
            field: which.field(),
            target: Target::expand(template, values),
            signed_origin: values.config.signed_origin.clone(),
            signed_parameters: names.map(|names| parameters_text(names, values)),
            body: recipe.body().map(|fields| body(fields, values)),
            along: along.iter().map(|header| values.text(&header.rule).map(text_of)).collect(),
            own_headers: values.config.headers.clone(),
            is_test: values.message.is_test,
        }
    }

    /// The recipe that it follows.
    pub fn recipe(&self) -> &Arc<Recipe> {
        &self.recipe
    }

    /// Where it goes.
    pub fn origin(&self) -> &Arc<Origin> {
        self.target.origin()
    }

    /// What would be wrong with any attempt that is signed, said before there is one: with stand-ins as long as its event
    /// id and its instant will be.
    pub(in crate::domain::dialect) fn check(
        &self,
        event_id: &str,
        attempted_at: Timestamp,
    ) -> Result<(), ComposeError> {
        let facts = AttemptFacts { event_id, attempted_at };
        let url = self.target.url(facts);
        let mut behind = String::new();
        if let Some(signature) = self.recipe.signature() {
            self.carry(&mut behind, signature, &signature.longest());
        }
        self.check_url(&url, url.len() + behind.len())?;
        self.headers_along(facts)?;
        Ok(())
    }

    /// The request of one attempt.
    pub fn finish(
        &self,
        event_id: &str,
        attempted_at: Timestamp,
        key: Option<&SecretText>,
    ) -> Result<CallbackRequest, ComposeError> {
        if key.is_none() && self.recipe.secret() == SecretNeed::Required {
            return Err(ComposeError::NoSecret);
        }
        let facts = AttemptFacts { event_id, attempted_at };
        let shown_url = self.target.url(facts);
        let body = self.body.as_ref().map(|body| body.fill(facts).into_owned());
        let signed = self.recipe.signature().zip(key).map(|(signature, key)| {
            let t = signature.unit().of(attempted_at).to_string();
            let text = self.signed_text(signature, facts, &t, &shown_url, body.as_deref().unwrap_or_default());
            Signed { signature, value: signature.sign(key, text.as_bytes()), text, t }
        });
        let mut url = String::with_capacity(shown_url.len() + ROOM_FOR_SIGNATURE);
        url.push_str(&shown_url);
        if let Some(signed) = &signed {
            self.carry(&mut url, signed.signature, &signed.value);
        }
        self.check_url(&shown_url, url.len())?;

        let mut headers = Vec::new();
        if body.is_some() {
            headers.push(Header::plain("Content-Type", "application/json"));
        }
        if let Some(signed) = &signed {
            headers.extend(signed.header());
            headers.extend(self.headers_along(facts)?);
        }
        if self.is_test {
            headers.push(Header::plain("X-Ringback-Test", "1"));
        }
        let own = |(name, value): &(String, String)| Header {
            name: name.clone(),
            value: value.clone(),
            shown: MASK.to_owned(),
        };
        headers.extend(self.own_headers.iter().map(own));

        let signature_start = signed.as_ref().map(|signed| signed.start().to_owned());
        let (signature, signed_text) = signed.map(|signed| (signed.value, signed.text)).unzip();
        let method = self.recipe.method();
        let shown = shown_url.len();
        Ok(CallbackRequest { method, url, shown, headers, body, signed_text, signature, signature_start })
    }

    fn signed_text(&self, signature: &Signature, facts: AttemptFacts<'_>, t: &str, url: &str, body: &str) -> String {
        match &signature.signs {
            SignedText::Url => match &self.signed_origin {
                Some(origin) => format!("{origin}{}", self.target.behind_origin(url)),
                None => url.to_owned(),
            },
            SignedText::Parameters(_) => {
                self.signed_parameters.as_ref().map(|text| text.fill(facts).into_owned()).unwrap_or_default()
            }
            SignedText::Text { of, .. } => fill(of, &[("id", facts.event_id), ("t", t), ("body", body)]),
        }
    }

    /// Appends a signature to the URL, where that carries it.
    fn carry(&self, url: &mut String, signature: &Signature, value: &str) {
        if let Some(name) = signature.query_parameter() {
            self.target.append(url, name, value);
        }
    }

    /// Checks a URL, which has so many bytes with its signature.
    fn check_url(&self, url: &str, bytes: usize) -> Result<(), ComposeError> {
        if bytes > LONGEST_URL {
            return Err(ComposeError::UrlTooLong { bytes });
        }
        Ok(self.target.check_sendable(url, self.field)?)
    }

    /// The headers that go along with a signature.
    fn headers_along(&self, facts: AttemptFacts<'_>) -> Result<Vec<Header>, Invalid> {
        let mut headers = Vec::new();
        let mut invalid = Invalid::none();
        let named = self.recipe.signature().into_iter().flat_map(|signature| &signature.headers);
        for (header, value) in named.zip(&self.along) {
            let text = value.as_ref().map(|value| value.fill(facts));
            match text.filter(|text| text.bytes().all(|byte| (0x20..0x7f).contains(&byte))) {
                Some(text) => headers.push(Header::plain(&header.name, &text)),
                None => {
                    invalid.push(header.rule.field(), format!("must be printable ASCII for the header {}", header.name))
                }
            }
        }
        invalid.into_result().map(|()| headers)
    }
}

/// Not what it says, which is a user's affair, nor what the publisher's own headers hold.
impl fmt::Debug for CallbackDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackDraft").field("recipe", &self.recipe.id()).finish_non_exhaustive()
    }
}

/// A signature with what it was made over.
struct Signed<'a> {
    signature: &'a Signature,
    text: String,
    value: String,
    /// The instant in the unit that the signed text speaks in.
    t: String,
}

impl Signed<'_> {
    fn start(&self) -> &str {
        self.value.get(..SHOWN_OF_SIGNATURE).unwrap_or(&self.value)
    }

    /// The header that carries it, where one does.
    fn header(&self) -> Option<Header> {
        let Travels::Header { name, wrapping } = &self.signature.travels else { return None };
        let wrap = |signature: &str| fill(wrapping, &[("t", &self.t), ("signature", signature)]);
        let shown = wrap(&format!("{}{MASK}", self.start()));
        Some(Header { name: name.clone(), value: wrap(&self.value), shown })
    }
}

/// `name=value` of the named parameters, joined by `&`; what a parameter lacks is nothing.
fn parameters_text(names: &[String], values: &Values<'_>) -> DraftText {
    let mut text = DraftText::default();
    for name in names {
        if !text.is_empty() {
            text.push_str("&");
        }
        text.push_str(name);
        text.push_str("=");
        if let Some(value) = values.named(name) {
            text.push(&value, Form::Plain);
        }
    }
    text
}

impl Header {
    fn plain(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: value.to_owned(), shown: value.to_owned() }
    }
}

#[cfg(test)]
mod tests;
