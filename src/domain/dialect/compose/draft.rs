//! A callback as a draft: composed but for what only an attempt knows.
//!
//! It holds all that it takes: neither endpoint nor completion is looked at again, so that what was checked is what is
//! sent. Whoever keeps one must ask whether the endpoint still is what it was drafted for.

use std::fmt;
use std::sync::Arc;

use super::headers::DialectHeaders;
use super::signed::{Outgoing, Signed};
use super::{ComposeError, LONGEST_BODY, LONGEST_URL};
use crate::domain::dialect::body::body;
use crate::domain::dialect::callback::{CallbackRequest, Header, MASK, Shown};
use crate::domain::dialect::callback_url::UrlUse;
use crate::domain::dialect::draft_text::{DraftText, Form};
use crate::domain::dialect::recipe::{Recipe, SecretNeed};
use crate::domain::dialect::signature::Signature;
use crate::domain::dialect::signed_text::SignedText;
use crate::domain::dialect::target::Target;
use crate::domain::dialect::values::Values;
use crate::domain::dialect::written_value::{AttemptFacts, Value};
use crate::domain::secret::SecretText;
use crate::domain::template::{Origin, Template};
use crate::domain::time::Timestamp;

/// As long as a secret may be, where it travels itself.
const LONGEST_SECRET: usize = 256;
/// A parameter of 64 digits and its name.
const ROOM_FOR_SIGNATURE: usize = 96;

/// A callback but for event id, instant and signature.
pub struct CallbackDraft {
    recipe: Arc<Recipe>,
    /// The setting whose template it was expanded from.
    field: &'static str,
    target: Target,
    /// What replaces the origin in a URL that is signed.
    signed_origin: Option<String>,
    /// The placeholders whose values are signed by themselves, with those.
    signed_values: Vec<(String, DraftText)>,
    body: Option<DraftText>,
    headers: DialectHeaders,
    own_headers: Vec<(String, String)>,
    /// What the answer must hold, where that has placeholders.
    token: Option<DraftText>,
    is_test: bool,
}

