//! Characters that show a text otherwise than it is: those that turn the order in which it is read, and those that nobody sees.
//!
//! In a name they make one thing look like another; beside an amount they show another amount. What others report is kept and
//! called back as it came, and shown with such characters written out. Joiners and
//! tags are none of them: scripts and emoji need those.

use std::borrow::Cow;

/// Whether a character turns a line of text, or is not seen.
pub fn misleads(character: char) -> bool {
    let turns = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_mark = matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}');
    let is_unseen = matches!(
        character,
        '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
    );
    turns || is_mark || is_unseen
}

/// A text as it may be shown: such characters by their code points.
pub fn legible(text: &str) -> Cow<'_, str> {
    if !text.contains(misleads) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if misleads(character) {
            shown.push_str(&format!("[U+{:04X}]", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_a_line_or_is_unseen_is_written_out_and_nothing_else_is_touched() {
        assert_eq!(legible("\u{202e}abc\u{200b}"), "[U+202E]abc[U+200B]");
        for plain in [
            "Gems & Gold",
            "בדיקה",
            "می\u{200c}خواهم",
            "👩\u{200d}🚀",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        ] {
            assert!(matches!(legible(plain), Cow::Borrowed(_)), "{plain}");
        }
    }
}
