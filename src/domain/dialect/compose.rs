//! The engine: executes a recipe. Completion + endpoint + key + instant → the exact request.
//!
//! It reads no clock and knows no dialect by name. What it signs is what goes out, byte for byte: the URL is put together
//! by hand and only compared with what the HTTP client would make of it.

use super::body::body;
use super::callback::{Callback, CallbackConfig, CallbackEvent, CallbackRequest, Header};
use super::recipe::{Recipe, ReversalUrl, SecretNeed};
use super::signature::{Signature, SignedText, Travels, Unit, fill};
use super::target::{Target, query_text};
use super::values::Values;
use crate::domain::invalid::Invalid;
use crate::domain::secret::SecretText;
use crate::domain::template::Template;

/// Longest URL as expanded: under the 8 KiB at which common servers refuse a request line.
pub const LONGEST_URL: usize = 7_500;
/// How much of a signature may be kept: enough to recognise it, useless to forge it.
const SHOWN_OF_SIGNATURE: usize = 8;
/// What stands where a value is not shown.
const MASK: &str = "…";

/// Why a callback cannot be composed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// The endpoint has no callback URL: the delivery is held.
    #[error("the endpoint has no callback URL")]
    NoCallbackUrl,
    /// The dialect tells reversals to a URL of their own, and the endpoint has none: nothing is sent.
    #[error("the endpoint has no reversal URL")]
    NoReversalUrl,
    /// The dialect knows no reversals.
    #[error("the dialect cannot tell a reversal")]
    ReversalNotTold,
    /// The dialect tells a reversal only as a whole.
    #[error("the dialect cannot tell that a part was taken back")]
    PartNotTold,
    /// The dialect needs a secret and none is active: the delivery is held.
    #[error("the dialect needs a secret, and none is active")]
    NoSecret,
    /// Values that cannot be sent, by the report's field names.
    #[error("{0}")]
    Invalid(Invalid),
    /// The URL is too long as expanded.
    #[error("the expanded URL has {bytes} bytes, more than {LONGEST_URL}")]
    UrlTooLong {
        /// Its length.
        bytes: usize,
    },
}

impl From<Invalid> for ComposeError {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

/// Composes one attempt of a callback.
pub fn compose(
    recipe: &Recipe,
    config: &CallbackConfig,
    callback: &Callback<'_>,
    key: Option<&SecretText>,
) -> Result<CallbackRequest, ComposeError> {
    let (field, text) = template_of(recipe, config, callback.event)?;
    if key.is_none() && recipe.secret() == SecretNeed::Required {
        return Err(ComposeError::NoSecret);
    }
    let values = Values { recipe, config, callback };
    ambiguities(&values).into_result()?;
    let template = Template::parse(field, text, query_text(recipe))?;
    let target = Target::expand(&template, &values);
    let body = recipe.body().map(|fields| body(fields, &values));

    let signed = recipe
        .signature()
        .zip(key)
        .map(|(signature, key)| Signed::make(signature, key, &values, &target, body.as_deref().unwrap_or_default()));
    let carried = signed.as_ref().and_then(Signed::in_query);
    let url = target.url(carried);
    if url.len() > LONGEST_URL {
        return Err(ComposeError::UrlTooLong { bytes: url.len() });
    }
    target.check_sendable(&url, field)?;

    let mut headers = Vec::new();
    if body.is_some() {
        headers.push(Header::plain("Content-Type", "application/json"));
    }
    if let Some(signed) = &signed {
        headers.extend(signed.headers(&values)?);
    }
    if callback.is_test {
        headers.push(Header::plain("X-Ringback-Test", "1"));
    }
    let own = config.headers.iter();
    headers.extend(own.map(|(name, value)| Header {
        name: name.clone(),
        value: value.clone(),
        shown: MASK.to_owned(),
    }));

    Ok(CallbackRequest {
        method: recipe.method(),
        shown_url: target.url(None),
        url,
        headers,
        body,
        signature: signed.as_ref().map(|signed| signed.value.clone()),
        signature_start: signed.as_ref().map(|signed| signed.start().to_owned()),
        signed_text: signed.map(|signed| signed.text),
    })
}

/// The template that this event is told by, with the name of the setting that holds it.
fn template_of<'a>(
    recipe: &Recipe,
    config: &'a CallbackConfig,
    event: &CallbackEvent,
) -> Result<(&'static str, &'a str), ComposeError> {
    if let CallbackEvent::Reversed(taken) = event {
        let reversal = recipe.reversal().ok_or(ComposeError::ReversalNotTold)?;
        if !taken.whole && !reversal.part {
            return Err(ComposeError::PartNotTold);
        }
        if reversal.url == ReversalUrl::Separate {
            let url = config.reversal_url.as_deref().ok_or(ComposeError::NoReversalUrl)?;
            return Ok(("reversalUrl", url));
        }
    }
    Ok(("callbackUrl", config.callback_url.as_deref().ok_or(ComposeError::NoCallbackUrl)?))
}

