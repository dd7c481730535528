//! How dialects and their versions are named: `name`, `name@version`, and `name#draft` for what is not published yet.
//!
//! An endpoint speaks a dialect that ships by its name alone, in whatever version is the newest; of an operator's own it speaks
//! the version that it was saved with, so that a later one moves nobody.

use super::recipe::CUSTOM;

/// What stands behind the name of a dialect that is tested before it is published.
const DRAFT: &str = "#draft";

/// The dialect that is named, with or without a version.
pub fn dialect_name(named: &str) -> &str {
    named.split_once(['@', '#']).map_or(named, |(name, _)| name)
}

/// The name and the number of a version; one text for each: no sign, no zeros before it.
pub fn version_named(named: &str) -> Option<(&str, u32)> {
    let (name, version) = named.split_once('@')?;
    let is_canonical = !version.starts_with(['+', '0']);
    let version = version.parse().ok().filter(|_| is_canonical)?;
    Some((name, version))
}

/// A version's name.
pub fn named(name: &str, version: u32) -> String {
    format!("{name}@{version}")
}

/// How a draft is named where it is tested.
pub fn draft_named(name: &str) -> String {
    [name, DRAFT].concat()
}

/// The dialect whose draft is named.
pub fn of_draft(named: &str) -> Option<&str> {
    named.strip_suffix(DRAFT)
}

/// Whether it names a dialect of an operator's own.
pub fn is_custom(named: &str) -> bool {
    named.starts_with(CUSTOM)
}

/// Whether an endpoint that speaks this dialect is told by this recipe: by that very version where it is bound to one.
pub fn speaks(dialect: &str, recipe: &str) -> bool {
    dialect == recipe || dialect == dialect_name(recipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_that_is_bound_to_a_version_speaks_no_other() {
        assert!(speaks("besitos", "besitos@1") && speaks("x-wall@2", "x-wall@2") && speaks("x-wall", "x-wall@1"));
        assert!(!speaks("x-wall@2", "x-wall@1") && !speaks("x-wall@2", "x-wall@22") && !speaks("cpx", "besitos@1"));
    }

    #[test]
    fn a_version_has_one_text() {
        assert_eq!(version_named("x-wall@12"), Some(("x-wall", 12)));
        for other in ["x-wall", "x-wall@", "x-wall@01", "x-wall@+1", "x-wall@0", "x-wall@-1", "x-wall@1@1"] {
            assert_eq!(version_named(other), None, "{other}");
        }
        assert_eq!((dialect_name("x-wall@1"), dialect_name("x-wall#draft")), ("x-wall", "x-wall"));
        assert_eq!((of_draft("x-wall#draft"), of_draft("x-wall")), (Some("x-wall"), None));
    }
}
