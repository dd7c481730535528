//! What is wrong with a recipe, and where in its file.

use std::fmt;

use serde::Serialize;

use super::file::RecipeFile;
use crate::domain::strict_json;

/// Most findings that are listed: whoever has more mends these first.
const MOST: usize = 50;
/// What stands for the file as a whole.
pub(in crate::domain::dialect) const WHOLE: &str = "recipe";
/// How the reader says that it does not know a word, and which ones it does.
const UNKNOWN: [&str; 2] = ["unknown field ", "unknown variant "];
const KNOWN: &str = ", expected one of ";

/// Something that is wrong or odd, and its place in the file, such as `placeholders[3].value`, `signature.signs`,
/// `vectors[0].from`, `line 12` where the file cannot be read further, or `recipe` for the whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its place in the file.
    pub place: String,
    /// What is wrong or odd; worded to follow the place.
    pub fault: String,
}

impl Finding {
    pub(in crate::domain::dialect) fn new(place: impl Into<String>, fault: impl Into<String>) -> Self {
        Self { place: place.into(), fault: fault.into() }
    }

    /// What keeps an object of the same words from being read as a recipe, by the word's place.
    pub(in crate::domain::dialect) fn of_object(json: serde_json::Value) -> Option<Self> {
        let fault = strict_json::read_value::<RecipeFile>(json).err()?.0.into_iter().next()?;
        let place = if fault.field.is_empty() { WHOLE.to_owned() } else { fault.field };
        // Waits are read by the rules of endpoints, whose word for them is another one.
        Some(Self::new(place, fault.message.trim_start_matches("retrySchedule: ")))
    }

    /// Where a file is not written in TOML, or not in the recipe language.
    pub(in crate::domain::dialect) fn unreadable(text: &str, error: &toml::de::Error) -> Self {
        let line = error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
        let place = line.map_or_else(|| WHOLE.to_owned(), |line| format!("line {line}"));
        Self::new(place, by_key(text).unwrap_or_else(|| of_reader(error.message())))
    }
}

/// What keeps a readable file from being a recipe, by the word's place; nothing where it is no file of TOML at all.
fn by_key(text: &str) -> Option<String> {
    let table: toml::Table = toml::from_str(text).ok()?;
    let Finding { place, fault } = Finding::of_object(serde_json::to_value(table).ok()?)?;
    if place == WHOLE || fault.starts_with(&place) {
        return Some(fault);
    }
    let follows = ["is ", "must ", "has ", "holds "].iter().any(|verb| fault.starts_with(verb));
    Some(format!("`{place}`{} {fault}", if follows { "" } else { ":" }))
}

/// What the reader says; of a word that the language does not know the nearest that it does, in place of all of them.
fn of_reader(message: &str) -> String {
    let unknown = UNKNOWN.iter().find_map(|prefix| message.strip_prefix(prefix)?.split_once(KNOWN));
    let Some((unknown, known)) = unknown else {
        let is_beyond = message.contains("i128");
        return if is_beyond { "holds a whole number that is too large".to_owned() } else { message.to_owned() };
    };
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    let unknown = unknown.trim_matches('`');
    format!("`{unknown}` {}", strict_json::unknown(unknown, &known))
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.fault)
    }
}

/// Findings while they are gathered.
#[derive(Clone, Debug, Default)]
pub(in crate::domain::dialect) struct Findings(Vec<Finding>);

impl Findings {
    /// Adds one, unless as many are known as are listed.
    pub(in crate::domain::dialect) fn push(&mut self, place: impl Into<String>, fault: impl Into<String>) {
        if self.0.len() < MOST {
            self.0.push(Finding::new(place, fault));
        }
    }

    pub(in crate::domain::dialect) fn into_vec(self) -> Vec<Finding> {
        self.0
    }

    /// `Ok` if nothing is wrong.
    pub(in crate::domain::dialect) fn into_result(self) -> Result<(), Vec<Finding>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

/// All of them in one line.
pub(super) fn in_one_line(findings: &[Finding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_unknown_word_the_nearest_known_one_is_told() {
        for what in UNKNOWN {
            let told = of_reader(&format!("{what}`titel`, expected one of `name`, `version`, `title`"));
            let is_short = told.contains("title") && !told.contains("version");
            assert!(told.starts_with("`titel` is unknown") && is_short, "{told}");
        }
        assert_eq!(of_reader("missing field `name`"), "missing field `name`");
    }
}
