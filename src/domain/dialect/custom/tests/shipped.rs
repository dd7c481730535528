//! Copying the nearest recipe that ships is how an operator begins: each of them, renamed, must be publishable.

use super::*;
use crate::domain::dialect::catalog::Catalog;

/// A copy under another name, with its vectors; who vouches for each is said.
fn copied(recipe: &Recipe) -> (String, Vec<Value>) {
    let name = format!("name = \"{}\"\n", recipe.name());
    let copy = recipe.source().replacen(&name, &format!("name = \"x-{}\"\n", recipe.name()), 1);
    let mut vectors = recipe.vectors();
    for vector in &mut vectors {
        vector.as_object_mut().unwrap().entry("from").or_insert(json!("vendor"));
    }
    (copy, vectors)
}

#[test]
fn every_recipe_that_ships_is_publishable_as_a_copy() {
    let mut refused = Vec::new();
    for recipe in Catalog::builtin().newest() {
        let (copy, vectors) = copied(recipe);
        let checked = check(&Written { recipe: &copy, vectors: &vectors }, 1);
        refused.extend(checked.findings.iter().map(|finding| format!("{}.toml: {finding}", recipe.name())));
        assert_eq!(checked.publishable, checked.findings.is_empty());
        assert!(!recipe.is_custom() && !recipe.is_only_self_proven());
    }
    assert_eq!(refused, [""; 0]);
}

#[test]
fn a_check_of_a_copy_shows_every_case_or_says_why_it_is_never_sent() {
    for recipe in Catalog::builtin().newest() {
        let (copy, vectors) = copied(recipe);
        let checked = check(&Written { recipe: &copy, vectors: &vectors }, 1);
        assert_eq!(checked.cases.len(), 12, "{}", recipe.name());
        for case in checked.cases {
            assert_ne!(case.request.is_some(), case.refused.is_some(), "{} {case:?}", recipe.name());
            assert_eq!(
                case.read_back,
                case.request.is_some() && case.signature.is_some(),
                "{} {case:?}",
                recipe.name()
            );
        }
    }
}
