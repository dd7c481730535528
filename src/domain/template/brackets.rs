//! What encloses a placeholder's name: braces or angle brackets by default, or a vendor's own marks.

use serde::Serialize;

/// Longest name: between two marks that stand in ordinary text too (`%`, `$`), more is no placeholder.
const LONGEST_NAME: usize = 64;

/// The marks around a placeholder's name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Brackets {
    /// `{name}` or `<name>`.
    #[default]
    Common,
    /// The vendor's own, opening and closing.
    Own([String; 2]),
}

/// What is found where a placeholder may begin.
pub(super) enum Found<'a> {
    /// A placeholder's name, and what stands behind it.
    Placeholder(&'a str, &'a str),
    /// Text that only looks like one.
    Literal(&'a str, &'a str),
}

impl Brackets {
    /// A placeholder as it is written.
    pub(crate) fn written(&self, name: &str) -> String {
        match self {
            Self::Common => format!("{{{name}}}"),
            Self::Own([open, close]) => format!("{open}{name}{close}"),
        }
    }

    /// Whether a placeholder of this name can be written in them and read back.
    pub(crate) fn can_write(&self, name: &str) -> bool {
        self.is_name(name) && !name.starts_with("extra.")
    }

    /// Why these marks could not enclose anything, worded to follow the recipe's name.
    pub(crate) fn fault(&self) -> Option<String> {
        let Self::Own(marks) = self else { return None };
        let meaningless =
            |c: char| c.is_alphanumeric() || c.is_whitespace() || c.is_control() || "&=?#/_-.:".contains(c);
        if marks.iter().any(|mark| mark.is_empty() || mark.contains(meaningless)) {
            // What stands behind a `#` is a fragment, which no client sends, so `#name#` cannot be read in a URL.
            let fault = "has brackets of nothing, or of characters that URLs and names are made of; marks such as `[`, \
                         `[%`, `{{`, `$`, `|`, `!`, `*` and `~` may be brackets. Where the vendor writes `#name#`, leave \
                         them out: the callback URL then holds `{name}`";
            return Some(fault.to_owned());
        }
        if let Some(mark) = marks.iter().find(|mark| matches!(mark.as_str(), "%" | "+")) {
            return Some(format!("has the bracket `{mark}`, which stands in every URL that is encoded"));
        }
        let is_half = |mark: &String| mark.contains(['{', '}', '[', ']', '<', '>', '(', ')']);
        let is_one_half = marks[0] == marks[1] && is_half(&marks[0]);
        is_one_half.then(|| format!("has `{}` twice, which is one half of a pair", marks[0]))
    }

    /// The next place at which a placeholder may begin, or a bracket stands that closes none.
    pub(super) fn next(&self, text: &str) -> Option<usize> {
        match self {
            Self::Common => text.find(['{', '}', '<', '>']),
            Self::Own([open, _]) => text.find(open.as_str()),
        }
    }

    /// What begins at such a place.
    pub(super) fn read<'a>(&self, text: &'a str) -> Result<Found<'a>, String> {
        let (open, close) = match self {
            Self::Common => match &text[..1] {
                "{" => ("{", "}"),
                "<" => ("<", ">"),
                orphan => return Err(format!("has a `{orphan}` that closes no placeholder")),
            },
            Self::Own([open, close]) => (open.as_str(), close.as_str()),
        };
        let inside = &text[open.len()..];
        // Marks that are alike stand in ordinary text as well.
        let is_certain = open != close;
        let literal = || Found::Literal(&text[..open.len()], inside);
        let Some(end) = inside.find(close) else {
            let fault = || format!("has a placeholder without its closing `{close}`");
            return if is_certain { Err(fault()) } else { Ok(literal()) };
        };
        let name = &inside[..end];
        if self.is_name(name) {
            return Ok(Found::Placeholder(name, &inside[end + close.len()..]));
        }
        if !is_certain {
            return Ok(literal());
        }
        let meant = name.trim_matches(|c: char| !c.is_alphanumeric());
        let found = &text[..open.len() + end + close.len()];
        if meant.is_empty() {
            return Err(format!(
                "has `{found}`, which names no placeholder; write a name between the brackets, or leave it out"
            ));
        }
        Err(format!("has `{found}`, which is no placeholder; write {}", self.written(meant)))
    }

    fn is_name(&self, name: &str) -> bool {
        let colons = *self != Self::Common;
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.') || (c == ':' && colons);
        !name.is_empty() && name.len() <= LONGEST_NAME && name.chars().all(fits)
    }
}
