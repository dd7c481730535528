//! Long values, cut where the cut tells least: ids of others and URLs in the middle, text at its end. The whole is always a click
//! away. Ids of ours are never cut: they begin with the time and end with node and counter, so what tells two of a page apart
//! stands in their middle. What would show a text otherwise than it is, is written out.

use crate::domain::characters::legible;

/// Characters that are kept of an id on either side of the cut, beside its prefix.
const OF_AN_ID: usize = 4;
/// Longest id of ours: a prefix of four characters and thirteen digits.
const OF_OURS: usize = 17;
/// Characters that are kept of a URL's end, where its last parameters tell it apart.
const OF_A_URL: usize = 24;

/// Characters of a name in a list, where nothing else asks for fewer or more.
pub const OF_A_NAME: usize = 60;

/// A value that is too long for where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Long {
    /// All of it.
    pub whole: String,
    /// What is shown.
    pub shown: String,
}

impl Long {
    /// Whether something is left out.
    pub fn is_cut(&self) -> bool {
        self.whole != self.shown
    }
}

/// Longest prefix that is kept whole: ours have four characters, and what others call a record may have its first `_` anywhere.
const PREFIX: usize = 8;

/// An id: all of it where it can be one of ours, else its prefix, the first and the last four characters behind it.
pub fn id(whole: &str) -> Long {
    if whole.chars().count() <= OF_OURS {
        return Long { whole: whole.to_owned(), shown: whole.to_owned() };
    }
    let prefix = whole.find('_').map_or(0, |at| whole[..=at].chars().count());
    let prefix = if prefix > PREFIX { 0 } else { prefix };
    middle(whole, prefix + OF_AN_ID, OF_AN_ID)
}

/// An id that others have given: its first nine and its last five characters, because it says something to whoever reads it.
pub fn external(whole: &str) -> Long {
    middle(whole, 9, 5)
}

/// The same where there is room: all of almost every one.
pub fn external_whole(whole: &str) -> Long {
    middle(whole, 24, 12)
}

/// A URL: its origin and its last 24 characters.
pub fn url(whole: &str) -> Long {
    let behind_scheme = whole.find("://").map_or(0, |at| at + 3);
    let origin = whole[behind_scheme..].find('/').map_or(whole.len(), |at| behind_scheme + at);
    middle(whole, whole[..origin].chars().count(), OF_A_URL)
}

/// A name in a list, and beside it what tells it apart from the same name of another one.
pub fn name(whole: &str, beside: Option<&str>, most: usize) -> Long {
    let name = text(whole, most);
    let Some(beside) = beside else { return name };
    Long { whole: format!("{whole} · {beside}"), shown: format!("{} · {}", name.shown, id(beside).shown) }
}

/// Text: its beginning.
pub fn text(whole: &str, most: usize) -> Long {
    let legible = legible(whole);
    let shown = match legible.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", legible[..end].trim_end()),
        None => legible.into_owned(),
    };
    Long { whole: whole.to_owned(), shown }
}

/// Keeps so many characters of the beginning and of the end, unless cutting saves nothing.
fn middle(whole: &str, first: usize, last: usize) -> Long {
    let legible = legible(whole);
    let length = legible.chars().count();
    let shown = if length <= first + last + 1 {
        legible.into_owned()
    } else {
        let beginning = legible.chars().take(first);
        beginning.chain(['…']).chain(legible.chars().skip(length - last)).collect()
    };
    Long { whole: whole.to_owned(), shown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids;

    #[test]
    fn a_value_that_turns_its_line_is_shown_in_the_order_in_which_it_was_written() {
        assert_eq!(text("\u{202e}abc offer", OF_A_NAME).shown, "[U+202E]abc offer");
        assert_eq!(external("u\u{202e}42"), Long { whole: "u\u{202e}42".to_owned(), shown: "u[U+202E]42".to_owned() });
    }

    #[test]
    fn an_id_keeps_its_prefix_and_both_ends() {
        assert_eq!(id("cmp_019a7f3b2c4d3f2c").shown, "cmp_019a…3f2c");
        assert_eq!(id("cmp_019a3f2c").shown, "cmp_019a3f2c");
        for (node, tick) in [(0, 7), (1_023, 1 << 40)] {
            assert!(!id(&ids::id("dlv", ids::Tick(tick).key(node))).is_cut());
        }
        assert_eq!(id("order-1").shown, "order-1");
        assert_eq!(id(&"é".repeat(128)).shown, "éééé…éééé");
        assert_eq!(id(&format!("{}_1", "x".repeat(126))).shown, "xxxx…xx_1");
        assert_eq!(
            [external("order-1234567890").shown, external("order-123456789").shown],
            ["order-123…67890", "order-123456789"]
        );
    }

    #[test]
    fn a_url_keeps_its_origin_and_its_end() {
        let cut = url("https://kash.example/pb?user_id=u1&tx=test-7f3a&payout=17.55&verifier=8724");
        assert_eq!(cut.shown, "https://kash.example…yout=17.55&verifier=8724");
        assert!(cut.is_cut());
        assert_eq!(url("https://kash.example/pb").shown, "https://kash.example/pb");
        assert_eq!(url("no url").shown, "no url");
    }

    #[test]
    fn text_loses_its_end() {
        assert_eq!(text("Family Island", 6).shown, "Family…");
        assert_eq!(text("Family", 6).shown, "Family");
    }
}
