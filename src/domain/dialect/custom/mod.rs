//! Recipes of an operator's own: what must hold of a file that came by the API before a callback is made by it.
//!
//! What holds for every recipe, shipped or not, is asked where recipes are read (`super::recipe`). Here stands what is asked of
//! strangers besides: bounds, a name of its own kind, the standard cases and the vectors. Nothing here reads a clock, a store
//! or an endpoint's secret: whoever checks a recipe, with a server or without, gets the same answer.

mod bounds;
mod cases;
mod checked;
mod composed;
mod reported;
mod sample;
mod vectors;
mod words;

use std::sync::Arc;

use serde_json::Value;

use super::coverage::coverage;
pub use super::recipe::Finding;
use super::recipe::{Recipe, RecipeError, WHOLE};
pub use super::vector::{Difference, Origin};
pub use checked::{Case, Checked, HeaderShown, RequestShown, VectorResult};

/// What was handed in: the TOML text and the vectors.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    /// The file.
    pub recipe: &'a str,
    /// Its vectors, in the shape of those that ship.
    pub vectors: &'a [Value],
}

/// What a draft is listed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its name, which begins with `x-`.
    pub name: String,
    /// The name for people.
    pub title: String,
}

/// What a draft must hold before it can be kept at all: readable TOML in the recipe language, a name of its own kind, every
/// bound. Answers what it is listed by.
pub fn draft(written: &Written<'_>) -> Result<Head, Vec<Finding>> {
    bounds::check(written.recipe, written.vectors)?;
    let head = Recipe::head(written.recipe).map_err(|error| vec![Finding::unreadable(written.recipe, &error)])?;
    words::check_head(&head)?;
    Ok(Head { name: head.name, title: head.title })
}

/// The recipe as it would be published under this version, if every rule holds.
pub fn recipe(written: &Written<'_>, version: u32) -> Result<Recipe, Vec<Finding>> {
    let recipe = Arc::new(readable(written, version)?);
    let findings = [vectors::compared(&recipe).1, composed::cases(&recipe).1].concat();
    if findings.is_empty() { Ok(Arc::unwrap_or_clone(recipe)) } else { Err(findings) }
}

/// All that a check answers, under a sample secret and never an endpoint's.
pub fn check(written: &Written<'_>, version: u32) -> Checked {
    let recipe = match readable(written, version) {
        Ok(recipe) => Arc::new(recipe),
        Err(findings) => return Checked { findings, ..Checked::default() },
    };
    let (vectors, of_vectors) = vectors::compared(&recipe);
    let (cases, of_cases) = composed::cases(&recipe);
    let findings = [of_vectors, of_cases].concat();
    Checked {
        publishable: findings.is_empty(),
        findings,
        warnings: warnings(written, &recipe),
        coverage: coverage(&recipe),
        cases,
        vectors,
    }
}

/// The same recipe handed in as JSON, written as the TOML that it stands for: what is kept and given back is always a file.
pub fn toml_of(json: &Value) -> Result<String, Finding> {
    let no_table = "must be the TOML text of a recipe, or an object of the same words, without null";
    // Whoever wrote an object knows no lines, so what it is at fault in is named by its place.
    let by_key = || Finding::of_object(json.clone());
    let table: toml::Table = serde_json::from_value(json.clone())
        .map_err(|_| by_key().filter(|_| json.is_object()).unwrap_or_else(|| Finding::new(WHOLE, no_table)))?;
    if let Some(fault) = by_key() {
        return Err(fault);
    }
    toml::to_string_pretty(&table).map_err(|error| Finding::new(WHOLE, error.to_string()))
}

/// Reads what the store kept of a published one; it was checked when it was published, by the rules of then.
pub fn published(text: &str, version: u32, vectors: &[Value]) -> Result<Recipe, RecipeError> {
    Recipe::kept(text, version, vectors.to_vec())
}

/// The recipe, where it is within bounds and makes sense by itself.
fn readable(written: &Written<'_>, version: u32) -> Result<Recipe, Vec<Finding>> {
    draft(written)?;
    let recipe = Recipe::numbered(written.recipe, version, written.vectors.to_vec()).map_err(|error| match error {
        RecipeError::Senseless { findings, .. } => findings,
        RecipeError::Unreadable(error) => vec![Finding::unreadable(written.recipe, &error)],
        RecipeError::Vector(error) => vec![Finding::new("vectors", error.to_string())],
    })?;
    words::check_placeholders(&recipe).map(|()| recipe)
}

/// What deserves a look and keeps nothing from being published.
fn warnings(written: &Written<'_>, recipe: &Recipe) -> Vec<Finding> {
    let head = Recipe::head(written.recipe).ok();
    let version = head
        .and_then(|head| head.version)
        .map(|_| Finding::new("version", "is not read: versions are counted as they are published"));
    let in_clear = recipe.secret_in_clear().then(|| Finding::new("secret_in_clear", "the secret itself travels"));
    let unsigned = (recipe.signature().is_none() && !recipe.secret_in_clear())
        .then(|| Finding::new("secret", "nothing proves who calls: a receiver can only look at the address"));
    let legacy = recipe.signature().filter(|signature| signature.legacy).map(|_| {
        Finding::new("signature.legacy", "signs in a way that has been given up; a new design signs by hmac-sha256")
    });
    let gaps = recipe.gaps();
    let gaps = (!gaps.is_empty()).then(|| {
        Finding::new(
            "signature.not_covered",
            format!("whoever stands between can change unnoticed: {}", gaps.join(", ")),
        )
    });
    let unproven = vectors::standing_warning(recipe);
    let copied = vectors::of_another(recipe);
    [version, in_clear, unsigned, legacy, gaps, unproven, copied].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests;
