//! Where a recipe comes from: the file that it was read from, who wrote it, and who has vouched for it.

use serde_json::Value;

use super::Recipe;

/// What the name of every recipe that does not ship begins with, so that one that ships later collides with none.
pub const CUSTOM: &str = "x-";

impl Recipe {
    /// What is special about it, for people.
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Whether the vendor documents it, or several independent receivers do the same; else what is odd about it says why not.
    pub fn is_solid(&self) -> bool {
        self.solid
    }

    /// The vendor's pages that it was written from.
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// Completions with the exact requests that they must become.
    pub fn vectors(&self) -> Vec<Value> {
        // What was JSON when it was written down is JSON.
        self.vectors.iter().filter_map(|text| serde_json::from_str(text).ok()).collect()
    }

    /// The file that it was read from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it is an operator's own, rather than one that ships.
    pub fn is_custom(&self) -> bool {
        self.name.starts_with(CUSTOM)
    }

    /// Whether nobody but its author has said what its signatures must be: the standing warning of a recipe that no receiver
    /// has seen yet. What ships was compared with receivers before.
    pub fn is_only_self_proven(&self) -> bool {
        self.is_custom() && self.self_proven
    }
}

/// Whether every one of these vectors is its author's own.
pub(super) fn are_own(vectors: &[Value]) -> bool {
    vectors.iter().all(|vector| vector.get("from").is_none_or(|from| from == "self"))
}