/// Values that would let two different callbacks have the same signed text.
pub(super) fn ambiguities(values: &Values<'_>) -> Invalid {
    let mut invalid = Invalid::none();
    let names = values.recipe.signature().map(Signature::signed_parameters).unwrap_or_default();
    for placeholder in names.iter().filter_map(|name| values.recipe.placeholder(name)) {
        if values.text(&placeholder.rule).is_some_and(|text| text.contains('&')) {
            invalid.push(placeholder.rule.field(), "holds `&`, which would make the text that is signed ambiguous");
        }
    }
    invalid
}

/// A signature with what it was made over.
struct Signed<'a> {
    signature: &'a Signature,
    text: String,
    value: String,
    /// The instant in the unit that the signed text speaks in.
    t: String,
}

impl<'a> Signed<'a> {
    fn make(signature: &'a Signature, key: &SecretText, values: &Values<'_>, target: &Target, body: &str) -> Self {
        let attempted_at = values.callback.attempted_at;
        let unit = match signature.signs {
            SignedText::Text { t, .. } => t,
            SignedText::Url | SignedText::Parameters(_) => Unit::Seconds,
        };
        let t = unit.of(attempted_at).to_string();
        let text = match &signature.signs {
            SignedText::Url => match &values.config.signed_origin {
                Some(origin) => target.under(origin, None),
                None => target.url(None),
            },
            SignedText::Parameters(names) => parameters_text(names, |name| values.named(name)),
            SignedText::Text { of, .. } => fill(of, &[("id", values.callback.event_id), ("t", &t), ("body", body)]),
        };
        let value = signature.sign(key, text.as_bytes());
        Self { signature, text, value, t }
    }

    fn start(&self) -> &str {
        self.value.get(..SHOWN_OF_SIGNATURE).unwrap_or(&self.value)
    }

    fn in_query(&self) -> Option<(&str, &str)> {
        self.signature.query_parameter().map(|name| (name, self.value.as_str()))
    }

    fn headers(&self, values: &Values<'_>) -> Result<Vec<Header>, Invalid> {
        let mut headers = Vec::new();
        if let Travels::Header { name, wrapping } = &self.signature.travels {
            let wrap = |signature: &str| fill(wrapping, &[("t", &self.t), ("signature", signature)]);
            let shown = wrap(&format!("{}{MASK}", self.start()));
            headers.push(Header { name: name.clone(), value: wrap(&self.value), shown });
        }
        let mut invalid = Invalid::none();
        for header in &self.signature.headers {
            match values.text(&header.rule).filter(|text| text.bytes().all(|byte| (0x20..0x7f).contains(&byte))) {
                Some(text) => headers.push(Header::plain(&header.name, &text)),
                None => {
                    invalid.push(header.rule.field(), format!("must be printable ASCII for the header {}", header.name))
                }
            }
        }
        invalid.into_result()?;
        Ok(headers)
    }
}

/// `name=value` of the named parameters, joined by `&`; what a parameter lacks is nothing.
pub(super) fn parameters_text(names: &[String], value: impl Fn(&str) -> Option<String>) -> String {
    let pairs: Vec<String> = names.iter().map(|name| format!("{name}={}", value(name).unwrap_or_default())).collect();
    pairs.join("&")
}

impl Header {
    fn plain(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: value.to_owned(), shown: value.to_owned() }
    }
}

#[cfg(test)]
mod tests;
