//! Two texts side by side with what differs marked, byte by byte.

use crate::web::console::words::bytes;

/// Stands where a text lacks what the other one has.
const GAP: &str = "∅";

/// A stretch of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// What is shown; invisible characters are drawn in what differs.
    pub text: String,
    /// Whether it differs.
    pub differs: bool,
}

/// Two texts, cut where they begin and end to differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// What we signed.
    pub signed: Vec<Stretch>,
    /// What the server read.
    pub read: Vec<Stretch>,
    /// `byte 34: 25 32 30 "%20" ≠ 2B "+"`, where they differ.
    pub first: Option<String>,
}

impl Comparison {
    /// Of these two texts: from the first character that differs to the last.
    pub fn of(signed: &str, read: &str) -> Self {
        let begin = common(signed.chars(), read.chars());
        let (rest_signed, rest_read) = (&signed[begin..], &read[begin..]);
        let end = common(rest_signed.chars().rev(), rest_read.chars().rev());
        let (of_signed, of_read) = (&rest_signed[..rest_signed.len() - end], &rest_read[..rest_read.len() - end]);
        let first = (signed != read).then(|| {
            format!("byte {}: {} ≠ {}", begin + 1, bytes::named(of_signed.as_bytes()), bytes::named(of_read.as_bytes()))
        });
        let differ = first.is_some();
        Self { signed: stretches(signed, begin, end, differ), read: stretches(read, begin, end, differ), first }
    }
}

/// Bytes of the characters that both begin with.
fn common(one: impl Iterator<Item = char>, other: impl Iterator<Item = char>) -> usize {
    one.zip(other).take_while(|(one, other)| one == other).map(|(one, _)| one.len_utf8()).sum()
}

/// Where one text lacks what the other has, the gap is marked, so that both show a mark at the same place.
fn stretches(text: &str, begin: usize, end: usize, differ: bool) -> Vec<Stretch> {
    if !differ {
        return vec![Stretch { text: text.to_owned(), differs: false }];
    }
    let (before, rest) = text.split_at(begin);
    let (between, after) = rest.split_at(rest.len() - end);
    let between = if between.is_empty() { GAP.to_owned() } else { bytes::drawn(between) };
    let all = [(before.to_owned(), false), (between, true), (after.to_owned(), false)];
    all.into_iter().filter(|(text, _)| !text.is_empty()).map(|(text, differs)| Stretch { text, differs }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(stretches: &[Stretch]) -> String {
        stretches.iter().map(|part| if part.differs { format!("[{}]", part.text) } else { part.text.clone() }).collect()
    }

    #[test]
    fn only_what_differs_is_marked_and_named_by_its_bytes() {
        let of = Comparison::of("u=u%201&x=1", "u=u+1&x=1");
        assert_eq!((shown(&of.signed), shown(&of.read)), ("u=u[%20]1&x=1".to_owned(), "u=u[+]1&x=1".to_owned()));
        assert_eq!(of.first.as_deref(), Some("byte 4: 25 32 30 \"%20\" ≠ 2B \"+\""));
    }

    #[test]
    fn what_one_text_lacks_is_marked_as_a_gap_and_equal_texts_bear_no_mark() {
        let of = Comparison::of("a=1&b=2", "a=1");
        assert_eq!((shown(&of.signed), shown(&of.read)), ("a=1[&b=2]".to_owned(), "a=1[∅]".to_owned()));
        let same = Comparison::of("é x", "é x");
        assert_eq!((shown(&same.signed), same.first), ("é x".to_owned(), None));
        let whole = Comparison::of("é", "è");
        assert_eq!((shown(&whole.signed), shown(&whole.read)), ("[é]".to_owned(), "[è]".to_owned()));
    }
}
