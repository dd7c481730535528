//! Recipes of an operator's own: what must hold of a file that came by the API before a callback is made by it.
//!
//! What holds for every recipe, shipped or not, is asked where recipes are read (`super::recipe`). Here stands what is asked of
//! strangers besides: bounds, the things that no recipe may do, the standard cases and the vectors. Nothing here reads a clock,
//! a store or an endpoint's secret: whoever checks a recipe, with a server or without, gets the same answer.

mod checked;
mod from_json;

use serde_json::Value;

pub use super::recipe::Finding;
use super::recipe::{CUSTOM, Recipe, RecipeError};
pub use checked::{Case, Checked, Difference, HeaderShown, Origin, RequestShown, VectorResult};

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
    let recipe = recipe(written, 1)?;
    Ok(Head { name: recipe.name().to_owned(), title: recipe.title().to_owned() })
}

/// The recipe as it would be published under this version, if every rule holds.
pub fn recipe(written: &Written<'_>, version: u32) -> Result<Recipe, Vec<Finding>> {
    let recipe = published(written.recipe, version, written.vectors)
        .map_err(|error| vec![Finding { place: "recipe".to_owned(), fault: error.to_string() }])?;
    if !recipe.is_custom() {
        let fault = format!("must begin with {CUSTOM:?}");
        return Err(vec![Finding { place: "name".to_owned(), fault }]);
    }
    Ok(recipe)
}

/// All that a check answers, under a sample secret and never an endpoint's.
pub fn check(written: &Written<'_>, version: u32) -> Checked {
    let findings = recipe(written, version).err().unwrap_or_default();
    Checked { publishable: findings.is_empty(), findings, ..Checked::default() }
}

/// The same recipe handed in as JSON.
pub fn toml_of(json: &Value) -> Result<String, Finding> {
    from_json::toml_of(json)
}

/// Reads what the store kept of a published one; it was checked when it was published.
pub fn published(text: &str, version: u32, vectors: &[Value]) -> Result<Recipe, RecipeError> {
    Recipe::numbered(text, version, vectors.to_vec())
}
