//! The catalog: the recipes that Ringback ships, compiled in together with their vectors.
//!
//! Adding an offerwall adds a TOML file, its vectors and an entry here. A recipe that was ever used stays, so that a
//! delivery accepted under it can be sent by it.

use std::sync::Arc;

use super::recipe::Recipe;

/// A recipe's files.
struct Files {
    recipe: &'static str,
    vectors: &'static [&'static str],
}

macro_rules! files {
    ($name:literal: $($vector:literal),+ $(,)?) => {
        Files {
            recipe: include_str!(concat!("catalog/", $name, ".toml")),
            vectors: &[$(include_str!(concat!("catalog/vectors/", $name, "/", $vector, ".json"))),+],
        }
    };
}

const BUILTIN: &[Files] = &[
    files!("besitos": "documented_offer", "survey", "deal", "reversal", "template", "template_reversal", "awkward_values",
        "static_query", "signed_origin"),
    files!("offermaru": "documented", "awkward_values", "angle_brackets", "unsigned", "attempt_time", "part_taken_back",
        "whole_taken_back"),
    files!("affonso": "documented", "completion", "reversal", "awkward_values"),
    files!("attribloom": "documented", "completion", "refund"),
    files!("standard-webhooks": "documented", "completion", "part_taken_back"),
];

/// All recipes, in every version.
#[derive(Clone, Debug)]
pub struct Catalog {
    recipes: Vec<Arc<Recipe>>,
}

impl Catalog {
    /// The recipes that are compiled in.
    pub fn builtin() -> Self {
        let parse = |files: &Files| {
            let recipe = Recipe::parse(files.recipe, files.vectors);
            Arc::new(recipe.expect("a test reads every recipe that is compiled in"))
        };
        Self { recipes: BUILTIN.iter().map(parse).collect() }
    }

    /// The newest version of a dialect.
    pub fn get(&self, name: &str) -> Option<&Arc<Recipe>> {
        self.recipes.iter().filter(|recipe| recipe.name() == name).max_by_key(|recipe| recipe.version())
    }

    /// Exactly this version, written `name@version`.
    pub fn get_version(&self, id: &str) -> Option<&Arc<Recipe>> {
        let (name, version) = id.split_once('@')?;
        // One text for each version: no sign, no zeros before it.
        let is_canonical = !version.starts_with(['+', '0']);
        let version: u32 = version.parse().ok().filter(|_| is_canonical)?;
        self.recipes.iter().find(|recipe| recipe.name() == name && recipe.version() == version)
    }

    /// The newest version of every dialect, in the catalog's order.
    pub fn newest(&self) -> impl Iterator<Item = &Arc<Recipe>> {
        self.recipes.iter().filter(|recipe| self.get(recipe.name()).is_some_and(|newest| Arc::ptr_eq(newest, recipe)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::recipe::RecipeError;

    #[test]
    fn every_recipe_that_is_compiled_in_can_be_read() {
        let catalog = Catalog::builtin();
        let names: Vec<_> = catalog.newest().map(|recipe| recipe.id()).collect();
        assert_eq!(names, ["besitos@1", "offermaru@1", "affonso@1", "attribloom@1", "standard-webhooks@1"]);
        assert!(catalog.get("besitos").is_some() && catalog.get_version("besitos@1").is_some());
        assert!(catalog.get("Besitos").is_none());
        for other in ["besitos@2", "besitos@01", "besitos@+1", "besitos@", "besitos"] {
            assert!(catalog.get_version(other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_recipe_without_vectors_is_refused() {
        for files in BUILTIN {
            let refused = Recipe::parse(files.recipe, &[]);
            assert!(matches!(refused, Err(RecipeError::Senseless { fault, .. }) if fault == "has no vectors"));
        }
    }

    #[test]
    fn a_word_that_the_language_does_not_know_is_refused() {
        for files in BUILTIN {
            let with_typo = files.recipe.replace("timeout_seconds", "timout_seconds");
            assert!(matches!(Recipe::parse(&with_typo, files.vectors), Err(RecipeError::Unreadable(_))));
        }
    }
}
