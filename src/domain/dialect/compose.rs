//! The engine: executes a recipe. Completion + endpoint + key + instant → the exact request.
//!
//! In two steps: a draft holds everything that is the same at every attempt and says whether it can be sent; finishing it
//! puts in what only an attempt knows (event id, instant, signature). So what was checked when a report was taken in is
//! what is sent, without being composed again.
//!
//! It reads no clock and knows no dialect by name. What it signs is what goes out, byte for byte: the URL is put together
//! by hand, of parts that no HTTP client rewrites.

mod draft;

use std::sync::Arc;

pub use draft::CallbackDraft;

use super::callback::{Callback, CallbackConfig, CallbackEvent, CallbackRequest, Message};
use super::callback_url::{CallbackUrl, UrlUse};
use super::recipe::{Recipe, ReversalUrl, SecretNeed};
use super::signature::Signature;
use super::values::{Value, Values};
use crate::domain::invalid::Invalid;
use crate::domain::secret::SecretText;

/// Longest URL as expanded: under the 8 KiB at which common servers refuse a request line.
pub const LONGEST_URL: usize = 7_500;

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
    recipe: &Arc<Recipe>,
    config: &CallbackConfig,
    callback: &Callback<'_>,
    key: Option<&SecretText>,
) -> Result<CallbackRequest, ComposeError> {
    // The publisher's next step is named before anything about this one callback.
    if key.is_none() && recipe.secret() == SecretNeed::Required {
        return Err(url_of(recipe, config, callback.event).err().unwrap_or(ComposeError::NoSecret));
    }
    draft(recipe, config, &callback.message())?.finish(callback.event_id, callback.attempted_at, key)
}

/// Composes what is the same at every attempt of a callback.
pub fn draft(
    recipe: &Arc<Recipe>,
    config: &CallbackConfig,
    message: &Message<'_>,
) -> Result<CallbackDraft, ComposeError> {
    let (which, url) = url_of(recipe, config, message.event)?;
    let values = Values { recipe, config, message };
    ambiguities(&values).into_result()?;
    let template = url.template().map_err(|fault| Invalid::field(which.field(), fault))?;
    Ok(CallbackDraft::new(recipe, which, template, &values))
}

/// The URL that this event is told to.
fn url_of<'a>(
    recipe: &Recipe,
    config: &'a CallbackConfig,
    event: &CallbackEvent,
) -> Result<(UrlUse, &'a CallbackUrl), ComposeError> {
    if let CallbackEvent::Reversed(taken) = event {
        let reversal = recipe.reversal().ok_or(ComposeError::ReversalNotTold)?;
        if !taken.whole && !reversal.part {
            return Err(ComposeError::PartNotTold);
        }
        if reversal.url == ReversalUrl::Separate {
            let url = config.reversal_url.as_ref().ok_or(ComposeError::NoReversalUrl)?;
            return Ok((UrlUse::Reversal, url));
        }
    }
    Ok((UrlUse::Callback, config.callback_url.as_ref().ok_or(ComposeError::NoCallbackUrl)?))
}

/// Values that would let two different callbacks have the same signed text. Event ids and instants never do.
pub(super) fn ambiguities(values: &Values<'_>) -> Invalid {
    let mut invalid = Invalid::none();
    let names = values.recipe.signature().map(Signature::signed_parameters).unwrap_or_default();
    for placeholder in names.iter().filter_map(|name| values.recipe.placeholder(name)) {
        if matches!(values.text(&placeholder.rule), Some(Value::Text(text)) if text.contains('&')) {
            invalid.push(placeholder.rule.field(), "holds `&`, which would make the text that is signed ambiguous");
        }
    }
    invalid
}

#[cfg(test)]
mod tests;
