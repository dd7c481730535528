//! The catalog: the recipes that Ringback ships, compiled in together with their vectors, and those that operators published.
//!
//! Adding an offerwall adds a TOML file, its vectors and an entry here. A recipe that was ever used stays, so that a
//! delivery accepted under it can be sent by it.

use std::collections::HashMap;
use std::sync::Arc;

use super::listed::Listed;
use super::naming::{dialect_name, is_custom, version_named};
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
    files!("ayet": "completion", "reversal", "part_taken_back", "every_macro", "optional_absent", "static_parameters",
        "awkward_values", "zero_and_nine_decimals"),
    files!("adgem-get": "completion", "every_macro", "optional_absent", "awkward_values", "zero_and_nine_decimals",
        "unsigned"),
    files!("bitlabs": "documented", "completion", "long_macros", "screenout", "start_bonus", "reversal",
        "part_taken_back", "optional_absent", "awkward_values"),
    files!("cpx": "completion", "other_spellings", "bonus", "awkward_values", "optional_absent", "reversal"),
    files!("tapjoy": "completion", "awkward_values", "static_query", "template", "optional_absent"),
    files!("pollfish": "completion", "without_user", "eligible", "every_macro", "optional_absent", "awkward_values",
        "test_in_path", "unsigned", "reversal"),
    files!("wannads": "completion", "test", "awkward_values", "optional_absent", "zero_and_nine_decimals", "reversal",
        "part_taken_back"),
    files!("kiwiwall": "completion", "reversal", "sub_ids", "awkward_values", "optional_absent"),
    files!("notik": "completion", "template", "awkward_values", "optional_absent", "zero_and_nine_decimals",
        "static_query", "attempt_time", "reversal", "part_taken_back"),
    files!("lootably": "completion", "awkward_values", "optional_absent", "zero_and_nine_decimals", "reversal"),
    files!("standard-webhooks": "documented", "first_key", "second_key", "completion", "optional_absent",
        "awkward_values", "test", "reversal", "part_taken_back"),
    files!("torox": "completion", "list", "awkward_values", "optional_absent", "zero_and_nine_decimals", "reversal",
        "part_taken_back"),
    files!("timewall": "completion", "awkward_values", "optional_absent", "zero_and_nine_decimals", "reversal"),
    files!("pubscale": "documented", "completion", "every_macro", "angle_brackets", "awkward_values", "optional_absent",
        "zero_and_nine_decimals", "reversal"),
    files!("adjoe": "completion", "every_macro", "awkward_values", "optional_absent", "zero", "settings_untold"),
    files!("digital-turbine": "completion", "every_pair", "template", "awkward_values", "optional_absent", "unsigned"),
    files!("superrewards": "completion", "awkward_values", "optional_absent", "static_query", "zero"),
    files!("levelplay": "completion", "later_attempt", "awkward_values", "optional_absent", "reversal", "unsigned"),
    files!("theoremreach": "completion", "reversal", "every_macro", "screenout", "offer", "profiler", "test",
        "awkward_values", "optional_absent", "zero_and_nine_decimals"),
    files!("rewardinghub": "completion", "awkward_values", "optional_absent", "zero_and_nine_decimals"),
    files!("growdeck": "completion", "awkward_values", "zero_and_nine_decimals", "template"),
    files!("playtimeads": "completion", "vendors_template", "awkward_values", "optional_absent",
        "zero_and_nine_decimals"),
    files!("paymentwall": "completion", "reversal", "awkward_values", "static_query", "optional_absent", "zero"),
    files!("adgate": "completion", "reversal", "every_macro", "awkward_values", "optional_absent",
        "zero_and_nine_decimals"),
    files!("mychips": "completion", "reversal", "every_macro", "awkward_values", "optional_absent",
        "zero_and_nine_decimals"),
    files!("monlix": "completion", "reversal", "every_macro", "awkward_values", "optional_absent",
        "zero_and_nine_decimals"),
    files!("revu": "completion", "reversal", "part_taken_back", "every_macro", "literal_marks", "awkward_values",
        "optional_absent", "zero_and_nine_decimals"),
    files!("plain": "completion", "reversal", "part_taken_back", "every_name", "awkward_values", "optional_absent",
        "zero_and_nine_decimals"),
    files!("plain-json": "completion", "reversal", "every_field", "awkward_values", "optional_absent",
        "zero_and_nine_decimals"),
    files!("adgem-post": "documented", "completion", "every_field", "awkward_values", "optional_absent",
        "zero_and_nine_decimals"),
    files!("stripe-style": "first_key", "second_key", "completion", "header_name", "optional_absent", "awkward_values",
        "test", "reversal", "part_taken_back"),
    files!("github-style": "documented", "minimal", "completion", "optional_absent", "awkward_values", "test",
        "reversal", "part_taken_back"),
];

