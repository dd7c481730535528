//! Recipes: a dialect as data, checked once when it is read, so that the engine never meets a recipe that makes no sense.
//!
//! A recipe says everything that differs between offerwalls; what no recipe says is the same for all. A new trait of an
//! offerwall is a new variant of one of these enums, never a comparison with a name.

mod file;
mod parts;
mod read;

use std::time::Duration;

use super::signature::{Signature, Travels};
use super::statuses::StatusSet;
use super::success::SuccessRule;
use super::value::ValueSource;
use crate::domain::retry::RetrySchedule;
use crate::domain::template::QueryText;
use parts::ParameterLists;
pub(super) use parts::{BodyField, Content, Item};
pub use parts::{Placeholder, Requirement, Reversal, ReversalUrl, ReversedId, SecretNeed, Setting, Tells};

/// A recipe that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecipeError {
    /// Not TOML, or not in the recipe language.
    #[error("not a recipe: {0}")]
    Unreadable(#[from] toml::de::Error),
    /// A vector is not JSON.
    #[error("a vector is not JSON: {0}")]
    Vector(#[from] serde_json::Error),
    /// Readable, but it contradicts itself.
    #[error("recipe {recipe}: {fault}")]
    Senseless {
        /// Its `name@version`.
        recipe: String,
        /// What does not fit.
        fault: String,
    },
}

/// One version of a dialect.
#[derive(Clone, Debug)]
pub struct Recipe {
    name: String,
    version: u32,
    title: String,
    https_only: bool,
    secret: SecretNeed,
    secret_prefix: String,
    payout_currency: Option<String>,
    required: Vec<Requirement>,
    success: SuccessRule,
    final_statuses: StatusSet,
    disabling_statuses: StatusSet,
    retry: RetrySchedule,
    timeout: Duration,
    parameters: Option<ParameterLists>,
    appended: Vec<Item>,
    settings: Vec<Setting>,
    placeholders: Vec<Placeholder>,
    body: Option<Vec<BodyField>>,
    signature: Option<Signature>,
    reversal: Option<Reversal>,
    vectors: Vec<serde_json::Value>,
}

impl Recipe {
    /// The dialect, in one word.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version's number.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// `name@version`, as pinned on a delivery.
    pub fn id(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// The name for people.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// `GET`, or `POST` where there is a body.
    pub fn method(&self) -> &'static str {
        if self.body.is_some() { "POST" } else { "GET" }
    }

    /// Whether the offerwall documents TLS as a must.
    pub fn https_only(&self) -> bool {
        self.https_only
    }

    /// Whether an endpoint needs a secret.
    pub fn secret(&self) -> SecretNeed {
        self.secret
    }

    /// What a secret that we make begins with.
    pub fn secret_prefix(&self) -> &str {
        &self.secret_prefix
    }

    /// The only currency that amounts may be in; `None` for any.
    pub fn payout_currency(&self) -> Option<&str> {
        self.payout_currency.as_deref()
    }

    /// What a report must hold.
    pub fn required(&self) -> &[Requirement] {
        &self.required
    }

    /// What acknowledges, unless the endpoint says otherwise.
    pub fn success(&self) -> &SuccessRule {
        &self.success
    }

    /// Statuses after which no further attempt is made.
    pub fn final_statuses(&self) -> &StatusSet {
        &self.final_statuses
    }

    /// Statuses by which a receiver says that it is there no more: its endpoint is disabled.
    pub fn disabling_statuses(&self) -> &StatusSet {
        &self.disabling_statuses
    }

    /// When to try again, unless the endpoint says otherwise.
    pub fn retry(&self) -> &RetrySchedule {
        &self.retry
    }

    /// How long an exchange may take, unless the endpoint says otherwise.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// How it signs, if it does.
    pub fn signature(&self) -> Option<&Signature> {
        self.signature.as_ref()
    }

    /// How it wants the literal text of a callback URL's query.
    pub(super) fn query_text(&self) -> QueryText {
        let signs_url = self.signature.as_ref().is_some_and(Signature::signs_url);
        if signs_url { QueryText::Recoded } else { QueryText::Kept }
    }

    /// How a reversal is told, if it can be.
    pub fn reversal(&self) -> Option<&Reversal> {
        self.reversal.as_ref()
    }

    /// Whether reversals go to a template of their own.
    pub fn takes_reversal_url(&self) -> bool {
        self.reversal.as_ref().is_some_and(|reversal| reversal.url == ReversalUrl::Separate)
    }

    /// What it wants to know of an endpoint.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    /// Whether a setting goes out as a header's value, which takes printable ASCII alone.
    pub fn sends_in_header(&self, setting: &str) -> bool {
        let mut headers = self.signature.iter().flat_map(|signature| &signature.headers);
        setting == ValueSource::SurfaceId.field() && headers.any(|header| header.rule.uses(ValueSource::SurfaceId))
    }

    /// The headers that are this dialect's own and that no publisher may set.
    pub fn owned_headers(&self) -> Vec<&str> {
        let signature = self.signature.iter();
        let mut names: Vec<&str> =
            signature.clone().flat_map(|signature| &signature.headers).map(|header| header.name.as_str()).collect();
        names.extend(signature.filter_map(|signature| match &signature.travels {
            Travels::Header { name, .. } => Some(name.as_str()),
            Travels::Query(_) => None,
        }));
        names
    }

    /// What a callback URL may use.
    pub fn placeholders(&self) -> &[Placeholder] {
        &self.placeholders
    }

    /// The placeholder of that name.
    pub fn placeholder(&self, name: &str) -> Option<&Placeholder> {
        self.placeholders.iter().find(|placeholder| placeholder.name == name)
    }

    /// Completions with the exact requests that they must become.
    pub fn vectors(&self) -> &[serde_json::Value] {
        &self.vectors
    }

    /// The list appended to a URL without placeholders, for this event type.
    pub(super) fn parameters(&self, event_type: &str) -> Option<&[Item]> {
        let lists = self.parameters.as_ref()?;
        Some(lists.by_event_type.get(event_type).unwrap_or(&lists.other))
    }

    /// Every list with its event type.
    pub(super) fn parameter_lists(&self) -> impl Iterator<Item = (&str, &[Item])> {
        self.parameters.iter().flat_map(|lists| {
            let named = lists.by_event_type.iter().map(|(event_type, items)| (event_type.as_str(), items.as_slice()));
            named.chain([("other", lists.other.as_slice())])
        })
    }

    /// What goes after everything else.
    pub(super) fn appended(&self) -> &[Item] {
        &self.appended
    }

    pub(super) fn body(&self) -> Option<&[BodyField]> {
        self.body.as_deref()
    }

    /// Whether it has a parameter list of its own.
    pub(crate) fn has_parameter_list(&self) -> bool {
        self.parameters.is_some()
    }

    /// The names that it appends whatever the template says: nobody else may use them.
    pub(crate) fn reserved_names(&self) -> impl Iterator<Item = &str> {
        let carrier = self.signature.iter().filter_map(Signature::query_parameter);
        self.appended.iter().map(|item| item.name.as_str()).chain(carrier)
    }

    /// Every name of its parameter lists.
    pub(crate) fn listed_names(&self) -> impl Iterator<Item = &str> {
        self.listed().map(|item| item.name.as_str())
    }

    fn listed(&self) -> impl Iterator<Item = &Item> {
        let lists = self.parameters.iter();
        let lists = lists.flat_map(|lists| lists.by_event_type.values().chain([&lists.other]).flatten());
        lists.chain(&self.appended)
    }
}

#[cfg(test)]
mod tests;
