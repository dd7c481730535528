//! Percent-encoding, by the two tables that receivers' libraries know.
//!
//! By RFC 3986 only `A-Z a-z 0-9 - _ . ~` stay literal and a space is `%20`; that is the form in which every receiver's
//! library decodes and re-encodes alike. As in an HTML form (PHP's `urlencode`) a space is `+` and `~` is `%7E`. Hex is
//! upper-case in both. Nothing here may go through a URL type: those encode each part by a table of their own.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode, percent_encode, utf8_percent_encode};
use serde::{Deserialize, Serialize};

/// Everything but RFC 3986's unreserved characters.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What a URL library would rewrite in a path, or read as something else (`\` as `/`).
const PATH_LITERAL: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'{').add(b'}').add(b'^').add(b'|').add(b'\\');

/// In a query, URL libraries rewrite an apostrophe besides.
const QUERY_LITERAL: &AsciiSet = &PATH_LITERAL.add(b'\'');

/// The same as HTML forms have it, but for the space, which is no percent-encoding there.
const FORM_VALUE: &AsciiSet = &VALUE.add(b'~').remove(b' ');

/// How values are encoded where they stand in a query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// RFC 3986: a space is `%20`, only unreserved characters stay literal.
    #[default]
    Rfc3986,
    /// As in an HTML form: a space is `+`, and `~` is `%7E`.
    Form,
}

impl Encoding {
    /// Appends a value, encoded.
    pub(crate) fn encode_onto(self, text: &mut String, value: &str) {
        match self {
            Self::Rfc3986 => encode_onto(text, value),
            Self::Form => {
                for (index, word) in value.split(' ').enumerate() {
                    if index > 0 {
                        text.push('+');
                    }
                    text.extend(utf8_percent_encode(word, FORM_VALUE));
                }
            }
        }
    }

    /// A query's literal text in the form that a receiver gets by decoding it and encoding it in this way.
    pub(crate) fn recode(self, literal: &str) -> String {
        let strict = recode(literal);
        match self {
            Self::Rfc3986 => strict,
            Self::Form => strict.replace("%20", "+").replace('~', "%7E"),
        }
    }
}

/// A value, strictly encoded.
pub(crate) fn encode(value: &str) -> String {
    utf8_percent_encode(value, VALUE).to_string()
}

/// Appends a value, strictly encoded.
pub(crate) fn encode_onto(text: &mut String, value: &str) {
    text.extend(utf8_percent_encode(value, VALUE));
}

/// A query's name or value as form decoders read it: `+` is a space; bytes that are not UTF-8 are replaced.
pub(crate) fn decode(encoded: &str) -> String {
    String::from_utf8_lossy(&decoded_bytes(encoded)).into_owned()
}

/// A query's literal text in the form that a receiver gets by decoding it and encoding it strictly.
pub(crate) fn recode(literal: &str) -> String {
    percent_encode(&decoded_bytes(literal), VALUE).to_string()
}

/// A path's literal text as written, save for what a URL library would rewrite.
pub(crate) fn keep_in_path(literal: &str) -> String {
    utf8_percent_encode(literal, PATH_LITERAL).to_string()
}

/// A query's literal text as written, save for what a URL library would rewrite.
pub(crate) fn keep_in_query(literal: &str) -> String {
    utf8_percent_encode(literal, QUERY_LITERAL).to_string()
}

/// Bytes in lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

fn decoded_bytes(encoded: &str) -> Vec<u8> {
    percent_decode(encoded.replace('+', " ").as_bytes()).collect()
}

/// The key under which PHP files a parameter of this (decoded) name: `.` and space become `_`, `[` begins an index.
pub(crate) fn php_key(name: &str) -> String {
    let base = name.trim_start_matches(' ');
    let base = base.find('[').map_or(base, |at| &base[..at]);
    base.replace(['.', ' '], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_stay_literal_in_a_value() {
        assert_eq!(encode("aZ09-_.~"), "aZ09-_.~");
        assert_eq!(encode(" +%&=#'\"*()!/?\n"), "%20%2B%25%26%3D%23%27%22%2A%28%29%21%2F%3F%0A");
        assert_eq!(encode("é漢🎁"), "%C3%A9%E6%BC%A2%F0%9F%8E%81");
    }

    #[test]
    fn a_form_writes_a_space_as_plus_and_leaves_fewer_characters_literal() {
        let mut text = String::new();
        Encoding::Form.encode_onto(&mut text, "u 42+é&=~*'()-_.");
        assert_eq!(text, "u+42%2B%C3%A9%26%3D%7E%2A%27%28%29-_.");
        assert_eq!(Encoding::Form.recode("a%20b+c~%2f"), "a+b+c%7E%2F");
    }

    #[test]
    fn bytes_are_written_in_lower_case_digits() {
        assert_eq!(hex(&[0x00, 0x9f, 0xff]), "009fff");
    }

    #[test]
    fn a_static_query_is_encoded_as_the_receiver_will_encode_it_again() {
        assert_eq!(recode("a+b%2f(c)%"), "a%20b%2F%28c%29%25");
        assert_eq!(recode("%ff"), "%FF");
    }

    #[test]
    fn a_name_is_filed_by_php_without_dots_spaces_and_indices() {
        assert_eq!(php_key(" user.id"), "user_id");
        assert_eq!(php_key("user_id[]"), "user_id");
        assert_eq!(php_key("user_id"), "user_id");
    }
}