/// What ships and is no vendor's: the plainest forms, and those that receivers of webhooks know anyway.
const GENERAL: [&str; 5] = ["plain", "plain-json", "standard-webhooks", "stripe-style", "github-style"];

/// Whether a dialect that ships is no vendor's, so that no vendor can have confirmed it.
pub fn is_general(name: &str) -> bool {
    GENERAL.contains(&name)
}

/// All recipes, in every version: those that ship, and behind them an operator's own.
#[derive(Clone, Debug)]
pub struct Catalog {
    listed: Vec<Listed>,
    /// Where the versions of a dialect stand, by its name: each report and each attempt asks for one by name.
    places: HashMap<String, Vec<usize>>,
}

impl Catalog {
    fn of(listed: Vec<Listed>) -> Self {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, one) in listed.iter().enumerate() {
            places.entry(one.recipe.name().to_owned()).or_default().push(place);
        }
        Self { listed, places }
    }

    /// The recipes that are compiled in.
    pub fn builtin() -> Self {
        let parse = |files: &Files| {
            let recipe = Recipe::parse(files.recipe, files.vectors);
            let recipe = Arc::new(recipe.expect("a test reads every recipe that is compiled in"));
            Listed { recipe, publication: None }
        };
        Self::of(BUILTIN.iter().map(parse).collect())
    }

    /// The same with these versions, which replace what had their names.
    #[must_use]
    pub fn with(&self, changed: Vec<Listed>) -> Self {
        let is_changed = |one: &Listed| changed.iter().any(|other| other.recipe.id() == one.recipe.id());
        let mut listed: Vec<Listed> = self.listed.iter().filter(|one| !is_changed(one)).cloned().collect();
        listed.extend(changed);
        listed.sort_by(|one, other| order(one).cmp(&order(other)));
        Self::of(listed)
    }

    /// What a publisher may know of.
    #[must_use]
    pub fn open_to(&self, publisher_id: &str) -> Self {
        Self::of(self.listed.iter().filter(|one| one.is_open_to(publisher_id)).cloned().collect())
    }

    /// What an endpoint of this dialect speaks: of `name@version` that version, of a name alone the newest that was not
    /// withdrawn.
    pub fn get(&self, dialect: &str) -> Option<&Arc<Recipe>> {
        self.listed(dialect).map(|listed| &listed.recipe)
    }

    /// The same with what is known of it besides.
    pub fn listed(&self, dialect: &str) -> Option<&Listed> {
        if dialect.contains('@') {
            return self.listed_version(dialect);
        }
        self.versions(dialect).max_by_key(|one| (!one.is_withdrawn(), one.recipe.version()))
    }

    /// All versions of a dialect.
    pub fn versions(&self, name: &str) -> impl Iterator<Item = &Listed> {
        self.places.get(name).into_iter().flatten().filter_map(|place| self.listed.get(*place))
    }

    /// Exactly this version, written `name@version`.
    pub fn get_version(&self, id: &str) -> Option<&Arc<Recipe>> {
        self.listed_version(id).map(|listed| &listed.recipe)
    }

    fn listed_version(&self, id: &str) -> Option<&Listed> {
        let (name, version) = version_named(id)?;
        self.versions(name).find(|one| one.recipe.version() == version)
    }

    /// Under which version a callback to an endpoint of this dialect is accepted. A version of an operator's own that cannot be read
    /// here is still that one: what is accepted under it waits for a node that can. Nothing where no version can be named.
    pub fn accepted_under(&self, dialect: &str) -> Option<String> {
        let is_version = || is_custom(dialect) && version_named(dialect).is_some();
        self.get(dialect).map(|recipe| recipe.id()).or_else(|| is_version().then(|| dialect.to_owned()))
    }

    /// What a delivery to an endpoint of this dialect is told by: the version that it was accepted under. A delivery that is
    /// replayed after its endpoint has changed to another dialect is told in that one, since the endpoint's URL, settings and
    /// secrets are made for it: the macros of another dialect would be sent as they stand.
    pub fn in_force(&self, accepted: &str, dialect: &str) -> Option<&Arc<Recipe>> {
        let accepted = self.get_version(accepted)?;
        if accepted.name() == dialect_name(dialect) { Some(accepted) } else { self.get(dialect) }
    }

    /// The newest version of every dialect, in the catalog's order; of one that was withdrawn the newest before it, if there is
    /// one.
    pub fn newest(&self) -> impl Iterator<Item = &Arc<Recipe>> {
        self.newest_listed().map(|listed| &listed.recipe)
    }

    /// The same with what is known of each besides.
    pub fn newest_listed(&self) -> impl Iterator<Item = &Listed> {
        let is_newest = |one: &&Listed| {
            self.listed(one.recipe.name()).is_some_and(|newest| Arc::ptr_eq(&newest.recipe, &one.recipe))
        };
        self.listed.iter().filter(is_newest)
    }
}

