//! Recipes: a dialect as data, checked once when it is read, so that the engine never meets a recipe that makes no sense.
//!
//! A recipe says everything that differs between offerwalls; what no recipe says is the same for all. A new trait of an
//! offerwall is a new variant of one of these enums, never a comparison with a name.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::recipe_file::{MethodWord, RecipeFile, SignatureWritten, ValueWritten};
use super::signature::{Signature, SignedHeader, SignedText, Travels};
use super::success::SuccessRule;
use super::value::{Source, ValueRule};
use crate::domain::retry::RetrySchedule;

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
    final_statuses: Vec<u16>,
    retry: RetrySchedule,
    timeout: Duration,
    parameters: Option<ParameterLists>,
    appended: Vec<Item>,
    placeholders: Vec<Placeholder>,
    body: Option<Vec<BodyField>>,
    signature: Option<Signature>,
    reversal: Option<Reversal>,
    vectors: Vec<serde_json::Value>,
}

/// Whether an endpoint needs a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretNeed {
    /// Without one, deliveries are held.
    Required,
    /// Without one, callbacks go out unsigned.
    Optional,
    /// Nothing is signed.
    None,
}

/// What a report must hold: one field, or one of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Requirement {
    /// This field.
    One(Source),
    /// At least one of these.
    AnyOf(Vec<Source>),
}

/// The parameters that are appended to a callback URL without placeholders.
#[derive(Clone, Debug)]
pub(super) struct ParameterLists {
    by_event_type: BTreeMap<String, Vec<Item>>,
    other: Vec<Item>,
}

/// One parameter of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) name: String,
    /// Fixed text instead of the placeholder of that name.
    pub(super) fixed: Option<String>,
}

/// A name of the vendor's that a callback URL may use.
#[derive(Clone, Debug)]
pub struct Placeholder {
    pub(super) name: String,
    pub(super) meaning: String,
    pub(super) reversal_only: bool,
    pub(super) rule: ValueRule,
}

/// A field of a JSON body.
#[derive(Clone, Debug)]
pub(super) struct BodyField {
    pub(super) name: String,
    pub(super) content: Content,
}

/// What a body field holds.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Value(ValueRule),
    Object(Vec<BodyField>),
}

/// How a completion that is taken back is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reversal {
    /// Where it goes.
    pub url: ReversalUrl,
    /// What it says.
    pub tells: Tells,
    /// Under which transaction id.
    pub transaction_id: ReversedId,
    /// Whether a part can be told.
    pub part: bool,
}

/// Where a reversal goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReversalUrl {
    /// To the callback URL, like the completion.
    Callback,
    /// To a template of its own; without one it is not told.
    Separate,
}

/// What a reversal says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tells {
    /// The completion's own amounts and time once more, marked as reversed.
    Completion,
    /// The amounts taken back and when.
    TakenBack,
    /// The amounts taken back as negative numbers, and when.
    TakenBackNegative,
}

/// A reversal's transaction id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReversedId {
    /// The completion's.
    Same,
    /// `r-<id>`, the second part `r2-<id>`, and so on: for receivers that would take the same id for a repetition.
    Prefixed,
}

impl Recipe {
    /// Reads and checks a recipe with its vectors. Without vectors it is refused: nobody could prove that it is right.
    pub fn parse(toml: &str, vectors: &[&str]) -> Result<Self, RecipeError> {
        let file: RecipeFile = toml::from_str(toml)?;
        let id = format!("{}@{}", file.name, file.version);
        let vectors = vectors.iter().map(|json| serde_json::from_str(json)).collect::<Result<Vec<_>, _>>()?;
        Self::from_file(file, vectors).map_err(|fault| RecipeError::Senseless { recipe: id, fault })
    }

    fn from_file(file: RecipeFile, vectors: Vec<serde_json::Value>) -> Result<Self, String> {
        let recipe = Self {
            https_only: file.https_only,
            secret: file.secret,
            secret_prefix: file.secret_prefix,
            payout_currency: file.payout_currency,
            required: file.required,
            success: file.success,
            final_statuses: file.final_statuses,
            retry: file.retry_seconds,
            timeout: Duration::from_secs(file.timeout_seconds),
            parameters: file.parameters.map(lists).transpose()?,
            appended: file.appended.iter().map(|text| item(text)).collect(),
            placeholders: file.placeholders.into_iter().map(placeholder).collect::<Result<_, _>>()?,
            body: body(file.method, file.body)?,
            signature: file.signature.map(signature).transpose()?,
            reversal: file.reversal.map(|written| Reversal {
                url: written.url,
                tells: written.tells,
                transaction_id: written.transaction_id,
                part: written.part,
            }),
            name: file.name,
            version: file.version,
            title: file.title,
            vectors,
        };
        recipe.check()?;
        Ok(recipe)
    }

