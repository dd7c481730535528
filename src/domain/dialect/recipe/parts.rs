//! The parts of a recipe: one enum per trait in which offerwalls differ.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::dialect::named::Item;
use crate::domain::dialect::value::{AMOUNTS, Fact, ValueRule, ValueSource, Words};

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
#[serde(untagged, expecting = "must be a field of reports, or a list of such fields")]
pub enum Requirement {
    /// This field.
    One(ValueSource),
    /// At least one of these.
    AnyOf(Vec<ValueSource>),
}

/// What a dialect wants to know of an endpoint besides what every dialect does: an id that the vendor gave the publisher, the
/// name of a currency. It is no secret and is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// Its name among the endpoint's `settings`.
    pub name: String,
    /// Whether nothing can be sent without it.
    #[serde(default)]
    pub required: bool,
    /// What it means, for people.
    pub meaning: String,
}

/// The parameters that are appended to a callback URL without placeholders.
#[derive(Clone, Debug)]
pub(crate) struct ParameterLists {
    pub(super) by_event_type: BTreeMap<String, Vec<Item>>,
    pub(super) other: Vec<Item>,
}

/// A name of the vendor's that a callback URL may use.
#[derive(Clone, Debug)]
pub struct Placeholder {
    pub(crate) name: String,
    pub(crate) meaning: String,
    /// Known in signed texts alone.
    pub(crate) hidden: bool,
    pub(crate) reversal_only: bool,
    pub(crate) rule: ValueRule,
}

/// A field of a JSON body.
#[derive(Clone, Debug)]
pub(crate) struct BodyField {
    pub(crate) name: String,
    pub(crate) content: Content,
}

/// What a body field holds.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Value(ValueRule),
    Object(Vec<BodyField>),
}

/// How a completion that is taken back is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all(serialize = "camelCase"), deny_unknown_fields)]
pub struct Reversal {
    /// Where it goes.
    pub url: ReversalUrl,
    /// What it says.
    pub tells: Tells,
    /// Under which transaction id.
    pub transaction_id: ReversedId,
    /// The placeholders that mark it: to a template without any of them it would look like another reward, and is not told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told_by: Vec<String>,
    /// Whether a part can be told.
    pub part: bool,
}

impl Reversal {
    /// Whether a value found by this rule tells a reversal from its completion: by another word, by an amount taken back, or by
    /// the reason, which no completion has.
    pub(crate) fn is_marked_by(&self, rule: &ValueRule) -> bool {
        let Words { reversed, completed, .. } = &rule.words;
        let is_amount = || AMOUNTS.into_iter().any(|amount| rule.uses(amount));
        reversed != completed
            || matches!(self.tells, Tells::TakenBackNegative | Tells::Zero) && is_amount()
            || rule.uses(Fact::Reason)
    }
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
    /// Zero in place of every amount, and when it was taken back.
    Zero,
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

impl Placeholder {
    /// The vendor's name for it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it means.
    pub fn meaning(&self) -> &str {
        &self.meaning
    }

    /// Whether only signed texts may use it.
    pub fn hidden(&self) -> bool {
        self.hidden
    }

    /// Whether only a reversal's template may use it.
    pub fn reversal_only(&self) -> bool {
        self.reversal_only
    }
}
