//! What recipes and their drafts keep as JSON, read again.

use serde_json::Value;

/// What is kept as a JSON list, or not at all; nothing where it is neither.
pub(super) fn list(kept: Option<&str>) -> Option<Option<Vec<String>>> {
    kept.map(|text| serde_json::from_str(text).ok()).map_or(Some(None), |read| read.map(Some))
}

/// The vectors as they are kept.
pub(super) fn vectors(kept: &str) -> Option<Vec<Value>> {
    serde_json::from_str(kept).ok()
}
