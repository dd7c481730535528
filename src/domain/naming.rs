//! The names that people give: display names, `ref`s and a source's transaction prefix.
//!
//! Whether a `ref` is free is the store's to say; this module only knows what may be one.

use super::characters::misleads;
use super::ids;
use super::invalid::Invalid;

/// Longest display name in characters: a line of a table.
pub const LONGEST_NAME: usize = 255;
/// Longest `ref`, as long as the ids that reports may carry.
pub const LONGEST_REFERENCE: usize = 128;
/// Longest transaction prefix: it leaves at least half of a transaction id's 128 characters to the external id.
pub const LONGEST_PREFIX: usize = 64;

/// A display name: 1–255 characters, not blank, none of them a control character or one that shows it otherwise than it is.
pub fn name(text: &str) -> Result<String, Invalid> {
    let length = text.chars().count();
    if text.trim().is_empty() || length > LONGEST_NAME {
        return Err(Invalid::field("name", format!("must have 1 to {LONGEST_NAME} characters and not be blank")));
    }
    if text.chars().any(char::is_control) {
        return Err(Invalid::field("name", "must not have control characters"));
    }
    if let Some(character) = text.chars().find(|character| misleads(*character)) {
        let message = format!("must not have U+{:04X}, which shows a name otherwise than it is", u32::from(character));
        return Err(Invalid::field("name", message));
    }
    Ok(text.to_owned())
}

/// A display name as a change leaves it: one that stands stays, whatever rule came after it, since only a change of the name
/// itself may be refused for the name.
pub fn name_over(standing: Option<&str>, text: &str) -> Result<String, Invalid> {
    if standing == Some(text) { Ok(text.to_owned()) } else { name(text) }
}

/// A `ref`: letters, digits, `_` and `-`, and never of an id's form, so that an id can always win.
pub fn reference(text: &str) -> Result<String, Invalid> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if text.is_empty() || text.len() > LONGEST_REFERENCE || !text.bytes().all(allowed) {
        let message = format!("must have 1 to {LONGEST_REFERENCE} letters, digits, `_` or `-`");
        return Err(Invalid::field("ref", message));
    }
    if ids::is_id(text) {
        return Err(Invalid::field(
            "ref",
            "must not have the form of an id (three letters, `_`, 13 letters or digits)",
        ));
    }
    Ok(text.to_owned())
}

/// A source's transaction prefix, which must not lead to a transaction id that is ours to give.
pub fn transaction_prefix(text: &str) -> Result<String, Invalid> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~' | b'-');
    if text.is_empty() || text.len() > LONGEST_PREFIX || !text.bytes().all(allowed) {
        let message = format!("must have 1 to {LONGEST_PREFIX} letters, digits, `.`, `_`, `~` or `-`");
        return Err(Invalid::field("transactionPrefix", message));
    }
    if is_ours(text) {
        let message = "must not begin with `r-`, `r<digits>-` or `test-`: such transaction ids are Ringback's own";
        return Err(Invalid::field("transactionPrefix", message));
    }
    Ok(text.to_owned())
}

fn is_ours(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let after_r = lower.strip_prefix('r').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    lower.starts_with("test-") || after_r.is_some_and(|rest| rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ref_never_has_the_form_of_an_id() {
        assert!(reference("my-app_1").is_ok());
        assert!(reference("app_1").is_ok());
        for text in ["", "a b", "é", "a.b", &"x".repeat(129), "app_6f0a1b2c3d4e5"] {
            assert!(reference(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_transaction_prefix_must_not_begin_like_our_own_transaction_ids() {
        for text in ["r-", "R12-x", "test-", "TEST-1"] {
            assert!(transaction_prefix(text).is_err(), "{text:?}");
        }
        for text in ["acme-", "rx-", "t", "r1"] {
            assert!(transaction_prefix(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn a_name_is_not_blank_and_has_no_line_breaks() {
        for text in ["", "  ", "a\nb", "\u{200b}", "\u{202e}evil", &"x".repeat(256)] {
            assert!(name(text).is_err(), "{text:?}");
        }
        assert!(name("Ünïcode Games").is_ok());
    }

    #[test]
    fn a_name_that_stands_stays_and_only_another_one_is_asked_whether_it_may() {
        let standing = "Kash\u{200b} wall";
        assert_eq!(name_over(Some(standing), standing).as_deref(), Ok(standing));
        assert_eq!(name_over(Some(standing), "Kash wall").as_deref(), Ok("Kash wall"));
        assert!(name_over(Some(standing), "Kash\u{200b}wall").is_err());
        assert!(name_over(None, standing).is_err());
    }
}
