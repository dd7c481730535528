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

    /// Whether the file says that a report of the row must be refused for an app of this dialect.
    pub(crate) fn is_refused_by(&self, dialect: &str) -> bool {
        self.refused_by.iter().any(|name| name == "all" || name == dialect)
    }

    /// The report of a completion with the row's values.
    pub(crate) fn report(&self, app: &App, number: usize, extra: Value) -> Value {
        let mut report = json!({
            "externalId": format!("row-{number}"), "eventType": "goal", "appId": app.id, "userId": self.user_id,
            "transactionId": self.transaction_id(number), "offerId": self.offer_id(), "offerName": self.offer_name,
            "note": self.note, "userReward": self.user_reward, "payoutMinor": 1755, "rewardMinor": 5, "extra": extra,
        });
        if let Some(goal) = &self.goal_id {
            report["goalId"] = json!(goal);
        }
        report
    }
}

/// The fields of a report that hold a control character, for which everybody refuses it.
pub(crate) fn with_controls(report: &Value) -> Vec<String> {
    let texts = ["userId", "offerName", "note"].map(|field| (field.to_owned(), &report[field]));
    let extra = report["extra"].as_object().into_iter().flatten();
    let all = texts.into_iter().chain(extra.map(|(name, value)| (format!("extra.{name}"), value)));
    all.filter(|(_, value)| value.as_str().unwrap().chars().any(char::is_control)).map(|(field, _)| field).collect()
}

/// Every row.
pub(crate) fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(folder().join("awkward.json")).unwrap();
    let rows: Vec<Row> = serde_json::from_str(&text).unwrap();
    assert!(rows.len() >= 82, "awkward.json has lost rows");
    rows
}
