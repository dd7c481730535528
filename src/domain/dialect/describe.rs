//! A recipe as it is shown to people: what a receiver must know to verify, and a reporter to report.

use serde::Serialize;

use super::recipe::{Recipe, Requirement, Reversal, SecretNeed};
use super::signature::{Algorithm, Digest, KeyForm, SignedText, Travels};
use super::success::SuccessRule;

/// A recipe's description.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Description {
    /// The dialect, in one word.
    pub name: String,
    /// `name@version`.
    pub recipe: String,
    /// The name for people.
    pub title: String,
    /// The version's number.
    pub version: u32,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Whether the offerwall documents TLS as a must.
    pub https_only: bool,
    /// Whether an endpoint needs a secret.
    pub secret: SecretNeed,
    /// The currency that amounts must be in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payout_currency: Option<String>,
    /// The report's fields that it needs; a list within stands for at least one of them.
    pub required: Vec<Requirement>,
    /// What a callback URL may use.
    pub placeholders: Vec<PlaceholderDescription>,
    /// The parameters appended to a URL without placeholders, by event type.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<ListDescription>,
    /// How it signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<SignatureDescription>,
    /// What acknowledges.
    pub success: SuccessRule,
    /// Statuses after which no further attempt is made.
    pub final_statuses: Vec<u16>,
    /// Seconds before attempts 2, 3, …
    pub retry_schedule: Vec<u64>,
    /// How long an exchange may take.
    pub timeout_ms: u64,
    /// How a reversal is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reversal: Option<Reversal>,
    /// Completions with the exact requests that they become.
    pub vectors: Vec<serde_json::Value>,
}

/// A placeholder's description.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlaceholderDescription {
    /// The vendor's name for it.
    pub name: String,
    /// What it means.
    pub meaning: String,
    /// Whether only the reversal URL may use it.
    pub reversal_only: bool,
}

/// A parameter list's description.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListDescription {
    /// The event type, or `other`.
    pub event_type: String,
    /// Names of placeholders, and `name=text` where the text is fixed.
    pub parameters: Vec<String>,
}

/// A signature's description.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignatureDescription {
    /// The function.
    pub algorithm: Algorithm,
    /// How a secret's text becomes the key.
    pub key: KeyForm,
    /// How the result is written.
    pub digest: Digest,
    /// The text that is signed.
    pub signs: SignedText,
    /// Where the signature travels.
    pub travels: Travels,
    /// Names of the headers that go along with it.
    pub headers: Vec<String>,
}

/// Describes a recipe.
pub fn describe(recipe: &Recipe) -> Description {
    let placeholders = recipe.placeholders().iter().map(|placeholder| PlaceholderDescription {
        name: placeholder.name().to_owned(),
        meaning: placeholder.meaning().to_owned(),
        reversal_only: placeholder.reversal_only(),
    });
    let signature = recipe.signature().map(|signature| SignatureDescription {
        algorithm: signature.algorithm,
        key: signature.key.clone(),
        digest: signature.digest,
        signs: signature.signs.clone(),
        travels: signature.travels.clone(),
        headers: signature.headers.iter().map(|header| header.name.clone()).collect(),
    });
    let parameters = recipe.parameter_lists().map(|(event_type, items)| ListDescription {
        event_type: event_type.to_owned(),
        parameters: items.iter().chain(recipe.appended()).map(ToString::to_string).collect(),
    });
    Description {
        name: recipe.name().to_owned(),
        recipe: recipe.id(),
        title: recipe.title().to_owned(),
        version: recipe.version(),
        method: recipe.method(),
        https_only: recipe.https_only(),
        secret: recipe.secret(),
        payout_currency: recipe.payout_currency().map(str::to_owned),
        required: recipe.required().to_vec(),
        placeholders: placeholders.collect(),
        parameters: parameters.collect(),
        signature,
        success: recipe.success().clone(),
        final_statuses: recipe.final_statuses().to_vec(),
        retry_schedule: recipe.retry().as_seconds().to_vec(),
        timeout_ms: u64::try_from(recipe.timeout().as_millis()).unwrap_or(u64::MAX),
        reversal: recipe.reversal().cloned(),
        vectors: recipe.vectors().to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::catalog::Catalog;

    #[test]
    fn a_description_holds_what_a_receiver_needs_to_verify() {
        let catalog = Catalog::builtin();
        let json = serde_json::to_value(describe(catalog.get("offermaru").unwrap())).unwrap();
        assert_eq!(json["recipe"], "offermaru@1");
        assert_eq!(json["required"][3], "userReward");
        assert_eq!(json["placeholders"][0]["name"], "user_id");
        assert_eq!(json["signature"]["signs"]["parameters"][0], "offer_id");
        assert_eq!(json["reversal"]["part"], true);
        assert_eq!(json["vectors"].as_array().map(Vec::len), Some(7));
        let json = serde_json::to_value(describe(catalog.get("besitos").unwrap())).unwrap();
        assert_eq!(json["parameters"][1]["parameters"][5], "type=survey");
        assert_eq!(json["signature"]["travels"]["query"], "verifier");
    }
}
