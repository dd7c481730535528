//! The recipe language as it is written: the shape of a TOML file in `catalog/`.
//!
//! Serde checks the words here; [`super::read`] checks that they make sense together. Nothing else may read these
//! types, so that an unchecked recipe never reaches the engine.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::parts::{Requirement, Reversal, SecretNeed, Setting};
use crate::domain::dialect::digest::{Algorithm, Digest, KeyForm};
use crate::domain::dialect::format::Format;
use crate::domain::dialect::signature::Travels;
use crate::domain::dialect::signed_text::SignedText;
use crate::domain::dialect::statuses::StatusSet;
use crate::domain::dialect::success::SuccessRule;
use crate::domain::dialect::value::{ValueRule, ValueSource, Words};
use crate::domain::encoding::Encoding;
use crate::domain::retry::DocumentedSchedule;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecipeFile {
    pub(super) name: String,
    /// A file that ships says it; of an operator's own it is counted where it is published.
    pub(super) version: Option<u32>,
    pub(super) title: String,
    /// What is special about it, for publishers.
    #[serde(default)]
    pub(super) about: String,
    /// Whether the vendor documents it, or several independent receivers do the same.
    #[serde(default = "solid")]
    pub(super) solid: bool,
    /// The vendor's pages that it was written from.
    #[serde(default)]
    pub(super) sources: Vec<String>,
    pub(super) method: MethodWord,
    /// How values are encoded in a query.
    #[serde(default)]
    pub(super) encoding: Encoding,
    /// The marks around a placeholder's name, in place of `{}` and `<>`.
    pub(super) brackets: Option<[String; 2]>,
    #[serde(default)]
    pub(super) https_only: bool,
    pub(super) secret: SecretNeed,
    #[serde(default)]
    pub(super) secret_prefix: String,
    /// Whether the secret itself may travel.
    #[serde(default)]
    pub(super) secret_in_clear: bool,
    pub(super) payout_currency: Option<String>,
    pub(super) required: Vec<Requirement>,
    #[serde(deserialize_with = "SuccessRule::of_recipe")]
    pub(super) success: SuccessRule,
    #[serde(default)]
    pub(super) final_statuses: StatusSet,
    #[serde(default)]
    pub(super) disabling_statuses: StatusSet,
    pub(super) retry_seconds: Option<DocumentedSchedule>,
    pub(super) timeout_seconds: u64,
    /// By event type; `other` is for the rest. Absent: the publisher writes the template.
    pub(super) parameters: Option<BTreeMap<String, Vec<String>>>,
    /// Placeholders that go after everything else, whoever wrote the rest, where they have a value.
    #[serde(default)]
    pub(super) appended: Vec<String>,
    /// The same on tests only, outside of what is signed.
    #[serde(default)]
    pub(super) appended_on_test: Vec<String>,
    #[serde(default)]
    pub(super) headers: Vec<ValueWritten>,
    /// The placeholders that ask for completions without any payout or reward.
    #[serde(default)]
    pub(super) zero_payout_told_by: Vec<String>,
    /// What it wants to know of an endpoint.
    #[serde(default)]
    pub(super) settings: Vec<Setting>,
    #[serde(default)]
    pub(super) placeholders: Vec<ValueWritten>,
    #[serde(default)]
    pub(super) body: Vec<ValueWritten>,
    pub(super) signature: Option<SignatureWritten>,
    pub(super) reversal: Option<Reversal>,
}

/// A recipe says so where it is not.
fn solid() -> bool {
    true
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
    /// Body fields only: unquoted.
    #[serde(default)]
    pub(super) number: bool,
    pub(super) absent: Option<String>,
    pub(super) when_completed: Option<String>,
    #[serde(default)]
    pub(super) when_event: BTreeMap<String, String>,
    pub(super) when_reversed: Option<String>,
    pub(super) when_test: Option<String>,
    /// Placeholders only: what it means, for people.
    pub(super) meaning: Option<String>,
    /// Placeholders only: known in signed texts, not in templates.
    #[serde(default)]
    pub(super) hidden: bool,
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
    /// Placeholders that go before the signature, and only where there is one.
    #[serde(default)]
    pub(super) appended: Vec<String>,
    pub(super) ambiguity: Option<AmbiguityWord>,
    /// Said exactly where the way of signing is one that no new design should choose.
    #[serde(default)]
    pub(super) legacy: bool,
    /// Exactly what the signature leaves open of a reward's meaning.
    #[serde(default)]
    pub(super) not_covered: Vec<String>,
    #[serde(default)]
    pub(super) headers: Vec<ValueWritten>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum AmbiguityWord {
    Accepted,
}

impl ValueWritten {
    pub(super) fn rule(&self) -> ValueRule {
        let words = Words {
            test: self.when_test.clone(),
            reversed: self.when_reversed.clone(),
            event: self.when_event.clone(),
            completed: self.when_completed.clone(),
        };
        ValueRule {
            source: self.value.clone(),
            otherwise: self.otherwise.clone(),
            format: self.format.clone(),
            number: self.number,
            absent: self.absent.clone(),
            words,
        }
    }
}
