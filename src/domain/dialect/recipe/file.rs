//! The recipe language as it is written: the shape of a TOML file in `catalog/`.
//!
//! Serde checks the words here; [`super::read`] checks that they make sense together. Nothing else may read these
//! types, so that an unchecked recipe never reaches the engine.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::parts::{Requirement, Reversal, SecretNeed, Setting};
use crate::domain::dialect::signature::{Algorithm, Digest, KeyForm, SignedText, Travels};
use crate::domain::dialect::statuses::StatusSet;
use crate::domain::dialect::success::SuccessRule;
use crate::domain::dialect::value::{Format, ValueRule, ValueSource};
use crate::domain::retry::RetrySchedule;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecipeFile {
    pub(super) name: String,
    pub(super) version: u32,
    pub(super) title: String,
    pub(super) method: MethodWord,
    #[serde(default)]
    pub(super) https_only: bool,
    pub(super) secret: SecretNeed,
    #[serde(default)]
    pub(super) secret_prefix: String,
    pub(super) payout_currency: Option<String>,
    pub(super) required: Vec<Requirement>,
    pub(super) success: SuccessRule,
    #[serde(default)]
    pub(super) final_statuses: StatusSet,
    #[serde(default)]
    pub(super) disabling_statuses: StatusSet,
    #[serde(default)]
    pub(super) retry_seconds: RetrySchedule,
    pub(super) timeout_seconds: u64,
    /// By event type; `other` is for the rest. Absent: the publisher writes the template.
    pub(super) parameters: Option<BTreeMap<String, Vec<String>>>,
    /// Placeholders that go after everything else, whoever wrote the rest, where they have a value.
    #[serde(default)]
    pub(super) appended: Vec<String>,
    #[serde(default)]
    pub(super) settings: Vec<Setting>,
    #[serde(default)]
    pub(super) placeholders: Vec<ValueWritten>,
    #[serde(default)]
    pub(super) body: Vec<ValueWritten>,
    pub(super) signature: Option<SignatureWritten>,
    pub(super) reversal: Option<Reversal>,
}

#[derive(Clone, Copy, Deserialize)]
pub(super) enum MethodWord {
    #[serde(rename = "GET")]
    Get,
    #[serde(rename = "POST")]
    Post,
}

/// A placeholder, a body field or a header: a name and where its value comes from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ValueWritten {
    pub(super) name: String,
    pub(super) value: Option<ValueSource>,
    pub(super) otherwise: Option<ValueSource>,
    #[serde(default)]
    pub(super) format: Format,
    pub(super) absent: Option<String>,
    pub(super) when_completed: Option<String>,
    pub(super) when_reversed: Option<String>,
    /// Placeholders only: what it means, for people.
    pub(super) meaning: Option<String>,
    /// Placeholders only: known in the template for reversals alone.
    #[serde(default)]
    pub(super) reversal_only: bool,
    /// Body fields only: an object of these.
    #[serde(default)]
    pub(super) fields: Vec<ValueWritten>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignatureWritten {
    #[serde(default)]
    pub(super) algorithm: Algorithm,
    #[serde(default)]
    pub(super) key: KeyForm,
    #[serde(default)]
    pub(super) digest: Digest,
    pub(super) signs: SignedText,
    pub(super) travels: Travels,
    #[serde(default)]
    pub(super) headers: Vec<ValueWritten>,
}

impl ValueWritten {
    pub(super) fn rule(&self) -> ValueRule {
        ValueRule {
            source: self.value,
            otherwise: self.otherwise,
            format: self.format,
            absent: self.absent.clone(),
            when_completed: self.when_completed.clone(),
            when_reversed: self.when_reversed.clone(),
        }
    }
}
