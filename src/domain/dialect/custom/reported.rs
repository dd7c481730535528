//! What a vector tells must be what a report can hold: a signature over a completion that no intake would take proves nothing
//! about those that are sent. It is read by the rules of reports, and asked what this recipe asks of a report.

use std::sync::Arc;

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect::requirements::lacking;
use crate::domain::dialect::vector::Vector;
use crate::domain::fields::Fields;
use crate::domain::invalid::Invalid;
use crate::domain::json::Object;
use crate::domain::report::{ID, Report};
use crate::domain::time::Timestamp;

/// What every report has besides, which no vector says: it never goes out.
const UNSAID: (&str, &str) = ("externalId", "vector");
/// What stands before the transaction id of a test, and before no other.
const OF_TESTS: &str = "test-";
/// How the fault of a name in `extra` begins.
const OF_NAMES: &str = "a name must match";
/// A vector may lie in a year that is yet to come; no clock is asked here.
const LATEST: Timestamp = Timestamp::from_millis(253_402_300_799_000);

/// Everything in a vector that no report would hold, by its place in the vector.
pub(super) fn faults(recipe: &Arc<Recipe>, vector: &Vector, json: &Value) -> Invalid {
    let mut faults = Invalid::none();
    let Some(told) = json.get("completion").and_then(Value::as_object) else { return faults };
    faults.extend(of_completion(told, vector.test).below("completion"));
    if let Some(completion) = vector.completion() {
        let asked = lacking(recipe, &completion);
        let is_known = |field: &str| faults.0.iter().any(|fault| fault.field == format!("completion.{field}"));
        let asked = Invalid(asked.0.into_iter().filter(|fault| !is_known(&fault.field)).collect());
        faults.extend(asked.below("completion"));
    }
    if let Some(taken) = json.get("reversal").and_then(Value::as_object) {
        faults.extend(of_reversal(taken).below("reversal"));
    }
    faults
}

fn of_completion(told: &Map<String, Value>, is_test: bool) -> Invalid {
    let mut told = told.clone();
    // Whether a user is needed says the recipe.
    if told.get("userId").and_then(Value::as_str) == Some("") {
        told.remove("userId");
    }
    // Tests are marked by the id that they are given, which no report may choose.
    if is_test
        && let Some(Value::String(id)) = told.get_mut("transactionId")
        && let Some(own) = id.strip_prefix(OF_TESTS)
    {
        *id = own.to_owned();
    }
    if told.contains_key(UNSAID.0) {
        return Invalid::field(UNSAID.0, "is no field of a vector's completion");
    }
    told.insert(UNSAID.0.to_owned(), Value::from(UNSAID.1));
    let mut faults = Report::parse(&object(&told), LATEST).err().unwrap_or_default();
    // A name in `extra` that no report has shows all the better how a body is escaped.
    faults.0.retain(|fault| !(fault.field.starts_with("extra.") && fault.message.starts_with(OF_NAMES)));
    faults
}

fn of_reversal(taken: &Map<String, Value>) -> Invalid {
    let object = object(taken);
    let mut fields = Fields::of(&object);
    fields.decimal("userReward");
    for amount in ["rewardMinor", "payoutMinor", "grossMinor"] {
        fields.minor(amount);
    }
    fields.text("reason", ID);
    let mut faults = fields.into_faults();
    // The first is the first: what is taken back is counted from 1.
    if taken.get("ordinal").and_then(Value::as_u64) == Some(0) {
        faults.push("ordinal", "must be 1 or more: the first reversal of a completion is its first");
    }
    faults
}

/// The same, with each value as it is written.
fn object(values: &Map<String, Value>) -> Object {
    let written = |value: &Value| -> Option<Box<RawValue>> { to_raw_value(value).ok() };
    Object(values.iter().filter_map(|(name, value)| Some((name.clone(), written(value)?))).collect())
}