    /// What the parts must not contradict in one another.
    fn check(&self) -> Result<(), String> {
        if self.vectors.is_empty() {
            return Err("has no vectors".to_owned());
        }
        if self.name.is_empty() || !self.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
            return Err("has a name that is not of lower-case letters".to_owned());
        }
        if (self.secret == SecretNeed::None) != self.signature.is_none() {
            return Err("must have a signature exactly where it takes a secret".to_owned());
        }
        if self.timeout.is_zero() {
            return Err("has no time-out".to_owned());
        }
        let mut seen = HashSet::new();
        if let Some(twice) = self.placeholders.iter().find(|placeholder| !seen.insert(&placeholder.name)) {
            return Err(format!("has the placeholder {} twice", twice.name));
        }
        let unknown = self.listed().find(|item| item.fixed.is_none() && self.placeholder(&item.name).is_none());
        if let Some(item) = unknown {
            return Err(format!("lists the parameter {} without a placeholder of that name", item.name));
        }
        let names = self.signature.iter().flat_map(|signature| signature.signed_parameters());
        if let Some(name) = names.into_iter().find(|name| self.placeholder(name).is_none()) {
            return Err(format!("signs the parameter {name} without a placeholder of that name"));
        }
        Ok(())
    }

    /// `besitos`.
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
    pub fn final_statuses(&self) -> &[u16] {
        &self.final_statuses
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

    /// How a reversal is told, if it can be.
    pub fn reversal(&self) -> Option<&Reversal> {
        self.reversal.as_ref()
    }

    /// Whether a reversal of a part can be told.
    pub fn tells_part(&self) -> bool {
        self.reversal.as_ref().is_some_and(|reversal| reversal.part)
    }

    /// Whether reversals go to a template of their own.
    pub fn takes_reversal_url(&self) -> bool {
        self.reversal.as_ref().is_some_and(|reversal| reversal.url == ReversalUrl::Separate)
    }

    /// Whether an endpoint must name the remote surface.
    pub fn needs_surface_id(&self) -> bool {
        let headers = self.signature.iter().flat_map(|signature| &signature.headers);
        headers.into_iter().any(|header| header.rule.uses(Source::SurfaceId))
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

impl Placeholder {
    /// The vendor's name for it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it means.
    pub fn meaning(&self) -> &str {
        &self.meaning
    }

    /// Whether only a reversal's template may use it.
    pub fn reversal_only(&self) -> bool {
        self.reversal_only
    }
}

/// As a recipe writes it.
impl std::fmt::Display for Item {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        self.fixed.as_ref().map_or(Ok(()), |fixed| write!(f, "={fixed}"))
    }
}

fn item(text: &str) -> Item {
    match text.split_once('=') {
        Some((name, fixed)) => Item { name: name.to_owned(), fixed: Some(fixed.to_owned()) },
        None => Item { name: text.to_owned(), fixed: None },
    }
}

fn lists(written: BTreeMap<String, Vec<String>>) -> Result<ParameterLists, String> {
    let mut by_event_type: BTreeMap<String, Vec<Item>> =
        written.into_iter().map(|(kind, list)| (kind, list.iter().map(|text| item(text)).collect())).collect();
    let other = by_event_type.remove("other").ok_or("has no parameter list for other event types")?;
    Ok(ParameterLists { by_event_type, other })
}

fn checked_rule(written: &ValueWritten) -> Result<ValueRule, String> {
    let rule = written.rule();
    rule.fault().map_or(Ok(rule), |fault| Err(format!("{} {fault}", written.name)))
}

fn text_rule(written: &ValueWritten) -> Result<ValueRule, String> {
    let rule = checked_rule(written)?;
    if rule.is_text() && written.fields.is_empty() { Ok(rule) } else { Err(format!("{} is not a text", written.name)) }
}

fn placeholder(written: ValueWritten) -> Result<Placeholder, String> {
    let rule = text_rule(&written)?;
    let meaning = written.meaning.ok_or_else(|| format!("the placeholder {} has no meaning", written.name))?;
    Ok(Placeholder { rule, meaning, reversal_only: written.reversal_only, name: written.name })
}

fn body(method: MethodWord, written: Vec<ValueWritten>) -> Result<Option<Vec<BodyField>>, String> {
    match method {
        MethodWord::Get if written.is_empty() => Ok(None),
        MethodWord::Post if !written.is_empty() => fields(written).map(Some),
        MethodWord::Get | MethodWord::Post => Err("must have a body exactly where it is a POST".to_owned()),
    }
}

fn fields(written: Vec<ValueWritten>) -> Result<Vec<BodyField>, String> {
    let field = |written: ValueWritten| {
        let content = if written.fields.is_empty() {
            Content::Value(checked_rule(&written)?)
        } else {
            Content::Object(fields(written.fields)?)
        };
        Ok(BodyField { name: written.name, content })
    };
    written.into_iter().map(field).collect()
}

fn signature(written: SignatureWritten) -> Result<Signature, String> {
    let mut signs = written.signs;
    if let SignedText::Parameters(names) = &mut signs {
        names.sort_unstable();
    }
    let headers = written.headers.iter();
    let headers = headers.map(|header| Ok(SignedHeader { rule: text_rule(header)?, name: header.name.clone() }));
    Ok(Signature {
        algorithm: written.algorithm,
        key: written.key,
        digest: written.digest,
        signs,
        travels: written.travels,
        headers: headers.collect::<Result<_, String>>()?,
    })
}
