//! What a check of a recipe answers.

use serde::Serialize;

use super::Finding;
use crate::domain::dialect::coverage::Coverage;
use crate::domain::dialect::vector::{Difference, Origin};

/// All that a check answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Checked {
    /// Whether it could be published as it is.
    pub publishable: bool,
    /// What keeps it from being published.
    pub findings: Vec<Finding>,
    /// What deserves a look and keeps nothing from being published.
    pub warnings: Vec<Finding>,
    /// What its signature covers; `None` where it signs nothing or cannot be read.
    pub coverage: Option<Coverage>,
    /// The standard cases, as the engine composes them.
    pub cases: Vec<Case>,
    /// Its vectors, compared.
    pub vectors: Vec<VectorResult>,
}

/// One of the standard cases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// What it shows, such as `reversal`.
    pub name: &'static str,
    /// The request; none where it is refused or not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestShown>,
    /// The text that was signed, in which the secret stays the word `{secret}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_text: Option<String>,
    /// Its signature under the sample secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// Why it is never sent: no fault of the recipe's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Whether the request alone verified.
    pub read_back: bool,
    /// Why it did not, which keeps the recipe from being published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// A request as it may be shown: made under the sample secret, which is masked where it travels itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestShown {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The URL.
    pub url: String,
    /// The headers, in order.
    pub headers: Vec<HeaderShown>,
    /// The body of a POST.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// One header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeaderShown {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// One vector, compared with what the engine composes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VectorResult {
    /// Which of them, counted from 0.
    pub index: usize,
    /// What it says that it shows.
    pub rule: String,
    /// Where what it expects comes from.
    pub from: Origin,
    /// Whether all of it is as expected.
    pub matches: bool,
    /// What is not.
    pub differences: Vec<Difference>,
}
