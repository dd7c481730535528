//! The vectors that were handed in with a recipe: which there must be, where each comes from, and whether the recipe makes of
//! each what it says.

use std::sync::Arc;

use super::checked::VectorResult;
use super::{Finding, reported};
use crate::domain::dialect::callback::CallbackEvent;
use crate::domain::dialect::recipe::{Findings, Recipe};
use crate::domain::dialect::vector::{Vector, differences};
use crate::domain::invalid::FieldError;
use crate::domain::strict_json;
use serde_json::Value;

/// Longest text of a difference that a finding repeats, in characters.
const REPEATED: usize = 300;
/// Longest name of another dialect that a warning repeats, in characters.
const SHOWN_NAME: usize = 70;

/// Every vector compared, and what keeps the recipe from being published.
pub(super) fn compared(recipe: &Arc<Recipe>) -> (Vec<VectorResult>, Vec<Finding>) {
    let mut findings = Findings::default();
    let mut results = Vec::new();
    let mut shown = Shown::default();
    for (index, json) in recipe.vectors().into_iter().enumerate() {
        let vector = match strict_json::read_value::<Vector>(json.clone()) {
            Ok(vector) => vector,
            Err(faults) => {
                for FieldError { field, message, .. } in faults.0 {
                    let glue = if field.is_empty() { "" } else { "." };
                    findings.push(format!("vectors[{index}]{glue}{field}"), message);
                }
                continue;
            }
        };
        for FieldError { field, message, .. } in reported::faults(recipe, &vector, &json).0 {
            findings.push(format!("vectors[{index}].{field}"), message);
        }
        if vector.from.is_none() {
            let fault = "is lacking: vendor, receiver or self, whoever says what the signature must be";
            findings.push(format!("vectors[{index}].from"), fault);
        }
        shown.count(&vector);
        let differences = differences(recipe, &vector);
        for difference in &differences {
            let (expected, composed) = (cut(&difference.expected), cut(&difference.composed));
            let fault = format!("expects {expected}; what is composed: {composed}");
            findings.push(format!("vectors[{index}].{}", difference.place), fault);
        }
        results.push(VectorResult {
            index,
            rule: vector.rule,
            from: vector.from.unwrap_or_default(),
            matches: differences.is_empty(),
            differences,
        });
    }
    shown.lacking(recipe, &mut findings);
    (results, findings.into_vec())
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(REPEATED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What the vectors show.
#[derive(Default)]
struct Shown {
    completion: bool,
    reversal: bool,
    test: bool,
}

impl Shown {
    fn count(&mut self, vector: &Vector) {
        if vector.completion().is_none() {
            return;
        }
        let is_reversal = matches!(vector.event(), CallbackEvent::Reversed(_));
        self.test |= vector.test;
        self.reversal |= is_reversal;
        self.completion |= !vector.test && !is_reversal;
    }

    fn lacking(&self, recipe: &Recipe, findings: &mut Findings) {
        let lacks = |what: &str| format!("show no {what}: at least one must");
        if !self.completion {
            findings.push("vectors", lacks("completion with the request that it becomes"));
        }
        if recipe.reversal().is_some() && !self.reversal {
            findings.push("vectors", lacks("reversal, which this recipe tells"));
        }
        if recipe.marks_tests() && !self.test {
            findings.push("vectors", lacks("test, which this recipe marks"));
        }
    }
}

/// A vector that was copied with another dialect's name is compared with this one all the same.
pub(super) fn of_another(recipe: &Recipe) -> Option<Finding> {
    let vectors = recipe.vectors();
    let named = vectors.iter().map(|vector| vector.get("recipe").and_then(Value::as_str));
    let (index, other) = named.enumerate().find_map(|(index, named)| {
        let is_own = |named: &str| named.split('@').next() == Some(recipe.name());
        named.filter(|named| !is_own(named)).map(|named| (index, named))
    })?;
    let other: String = other.chars().filter(|c| !c.is_control()).take(SHOWN_NAME).collect();
    let fault = format!("names {other}, and is compared with {} all the same: leave it out", recipe.name());
    Some(Finding::new(format!("vectors[{index}].recipe"), fault))
}

/// Where the expected signatures come from, where nobody but the author says so.
pub(super) fn standing_warning(recipe: &Recipe) -> Option<Finding> {
    let fault = "not yet seen by a receiver: every expected signature is the author's own";
    recipe.is_only_self_proven().then(|| Finding::new("vectors", fault))
}
