//! docs/DIALECTS.md holds the table that `ringback dialects` prints, and a language in which a recipe can be read.

use std::fs;
use std::path::Path;

use ringback::domain::dialect::catalog::Catalog;
use ringback::domain::dialect::custom::{Written, check};
use ringback::domain::dialect::recipe::{Recipe, RecipeError};
use ringback::domain::dialect::table::table;

fn document() -> String {
    read("DIALECTS.md")
}

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)).unwrap()
}

/// The first block of this language in a document.
fn block<'a>(document: &'a str, language: &str) -> &'a str {
    let fence = format!("```{language}\n");
    document.split(&fence).nth(1).and_then(|rest| rest.split("```").next()).unwrap()
}

#[test]
fn the_table_of_dialects_is_what_the_recipes_say() {
    let table = table(&Catalog::builtin());
    let rows = |text: &str| text.lines().filter(|line| line.starts_with("| `")).map(str::to_owned).collect::<Vec<_>>();
    let written = document();
    let (written, _) = written.split_once("## How to add one").unwrap();
    assert_eq!(rows(written), rows(&table), "docs/DIALECTS.md should hold what `ringback dialects` prints:\n{table}");
}

#[test]
fn every_word_of_the_documented_language_is_known() {
    let document = document();
    let recipe = block(&document, "toml");
    // It shows every word at once, which no one dialect could mean: whatever is refused is a contradiction, not a word.
    let refused = Recipe::parse(recipe, &["{}"]);
    assert!(matches!(refused, Ok(_) | Err(RecipeError::Senseless { .. })), "{:?}", refused.err());
}

#[test]
fn the_example_of_a_dialect_of_ones_own_is_publishable_with_its_vectors() {
    let document = read("RECIPES.md");
    let vectors: Vec<serde_json::Value> = serde_json::from_str(block(&document, "json")).unwrap();
    let checked = check(&Written { recipe: block(&document, "toml"), vectors: &vectors }, 1);
    assert!(checked.publishable, "{:?}", checked.findings);
    assert_eq!(checked.warnings, []);
    let refused = checked.cases.iter().find(|case| case.name == "plain").and_then(|case| case.refused.as_ref());
    assert_eq!(refused, None);
}