impl CallbackDraft {
    pub(super) fn new<'a>(recipe: &'a Arc<Recipe>, which: UrlUse, template: &Template, values: &Values<'a>) -> Self {
        let signed = signed_names(recipe, template);
        let text_of = |value: Value<'_>| DraftText::of(&value);
        let value_of = |name: &str| (name.to_owned(), values.named(name).map(text_of).unwrap_or_default());
        Self {
            recipe: Arc::clone(recipe),
            field: which.field(),
            target: Target::expand(template, values),
            signed_origin: values.config.settings.signed_origin.clone(),
            signed_values: signed.into_iter().map(value_of).collect(),
            body: recipe.body().map(|fields| body(fields, values)),
            headers: DialectHeaders::of(recipe, values),
            own_headers: values.config.settings.headers.0.clone(),
            token: recipe.success().token().filter(|token| token.contains('{')).map(|token| expanded(token, values)),
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
    /// id, its instant and its signature will be.
    pub(in crate::domain::dialect) fn check(
        &self,
        event_id: &str,
        attempted_at: Timestamp,
    ) -> Result<(), ComposeError> {
        let signature = self.recipe.signature();
        let longest = signature.map(Signature::longest).unwrap_or_default();
        let secret = "x".repeat(LONGEST_SECRET);
        let facts = AttemptFacts { event_id, attempted_at, secret: &secret, signature: &longest };
        let url = self.target.url(facts, signature.is_some());
        let mut behind = String::new();
        if let Some(signature) = signature {
            self.carry(&mut behind, signature, &longest);
        }
        self.check_url(&url, url.len() + behind.len())?;
        self.headers.written(&self.recipe, facts, true)?;
        check_body(self.body.as_ref().map(|body| body.fill(facts)).as_deref())
    }

    /// The request of one attempt. The first of the keys signs; where the dialect takes several signatures, the others
    /// sign beside it.
    pub fn finish(
        &self,
        event_id: &str,
        attempted_at: Timestamp,
        keys: &[&SecretText],
    ) -> Result<CallbackRequest, ComposeError> {
        if keys.is_empty() && self.recipe.secret() == SecretNeed::Required {
            return Err(ComposeError::NoSecret);
        }
        self.finished(event_id, attempted_at, keys)
    }

    /// The request as it will look, without a signature although the dialect may need one: never to be sent.
    pub fn unsigned(&self, event_id: &str, attempted_at: Timestamp) -> Result<CallbackRequest, ComposeError> {
        self.finished(event_id, attempted_at, &[])
    }

    /// The body of an attempt as it may be shown. No recipe may have the secret or a signature stand in it; if one did, it would
    /// not be shown either.
    pub fn shown_body(&self, event_id: &str, attempted_at: Timestamp) -> Option<String> {
        let masked = AttemptFacts { event_id, attempted_at, secret: MASK, signature: MASK };
        self.body.as_ref().map(|body| body.fill(masked).into_owned())
    }

    fn finished(
        &self,
        event_id: &str,
        attempted_at: Timestamp,
        keys: &[&SecretText],
    ) -> Result<CallbackRequest, ComposeError> {
        let key = keys.first();
        let secret = key.filter(|_| self.recipe.secret_in_clear()).map(|key| key.expose()).unwrap_or_default();
        let unsigned = AttemptFacts { event_id, attempted_at, secret, signature: "" };
        let signature = self.recipe.signature().filter(|signature| !keys.is_empty() && self.carries(signature));
        let lacks_place = signature.is_none() && !keys.is_empty() && self.recipe.signature().is_some();
        if lacks_place && self.recipe.secret() == SecretNeed::Required {
            return Err(ComposeError::Unsigned("the callback URL has no place for the signature".to_owned()));
        }
        let url = self.target.url(unsigned, signature.is_some());
        let body = self.body.as_ref().map(|body| body.fill(unsigned).into_owned());
        check_body(body.as_deref())?;
        let signed = signature.map(|signature| {
            let outgoing = Outgoing {
                facts: unsigned,
                url: &url,
                behind_origin: self.target.behind_origin(&url),
                signed_origin: self.signed_origin.as_deref(),
                values: &self.signed_values,
                body: body.as_deref(),
            };
            Signed::make(signature, &outgoing, keys)
        });
        let signed = signed.transpose()?;
        let (url, shown) = self.signed_url(unsigned, url.into_owned(), signed.as_ref())?;

        let mut headers = Vec::new();
        if body.is_some() {
            headers.push(Header::plain("Content-Type", "application/json"));
        }
        headers.extend(signed.as_ref().and_then(Signed::header));
        headers.extend(self.headers.written(&self.recipe, unsigned, signed.is_some())?);
        if self.is_test {
            headers.push(Header::plain("X-Ringback-Test", "1"));
        }
        let own = |(name, value): &(String, String)| Header {
            name: name.clone(),
            value: value.clone(),
            shown: MASK.to_owned(),
        };
        headers.extend(self.own_headers.iter().map(own));

        let method = self.recipe.method();
        let signature_start = signed.as_ref().map(|signed| signed.start().to_owned());
        let (signatures, signed_text) = signed.map(|signed| (signed.values, signed.shown)).unzip();
        let signatures: Vec<String> = signatures.unwrap_or_default();
        let hidden = self.hidden(&signatures, secret);
        let signature = signatures.into_iter().next();
        let shows_secret = !secret.is_empty();
        let token = self.token.as_ref().map(|token| token.fill(unsigned).into_owned());
        Ok(CallbackRequest {
            method,
            url,
            shown,
            headers,
            body,
            signed_text,
            signature,
            signature_start,
            token,
            shows_secret,
            hidden,
        })
    }

    /// What a receiver may repeat of what must not be kept, in the form in which it went out as well.
    fn hidden(&self, signatures: &[String], secret: &str) -> Vec<String> {
        let mut hidden: Vec<String> = Vec::new();
        for text in signatures.iter().map(String::as_str).chain([secret]).filter(|text| !text.is_empty()) {
            let mut encoded = String::new();
            self.recipe.encoding().encode_onto(&mut encoded, text);
            hidden.extend((encoded != text).then_some(encoded));
            hidden.push(text.to_owned());
        }
        hidden
    }

    /// Whether there is a place for a signature: where a template says where it goes, one that does not is unsigned.
    fn carries(&self, signature: &Signature) -> bool {
        signature.placeholder().is_empty() || self.target.holds_signature()
    }

    /// The URL with its signature, and what of it may be shown.
    fn signed_url(
        &self,
        facts: AttemptFacts<'_>,
        url: String,
        signed: Option<&Signed<'_>>,
    ) -> Result<(String, Shown), ComposeError> {
        if self.target.holds_hidden() {
            let signature = signed.map(Signed::value).unwrap_or_default();
            let masked = AttemptFacts { secret: MASK, signature: MASK, ..facts };
            let mut url = self.target.url(AttemptFacts { signature, ..facts }, signed.is_some()).into_owned();
            let before = url.len();
            if let Some(signed) = signed {
                self.carry(&mut url, signed.signature, signed.value());
            }
            self.check_url(&url[..before], url.len())?;
            let shown = self.target.url(masked, signed.is_some());
            return Ok((url, Shown::Masked(without_encoded_mask(&shown))));
        }
        let shown = url.len();
        let mut url = url;
        if let Some(signed) = signed {
            url.reserve(ROOM_FOR_SIGNATURE);
            self.carry(&mut url, signed.signature, signed.value());
        }
        self.check_url(&url[..shown], url.len())?;
        Ok((url, Shown::UpTo(shown)))
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
}

fn check_body(body: Option<&str>) -> Result<(), ComposeError> {
    let bytes = body.map_or(0, str::len);
    if bytes > LONGEST_BODY { Err(ComposeError::BodyTooLong { bytes }) } else { Ok(()) }
}

/// A recipe's own text with the values of the placeholders in it.
fn expanded(text: &str, values: &Values<'_>) -> DraftText {
    let mut expanded = DraftText::default();
    let mut rest = text;
    while let Some((before, (name, behind))) =
        rest.split_once('{').and_then(|(before, inside)| Some((before, inside.split_once('}')?)))
    {
        expanded.push_str(before);
        if let Some(value) = values.named(name) {
            expanded.push(&value, Form::Plain);
        }
        rest = behind;
    }
    expanded.push_str(rest);
    expanded
}

/// The placeholders whose values are signed by themselves.
fn signed_names<'a>(recipe: &'a Recipe, template: &'a Template) -> Vec<&'a str> {
    let Some(signature) = recipe.signature() else { return Vec::new() };
    match &signature.signs {
        SignedText::Text { .. } => signature.signs.names(),
        SignedText::Values { .. } => template.placeholders().filter(|name| !signature.stands_for(name)).collect(),
        SignedText::Url | SignedText::Query { .. } => Vec::new(),
    }
}

/// A mask reads as one, not as the percent-encoding of one.
fn without_encoded_mask(url: &str) -> String {
    url.replace("%E2%80%A6", MASK)
}

/// Not what it says, which is a user's affair, nor what the publisher's own headers hold.
impl fmt::Debug for CallbackDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackDraft").field("recipe", &self.recipe.id()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
