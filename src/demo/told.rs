//! What a callback tells a publisher once it has been verified: the transaction, the key to deduplicate on, the fields.
//!
//! The values are read as a publisher reads them, so that they can be compared with what was reported.

use serde_json::Value;

use super::cast::Dialect;
use super::received::Received;

/// What was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// The transaction.
    pub transaction_id: String,
    /// The same on every repetition of a callback.
    pub key: String,
    /// Every field as text.
    pub fields: Vec<(String, String)>,
}

impl Told {
    /// Reads a callback.
    pub(super) fn read(dialect: Dialect, received: &Received) -> Self {
        let body = || serde_json::from_slice::<Value>(&received.body).unwrap_or_default();
        match dialect {
            Dialect::Besitos | Dialect::Offermaru => {
                let told = Self { fields: received.parameters(), ..Self::default() };
                told.known_by("transaction_id", None)
            }
            Dialect::Affonso => {
                let body = body();
                let told = Self { fields: fields(&body["data"]), ..Self::default() };
                told.known_by("transactionId", body["id"].as_str())
            }
            Dialect::Attribloom => {
                let told = Self { fields: fields(&body()), ..Self::default() };
                told.known_by("externalId", None)
            }
        }
    }

    /// Whether a field was told with this very value.
    pub(super) fn says(&self, name: &str, value: &str) -> bool {
        self.fields.iter().any(|(known, told)| known == name && told == value)
    }

    /// Whether it tells of a reversal, in any of the dialects' ways.
    pub(super) fn takes_back(&self) -> bool {
        self.says("reverse", "1") || self.says("status", "refunded") || self.says("eventType", "refund")
    }

    fn known_by(mut self, transaction: &str, key: Option<&str>) -> Self {
        let found = self.fields.iter().find(|(name, _)| name == transaction);
        self.transaction_id = found.map(|(_, value)| value.clone()).unwrap_or_default();
        self.key = key.map_or_else(|| self.transaction_id.clone(), str::to_owned);
        self
    }
}

fn fields(object: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs = object.as_object().into_iter().flatten();
    pairs.map(|(name, value)| (name.clone(), text(value))).collect()
}
