//! Recipes: a dialect as data, checked once when it is read, so that the engine never meets a recipe that makes no sense.
//!
//! A recipe says everything that differs between offerwalls; what no recipe says is the same for all. A new trait of an
//! offerwall is a new variant of one of these enums, never a comparison with a name.

mod check;
mod file;
mod finding;
mod gaps;
mod lists;
mod marks;
mod parts;
mod provenance;
mod read;
mod swallowed;

use std::collections::BTreeMap;
use std::time::Duration;

use super::named::{HeaderRule, Item};
use super::signature::Signature;
use super::statuses::StatusSet;
use super::success::SuccessRule;
use super::value::ValueSource;
use crate::domain::encoding::Encoding;
use crate::domain::retry::RetrySchedule;
use crate::domain::template::TemplateForm;
pub use finding::Finding;
use finding::in_one_line;
pub(super) use finding::{Findings, WHOLE};
use parts::ParameterLists;
pub(crate) use parts::{BodyField, Content};
pub use parts::{Placeholder, Requirement, Reversal, ReversalUrl, ReversedId, SecretNeed, Setting, Tells};
pub use provenance::CUSTOM;
pub(super) use read::Outline;

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
    #[error("recipe {recipe}: {}", in_one_line(findings))]
    Senseless {
        /// Its `name@version`.
        recipe: String,
        /// What does not fit.
        findings: Vec<Finding>,
    },
}

/// One version of a dialect.
#[derive(Clone, Debug)]
pub struct Recipe {
    name: String,
    version: u32,
    title: String,
    about: String,
    solid: bool,
    sources: Vec<String>,
    encoding: Encoding,
    template_form: TemplateForm,
    https_only: bool,
    secret: SecretNeed,
    secret_prefix: String,
    secret_in_clear: bool,
    payout_currency: Option<String>,
    required: Vec<Requirement>,
    success: SuccessRule,
    final_statuses: StatusSet,
    disabling_statuses: StatusSet,
    retry: RetrySchedule,
    timeout: Duration,
    parameters: Option<ParameterLists>,
    appended: Vec<Item>,
    appended_on_test: Vec<Item>,
    headers: Vec<HeaderRule>,
    settings: Vec<Setting>,
    placeholders: Vec<Placeholder>,
    body: Option<Vec<BodyField>>,
    signature: Option<Signature>,
    reversal: Option<Reversal>,
    zero_payout_told_by: Vec<String>,
    /// As texts: they are read when somebody asks, and parsed they would take many times the memory for as long as the process lives.
    vectors: Vec<Box<str>>,
    self_proven: bool,
    source: String,
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

    /// How values are encoded in a query.
    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// A query of these parameters, encoded as values are.
    pub(crate) fn query_of(&self, parameters: &[(String, String)]) -> String {
        let mut query = String::new();
        for (name, value) in parameters {
            if !query.is_empty() {
                query.push('&');
            }
            self.encoding.encode_onto(&mut query, name);
            query.push('=');
            self.encoding.encode_onto(&mut query, value);
        }
        query
    }

    /// In which language its templates are written.
    pub(super) fn template_form(&self) -> &TemplateForm {
        &self.template_form
    }

    /// Whether the secret itself travels.
    pub fn secret_in_clear(&self) -> bool {
        self.secret_in_clear
    }

    /// Headers that every callback has.
    pub(crate) fn headers(&self) -> &[HeaderRule] {
        &self.headers
    }

    /// What it wants to know of an endpoint.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    /// How a reversal is told, if it can be.
    pub fn reversal(&self) -> Option<&Reversal> {
        self.reversal.as_ref()
    }

    /// Whether its callbacks tell a test by a word of their own.
    pub(super) fn marks_tests(&self) -> bool {
        !self.appended_on_test.is_empty() || self.rules().any(|rule| rule.words.test.is_some())
    }

    /// Whether reversals go to a template of their own.
    pub fn takes_reversal_url(&self) -> bool {
        self.reversal.as_ref().is_some_and(|reversal| reversal.url == ReversalUrl::Separate)
    }

    /// Whether a setting goes out as a header's value, which takes printable ASCII alone.
    pub fn sends_in_header(&self, setting: &str) -> bool {
        let beside = self.signature.iter().flat_map(|signature| &signature.headers);
        let mut sources = self.headers.iter().chain(beside).flat_map(|header| header.rule.sources());
        sources.any(|source| matches!(source, ValueSource::Setting(name) if name == setting))
    }

    /// Whether a setting names the header that carries the signature.
    pub fn names_header(&self, setting: &str) -> bool {
        let carrier = self.signature.as_ref().and_then(Signature::carrier);
        carrier.is_some_and(|carrier| carrier.name_setting.as_deref() == Some(setting))
    }

    /// The names of its headers but for the one that carries the signature.
    pub fn other_headers(&self) -> impl Iterator<Item = &str> {
        let beside = self.signature.iter().flat_map(|signature| &signature.headers);
        self.headers.iter().chain(beside).map(|header| header.name.as_str())
    }

    /// The headers that are this dialect's own at an endpoint with these settings, and that no publisher may set.
    pub fn owned_headers<'a>(&'a self, settings: &'a BTreeMap<String, String>) -> Vec<&'a str> {
        let mut names: Vec<&str> = self.other_headers().collect();
        names.extend(self.signature.iter().filter_map(Signature::carrier).map(|carrier| carrier.name_at(settings)));
        names
    }

    /// A placeholder as its templates write it.
    pub fn written(&self, placeholder: &str) -> String {
        self.template_form.brackets.written(placeholder)
    }

    /// What a callback URL may use.
    pub fn placeholders(&self) -> &[Placeholder] {
        &self.placeholders
    }

    /// What a template may hold, as this dialect writes it; what the signature needs stands first.
    pub fn usable(&self, in_reversals: bool) -> Vec<String> {
        let needed = self.signature.as_ref().map(Signature::needs).unwrap_or_default();
        let known = self.placeholders.iter().filter(|known| !known.hidden && (in_reversals || !known.reversal_only));
        let known: Vec<&str> = known.map(|known| known.name.as_str()).collect();
        let stands_for = self.signature.iter().flat_map(|signature| signature.placeholder().iter().take(1));
        let first = stands_for.map(String::as_str).chain(known.iter().copied().filter(|name| needed.contains(name)));
        let others = known.iter().copied().filter(|name| !needed.contains(name));
        first.chain(others).map(|name| self.written(name)).collect()
    }

    /// The placeholder of that name.
    pub fn placeholder(&self, name: &str) -> Option<&Placeholder> {
        self.placeholders.iter().find(|placeholder| placeholder.name == name)
    }

    /// What a POST's body is made of.
    pub(crate) fn body(&self) -> Option<&[BodyField]> {
        self.body.as_deref()
    }
}

#[cfg(test)]
mod tests;
