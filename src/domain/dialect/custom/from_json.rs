//! A recipe handed in as JSON, written as the TOML that it stands for: what is kept and given back is always a file.

use serde_json::Value;

use super::Finding;

/// Writes it as TOML.
pub(super) fn toml_of(json: &Value) -> Result<String, Finding> {
    let fault = |fault: String| Finding { place: "recipe".to_owned(), fault };
    let table: toml::Table = serde_json::from_value(json.clone()).map_err(|_| {
        fault("must be the TOML text of a recipe, or an object of the same words without null".to_owned())
    })?;
    toml::to_string_pretty(&table).map_err(|error| fault(error.to_string()))
}
