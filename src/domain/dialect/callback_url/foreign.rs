//! Placeholders written in another vendor's brackets, or escaped: they would go out as they stand, which is a common cause of
//! missing rewards.

use super::Check;
use super::mending::Fault;
use crate::domain::encoding::decode;
use crate::domain::template::{Parameter, Piece};

/// The brackets that vendors write placeholders in, the longest first.
pub(super) const BRACKETS: [(&str, &str); 9] =
    [("{{", "}}"), ("[[", "]]"), ("[%", "%]"), ("{", "}"), ("<", ">"), ("[", "]"), ("(", ")"), ("%", "%"), ("$", "$")];

impl Check<'_> {
    /// Values that are a placeholder of this dialect, written otherwise than the dialect writes it. Only a whole value is
    /// looked at: within others such marks are ordinary text.
    pub(super) fn foreign(&self) -> Vec<Fault> {
        let literal = |parameter: &Parameter| match parameter.value.as_deref() {
            Some([Piece::Literal(text)]) => Some(decode(&text.replace('+', "%2B"))),
            _ => None,
        };
        let fault = |value: String| {
            let known = BRACKETS.iter().find_map(|(open, close)| {
                let name = value.strip_prefix(open)?.strip_suffix(close)?;
                self.usable().find(|known| *known == name)
            })?;
            let written = self.written(known);
            Some(Fault {
                words: format!("has `{value}`, which goes out as it stands; write {written}"),
                replaces: self.text.contains(&value).then(|| (value.clone(), written)),
            })
        };
        self.parameters().iter().filter_map(literal).filter_map(fault).collect()
    }
}
