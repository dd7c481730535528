//! What a dialect wants to know of an endpoint besides what every dialect does: which settings there are says its recipe,
//! what they may hold is said here.
//!
//! They are no secrets: whoever reads the endpoint sees them.

use std::collections::BTreeMap;

use super::dialect::ambiguity::{blurs, separators};
use super::dialect::recipe::Recipe;
use super::header_names::carrier_fault;
use super::invalid::Invalid;

/// Longest value, in characters: a vendor's ids and the names of currencies are shorter by far.
const LONGEST: usize = 256;
/// The one setting that has a field of its own in the API.
pub const SURFACE_ID: &str = "surfaceId";

/// Checks an endpoint's settings for a dialect. Where nothing is sent yet none need be there, so that an endpoint may be
/// completed step by step.
pub fn check(settings: &BTreeMap<String, String>, recipe: &Recipe, is_sent_to: bool) -> Result<(), Invalid> {
    let mut invalid = Invalid::none();
    for (name, value) in settings {
        if let Some(fault) = fault(name, value, recipe) {
            invalid.push(field_of(name), fault);
        }
    }
    let required = recipe.settings().iter().filter(|setting| is_sent_to && setting.required);
    for setting in required.filter(|setting| !settings.contains_key(&setting.name)) {
        let message = format!("is required by the dialect {}: {}", recipe.name(), setting.meaning);
        invalid.push(field_of(&setting.name), message);
    }
    invalid.into_result()
}

/// The field that a setting's faults are told by.
fn field_of(name: &str) -> String {
    if name == SURFACE_ID { SURFACE_ID.to_owned() } else { format!("settings.{name}") }
}

fn fault(name: &str, value: &str, recipe: &Recipe) -> Option<String> {
    let known: Vec<&str> = recipe.settings().iter().map(|setting| setting.name.as_str()).collect();
    if !known.contains(&name) {
        let taken = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Some(format!("is not used by the dialect {}; it takes {taken}", recipe.name()));
    }
    if !(1..=LONGEST).contains(&value.chars().count()) || value.chars().any(char::is_control) {
        return Some(format!("must have 1 to {LONGEST} characters, no control characters"));
    }
    // What names a header is no part of what is signed.
    if recipe.names_header(name) {
        if recipe.other_headers().any(|other| other.eq_ignore_ascii_case(value)) {
            return Some(format!("{value:?} is a header that {} sends besides: choose another name", recipe.title()));
        }
        return carrier_fault(value).map(|fault| format!("{value:?} {fault}"));
    }
    if let Some(separator) = separators(recipe).into_iter().find(|separator| blurs(value, separator)) {
        return Some(format!("holds `{separator}`, which separates the values that {} signs", recipe.title()));
    }
    let is_graphic = value.bytes().all(|byte| byte.is_ascii_graphic());
    (recipe.sends_in_header(name) && !is_graphic)
        .then(|| "goes out in a header: it must be of printable ASCII characters, no blanks".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::catalog::Catalog;

    fn told(dialect: &str, settings: &[(&str, &str)], is_sent_to: bool) -> Vec<String> {
        let catalog = Catalog::builtin();
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let checked = check(&settings, catalog.get(dialect).unwrap(), is_sent_to);
        let faults = checked.err().map(|invalid| invalid.0).unwrap_or_default();
        faults.into_iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect()
    }

    #[test]
    fn a_setting_that_the_dialect_does_not_take_is_refused_with_those_that_it_takes() {
        assert_eq!(
            told("attribloom", &[("surface", "s"), ("surfaceId", "s")], true),
            ["settings.surface: is not used by the dialect attribloom; it takes surfaceId"]
        );
        assert_eq!(
            told("besitos", &[("surfaceId", "s")], true),
            ["surfaceId: is not used by the dialect besitos; it takes none"]
        );
    }

    #[test]
    fn a_name_for_the_header_of_the_signature_is_one_that_nobody_else_writes() {
        for name in ["Stripe-Signature", "x-signature-2"] {
            assert!(told("stripe-style", &[("header_name", name)], true).is_empty(), "{name}");
        }
        for name in
            ["Host", "content-type", "X-Forwarded-For", "X-Ringback-Test", "X_Signature", "X Signature", "X-A\r\nX-B"]
        {
            let faults = told("stripe-style", &[("header_name", name)], true);
            assert!(faults.len() == 1 && faults[0].starts_with("settings.header_name: "), "{name:?}: {faults:?}");
        }
    }

    #[test]
    fn what_is_required_is_missed_once_something_can_be_sent() {
        assert!(told("attribloom", &[], false).is_empty());
        assert!(
            told("attribloom", &[], true)[0]
                .starts_with("surfaceId: is required by the dialect attribloom: the surface")
        );
    }

    #[test]
    fn a_value_is_of_bounded_length_and_of_what_can_be_sent() {
        let long = "s".repeat(LONGEST);
        assert!(told("attribloom", &[("surfaceId", &long)], true).is_empty());
        for value in ["", &format!("{long}s"), "a\tb", "a b", "é"] {
            assert_eq!(told("attribloom", &[("surfaceId", value)], true).len(), 1, "{value:?}");
        }
    }
}
