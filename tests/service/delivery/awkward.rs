//! Values that encoders, decoders and templates get wrong, as `tests/receivers/awkward.json` lists them.

use serde::Deserialize;
use serde_json::{Value, json};

use super::independent_receiver::folder;
use crate::support::App;

/// A row of `awkward.json`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) user_id: String,
    pub(crate) offer_name: String,
    pub(crate) note: String,
    pub(crate) user_reward: String,
    transaction_id: Option<String>,
    offer_id: Option<String>,
    pub(crate) goal_id: Option<String>,
    #[serde(default)]
    refused_by: Vec<String>,
}

impl Row {
    /// The row's own or any.
    pub(crate) fn offer_id(&self) -> &str {
        self.offer_id.as_deref().unwrap_or("Zd")
    }

    /// The row's own or one by its number.
    pub(crate) fn transaction_id(&self, number: usize) -> String {
        self.transaction_id.clone().unwrap_or_else(|| format!("tx-{number}"))
    }

    /// Whether a report of the row must be refused for an app of this dialect.
    pub(crate) fn is_refused_by(&self, dialect: &str) -> bool {
        self.refused_by.iter().any(|name| name == "all" || name == dialect)
    }

    /// The report of a completion with the row's values.
    pub(crate) fn report(&self, app: &App, number: usize) -> Value {
        let mut report = json!({
            "externalId": format!("row-{number}"), "eventType": "goal", "appId": app.id, "userId": self.user_id,
            "transactionId": self.transaction_id(number), "offerId": self.offer_id(), "offerName": self.offer_name,
            "note": self.note, "userReward": self.user_reward, "payoutMinor": 1755, "rewardMinor": 5,
            "extra": {"note": self.note},
        });
        if let Some(goal) = &self.goal_id {
            report["goalId"] = json!(goal);
        }
        report
    }

    /// Which fields the row must be refused for: those with control characters, else those that make a signed text
    /// ambiguous.
    pub(crate) fn faults(&self) -> Vec<&'static str> {
        let texts = [
            ("userId", self.user_id.as_str()),
            ("offerName", &self.offer_name),
            ("note", &self.note),
            ("extra.note", &self.note),
        ];
        let signed = [("userId", self.user_id.as_str()), ("offerId", self.offer_id())];
        let controls: Vec<_> = texts.iter().filter(|(_, text)| text.chars().any(char::is_control)).collect();
        let ambiguous = signed.iter().filter(|(_, text)| text.contains('&')).collect();
        let at_fault = if controls.is_empty() { ambiguous } else { controls };
        at_fault.into_iter().map(|(name, _)| *name).collect()
    }
}

/// Every row.
pub(crate) fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(folder().join("awkward.json")).unwrap();
    let rows: Vec<Row> = serde_json::from_str(&text).unwrap();
    assert!(rows.len() >= 82, "awkward.json has lost rows");
    rows
}
