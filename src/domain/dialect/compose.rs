//! The engine: executes a recipe. Completion + endpoint + key + instant → the exact request.
//!
//! In two steps: a draft holds everything that is the same at every attempt and says whether it can be sent; finishing it
//! puts in what only an attempt knows (event id, instant, signature). So what was checked when a report was taken in is
//! what is sent, without being composed again.
//!
//! It reads no clock and knows no dialect by name. What it signs is what goes out, byte for byte: the URL is put together
//! by hand, of parts that no HTTP client rewrites.

mod draft;
mod headers;
mod signed;

use std::sync::Arc;

pub use draft::CallbackDraft;

use super::ambiguity::ambiguities;
use super::callback::{Callback, CallbackConfig, CallbackEvent, CallbackRequest, Message};
use super::callback_url::{CallbackUrl, UrlUse};
use super::recipe::{Recipe, ReversalUrl, SecretNeed};
use super::values::Values;
use crate::domain::completion::Completion;
use crate::domain::invalid::Invalid;
use crate::domain::secret::SecretText;
use crate::domain::template::Template;

/// Longest URL as expanded: under the 8 KiB at which common servers refuse a request line.
pub const LONGEST_URL: usize = 7_500;

/// Longest body: what common servers take without being told to take more is a hundred times that, and no report fills it.
pub const LONGEST_BODY: usize = 64 * 1024;

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
    /// A template without any placeholder that marks a reversal: it would look like another reward, and is not told.
    #[error("the callback URL has no placeholder that marks a reversal")]
    ReversalUnmarked,
    /// The dialect needs a secret and none is active, or the active one is no key of its form: the delivery is held.
    #[error("the dialect needs a secret, and none is active")]
    NoSecret,
    /// What is signed cannot be made.
    #[error("{0}")]
    Unsigned(String),
    /// Values that cannot be sent, by the report's field names.
    #[error("{0}")]
    Invalid(Invalid),
    /// The body is too long.
    #[error("the body has {bytes} bytes, more than {LONGEST_BODY}")]
    BodyTooLong {
        /// Its length.
        bytes: usize,
    },
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
    keys: &[&SecretText],
) -> Result<CallbackRequest, ComposeError> {
    // The publisher's next step is named before anything about this one callback.
    if keys.is_empty() && recipe.secret() == SecretNeed::Required {
        return Err(url_of(recipe, config, callback.event).err().unwrap_or(ComposeError::NoSecret));
    }
    draft(recipe, config, &callback.message())?.finish(callback.event_id, callback.attempted_at, keys)
}

/// Composes what is the same at every attempt of a callback.
pub fn draft(
    recipe: &Arc<Recipe>,
    config: &CallbackConfig,
    message: &Message<'_>,
) -> Result<CallbackDraft, ComposeError> {
    let (which, url) = url_of(recipe, config, message.event)?;
    let values = Values { recipe, config, message };
    let template = url.template(recipe).map_err(|fault| Invalid::field(which.field(), fault))?;
    if matches!(message.event, CallbackEvent::Reversed(_)) && !recipe.marks_reversal(&template) {
        return Err(ComposeError::ReversalUnmarked);
    }
    let mut invalid = ambiguities(&values, Some(&template));
    invalid.extend(values.unfit(told_names(&values, Some(&template))));
    invalid.into_result()?;
    Ok(CallbackDraft::new(recipe, which, &template, &values))
}

/// The placeholders that a callback tells: those of its template, of the dialect's own list, and of what is signed; without
/// a template those that every template of the dialect tells.
pub(super) fn told_names<'a>(values: &Values<'a>, template: Option<&'a Template>) -> impl Iterator<Item = &'a str> {
    let recipe = values.recipe;
    let is_bare = template.is_some_and(Template::is_bare);
    let list = recipe.parameters(&values.message.completion.event_type).filter(|_| is_bare).unwrap_or_default();
    let signed = recipe.signature().map(|signature| signature.signs.names()).unwrap_or_default();
    let listed = list.iter().chain(recipe.appended()).map(|item| item.name.as_str());
    template.into_iter().flat_map(Template::placeholders).chain(listed).chain(signed)
}

/// Why an endpoint of this dialect is never told of a reversal, in words; `None` if it is.
pub fn reversal_silence(recipe: &Recipe, config: &CallbackConfig) -> Option<&'static str> {
    let Some(reversal) = recipe.reversal() else { return Some("its dialect tells no reversals") };
    let url = match reversal.url {
        ReversalUrl::Separate if config.settings.reversal_url.is_none() => return Some("it has no reversalUrl"),
        ReversalUrl::Separate => config.settings.reversal_url.as_ref(),
        ReversalUrl::Callback => config.settings.callback_url.as_ref(),
    };
    // Without a URL, or with one that cannot be read, the delivery is held until somebody sets one.
    let template = url.and_then(|url| url.template(recipe).ok())?;
    (!recipe.marks_reversal(&template)).then_some("its callback URL has no placeholder that marks a reversal")
}

/// Whether an endpoint of this dialect is told of a completion: of one without any payout or reward some offerwalls tell only
/// whoever asks for it in the callback URL. One that names no payout is told, since nobody knows what it is worth.
pub fn is_told(recipe: &Recipe, config: &CallbackConfig, completion: &Completion) -> bool {
    let marks = recipe.zero_payout_told_by();
    if marks.is_empty() || !completion.is_worth_nothing() {
        return true;
    }
    // Without a URL, or with one that cannot be read, the delivery is held until somebody sets one.
    let template = config.settings.callback_url.as_ref().and_then(|url| url.template(recipe).ok());
    template.is_none_or(|template| template.placeholders().any(|name| marks.iter().any(|mark| mark == name)))
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
            let url = config.settings.reversal_url.as_ref().ok_or(ComposeError::NoReversalUrl)?;
            return Ok((UrlUse::Reversal, url));
        }
    }
    Ok((UrlUse::Callback, config.settings.callback_url.as_ref().ok_or(ComposeError::NoCallbackUrl)?))
}

#[cfg(test)]
mod tests;
