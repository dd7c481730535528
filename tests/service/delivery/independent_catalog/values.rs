//! What a value is to a dialect that cannot say it, or to a receiver that cannot verify it.

use crate::delivery::awkward::Row;

/// Those of these fields whose texts hold what separates two of them.
pub(super) fn with_colon<const N: usize>(fields: [(&'static str, &String); N]) -> Vec<&'static str> {
    fields.into_iter().filter(|(_, text)| text.contains(':')).map(|(field, _)| field).collect()
}

/// The user of a row, where it holds the `.` that separates it from what is signed behind it.
pub(super) fn user_with_dot(row: &Row) -> Vec<&'static str> {
    if row.user_id.contains('.') { vec!["userId"] } else { Vec::new() }
}

/// The reward of a row, where it is no whole number.
pub(super) fn fraction(row: &Row) -> Vec<&'static str> {
    if whole(row).is_none() { vec!["userReward"] } else { Vec::new() }
}

/// Whether one of the texts holds one of the marks.
pub(super) fn has_any<const N: usize>(texts: [&str; N], marks: &str) -> bool {
    texts.into_iter().any(|text| text.contains(|mark| marks.contains(mark)))
}

/// Whether it looks like an encoded octet, which a page that decodes twice takes for one.
pub(super) fn is_encoded(text: &str) -> bool {
    let is_code = |code: &&[u8]| code[0] == b'%' && code[1..].iter().all(u8::is_ascii_hexdigit);
    text.as_bytes().windows(3).any(|code| is_code(&code))
}

/// The reward of a row if it is whole, however many zeros it was written with.
pub(super) fn whole(row: &Row) -> Option<&str> {
    let (whole, fraction) = row.user_reward.split_once('.').unwrap_or((&row.user_reward, ""));
    fraction.bytes().all(|digit| digit == b'0').then_some(whole)
}
