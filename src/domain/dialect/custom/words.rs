//! The words by which a recipe of an operator's own is known: its name and its title.

use super::Finding;
use crate::domain::dialect::recipe::{CUSTOM, Findings, Outline, Recipe};

/// Longest of either.
const LONGEST: usize = 64;
/// What no placeholder may be called.
const RESERVED: &str = "secret";

/// Checks both.
pub(super) fn check_head(head: &Outline) -> Result<(), Vec<Finding>> {
    let mut findings = Findings::default();
    let behind = head.name.strip_prefix(CUSTOM);
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_one = behind.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(is_plain));
    if !is_one || head.name.len() > LONGEST {
        let fault = format!(
            "must be {CUSTOM:?} and lower-case letters, digits and `-`, at most {LONGEST} in all: other names ship"
        );
        findings.push("name", fault);
    }
    let length = head.title.trim().chars().count();
    if !(1..=LONGEST).contains(&length) || head.title.contains(char::is_control) {
        findings.push("title", format!("must have 1 to {LONGEST} characters, no control characters"));
    }
    findings.into_result()
}

/// A placeholder that is written like the place of the secret would hide which of them a signed text holds.
pub(super) fn check_placeholders(recipe: &Recipe) -> Result<(), Vec<Finding>> {
    let mut findings = Findings::default();
    for at in recipe.placeholders().iter().enumerate().filter(|(_, one)| one.name == RESERVED).map(|(at, _)| at) {
        findings.push(format!("placeholders[{at}].name"), "stands for the secret itself: choose another name");
    }
    findings.into_result()
}
