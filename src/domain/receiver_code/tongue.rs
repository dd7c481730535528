//! A language, as far as the expressions of a plan need it: how it writes a text, reads a value, compares two.

use super::shape::Reading;
use crate::domain::characters::misleads;
use crate::domain::dialect::digest::Algorithm;
use crate::domain::encoding::encode;

/// A language.
pub(super) trait Tongue: Sync {
    /// As people name it.
    fn title(&self) -> &'static str;
    /// As the API names it.
    fn name(&self) -> &'static str;
    /// The name to save the program under.
    fn file_name(&self) -> &'static str;
    /// The command that starts it.
    fn run(&self) -> &'static str;
    /// The program with its switches and marks.
    fn skeleton(&self) -> &'static str;
    /// What begins a comment.
    fn comment(&self) -> &'static str;
    /// A text for a comment, so that nothing in it ends the comment.
    fn commented(&self, text: &str) -> String {
        text.to_owned()
    }
    /// A text.
    fn quoted(&self, text: &str) -> String;
    /// A regular expression.
    fn regex(&self, regex: &str) -> String;
    /// A value as it was read.
    fn value(&self, reading: &Reading) -> String;
    /// Whether two texts are the same.
    fn is(&self, one: &str, other: &str) -> String {
        format!("{one} == {other}")
    }
    /// Whether two texts differ.
    fn differs(&self, one: &str, other: &str) -> String {
        format!("{one} != {other}")
    }
    /// Whether a text begins with `-`.
    fn is_negative(&self, text: &str) -> String;
    /// Whether an amount is zero.
    fn is_zero(&self, amount: &str) -> String;
    /// The transaction id without what marks a reversal's; `id` is a name.
    fn original(&self, id: &str) -> String;
    /// The part of an amount before its point.
    fn whole(&self, amount: &str) -> String;
    /// Names and values of these parameters, sorted and perhaps encoded; of these alone, or of all but the signature.
    fn pairs(&self, of: &str, only: &[String], is_encoded: bool) -> String;
    /// Values with what stands between them; those that are marked are left out where they are empty.
    fn joined(&self, join: &str, values: &[(String, bool)]) -> String;
    /// The name of an algorithm.
    fn algorithm(&self, algorithm: Algorithm) -> &'static str;
    /// Texts with commas between them.
    fn list_of(&self, texts: &[String]) -> String {
        texts.iter().map(|text| self.quoted(text)).collect::<Vec<_>>().join(", ")
    }
    /// A list of texts.
    fn list(&self, texts: &[String]) -> String;
    /// A list of patterns of paths, each with the names of its groups.
    fn paths(&self, paths: &[(String, String)]) -> String;
    /// How names are written that the skeleton gives to what a step reads.
    fn names(&self) -> Names;
}

/// Names that a skeleton gives.
pub(super) struct Names {
    pub(super) secret: &'static str,
    pub(super) time: &'static str,
    pub(super) body: &'static str,
    /// The URL up to the signature.
    pub(super) url: &'static str,
    /// The query up to the signature.
    pub(super) raw_query: &'static str,
    pub(super) path: &'static str,
    /// All parameters, those of the path among them.
    pub(super) values: &'static str,
    /// Those of the query alone, where the path has some.
    pub(super) in_query: &'static str,
    pub(super) transaction_id: &'static str,
    pub(super) user_id: &'static str,
    pub(super) amount: &'static str,
    /// The address that a callback comes from.
    pub(super) address: &'static str,
    /// What stands before a parameter that is a text.
    pub(super) typed: &'static str,
    pub(super) plus: &'static str,
}

/// Whether a character must not stand in code as it is: it ends a line for one compiler or another, and with it a comment or a
/// text, or it shows a reader the code in another order than it runs in.
fn is_unsafe(character: char) -> bool {
    let ends_line = matches!(character, '\u{2028}' | '\u{2029}');
    character.is_control() || ends_line || misleads(character)
}

/// A text for a comment in any language: what must not stand there is written as in a URL.
pub(super) fn harmless(text: &str) -> String {
    let written = |character: char| match is_unsafe(character) {
        true => encode(character.encode_utf8(&mut [0; 4])),
        false => character.to_string(),
    };
    text.chars().map(written).collect()
}

/// A text in double quotes, with what the language wants escaped besides, and its way to write what must not stand there.
pub(super) fn in_quotes(text: &str, besides: &str, control: fn(u32) -> String) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '\\' | '"' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            character if besides.contains(character) => quoted.extend(['\\', character]),
            character if is_unsafe(character) => quoted.push_str(&control(u32::from(character))),
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