/// What ships stands first and in its own order, an operator's own by name and version.
fn order(listed: &Listed) -> (bool, &str, u32) {
    let is_own = listed.publication.is_some();
    if is_own { (true, listed.recipe.name(), listed.recipe.version()) } else { (false, "", 0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::recipe::RecipeError;

    #[test]
    fn every_recipe_that_is_compiled_in_can_be_read() {
        let catalog = Catalog::builtin();
        assert_eq!(catalog.newest().count(), BUILTIN.len());
        assert!(catalog.get("besitos").is_some() && catalog.get_version("besitos@1").is_some());
        assert!(catalog.get("Besitos").is_none());
        for other in ["besitos@2", "besitos@01", "besitos@+1", "besitos@", "besitos"] {
            assert!(catalog.get_version(other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_delivery_is_told_in_the_version_that_it_was_accepted_under_unless_its_endpoint_speaks_another_dialect_now() {
        let catalog = Catalog::builtin();
        let told_by = |accepted, dialect| catalog.in_force(accepted, dialect).map(|recipe| recipe.id());
        assert_eq!(told_by("bitlabs@1", "bitlabs").as_deref(), Some("bitlabs@1"));
        assert_eq!(told_by("bitlabs@1", "cpx").as_deref(), Some("cpx@1"));
        // A later build's version is left to nodes that know it.
        assert_eq!((told_by("bitlabs@9", "bitlabs"), told_by("bitlabs@1", "unheard-of")), (None, None));
    }

    #[test]
    fn a_version_that_cannot_be_read_here_is_accepted_under_its_own_name_and_a_dialect_unheard_of_under_none() {
        let catalog = Catalog::builtin();
        for (dialect, id) in [("bitlabs", Some("bitlabs@1")), ("x-own@3", Some("x-own@3")), ("x-own", None)] {
            assert_eq!(catalog.accepted_under(dialect).as_deref(), id, "{dialect}");
        }
        for dialect in ["later-wall", "bitlabs@9", "x-own@03", "x-own#draft"] {
            assert_eq!(catalog.accepted_under(dialect), None, "{dialect}");
        }
    }

    #[test]
    fn a_recipe_without_vectors_is_refused() {
        for files in BUILTIN {
            let refused = Recipe::parse(files.recipe, &[]);
            let Err(RecipeError::Senseless { findings, .. }) = refused else { panic!("{refused:?}") };
            assert!(findings.len() == 1 && findings[0].place == "vectors", "{findings:?}");
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
