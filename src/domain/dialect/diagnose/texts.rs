//! What frameworks and filters make of the text of values: each of them by the same rule.

use percent_encoding::percent_decode_str;

use super::code::{Code, Mistake};
use super::ground::{Ground, Queries};
use super::reading::Reading;
use crate::domain::encoding::decode;

/// The text that a value had; nothing where this rule changes none.
type Rule = fn(&str) -> Option<String>;

const RULES: [(Rule, Code, &str); 4] = [
    (
        unescaped,
        Code::HtmlEscaped,
        "The values were escaped for HTML on the way (`&#39;` for an apostrophe): a filter did, before the signature was checked.",
    ),
    (
        without_slashes,
        Code::ValueChanged,
        "Backslashes were put before quotes in the values on the way: a filter did, before the signature was checked.",
    ),
    (read_as_latin, Code::EncodedDifferently, "The values were read as Latin-1 on the way: they are UTF-8."),
    (
        written_as_latin,
        Code::EncodedDifferently,
        "The values were encoded as Latin-1 on the way (`%E9` for é): they are signed as UTF-8.",
    ),
];

/// The query with the values that it had before one of these was done to all of them.
pub(super) fn rewritten(ground: &Ground<'_>, reading: &Reading) -> Vec<Reading> {
    let mut queries = Queries::of(reading);
    let encoding = ground.seen.recipe.encoding();
    for (rule, code, words) in RULES {
        let mended = |pair: &&str| {
            let (name, value) = pair.split_once('=')?;
            let mut mended = format!("{name}=");
            encoding.encode_onto(&mut mended, &rule(value)?);
            Some(mended)
        };
        let pairs = reading.pairs();
        let pairs: Vec<String> = pairs.iter().map(|pair| mended(pair).unwrap_or_else(|| (*pair).to_owned())).collect();
        queries.add(pairs.join("&"), || Mistake::new(code, words));
    }
    queries.done()
}

fn changed(value: &str, mended: String) -> Option<String> {
    (mended != value).then_some(mended)
}

/// A text before it was escaped for HTML.
pub(super) fn without_entities(text: &str) -> String {
    const ENTITIES: [(&str, &str); 8] = [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#039;", "'"),
        ("&apos;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    ENTITIES.iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}

fn unescaped(value: &str) -> Option<String> {
    let value = decode(value);
    changed(&value, without_entities(&value))
}

fn without_slashes(value: &str) -> Option<String> {
    let value = decode(value);
    let plain = value.replace("\\'", "'").replace("\\\"", "\"").replace("\\\\", "\\");
    changed(&value, plain)
}

/// UTF-8 whose bytes were taken for characters.
fn read_as_latin(value: &str) -> Option<String> {
    let value = decode(value);
    let bytes: Option<Vec<u8>> = value.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    let plain = bytes.and_then(|bytes| String::from_utf8(bytes).ok())?;
    changed(&value, plain)
}

/// Characters that were encoded as one byte each.
fn written_as_latin(value: &str) -> Option<String> {
    let value = value.replace('+', "%20");
    let bytes: Vec<u8> = percent_decode_str(&value).collect();
    std::str::from_utf8(&bytes).is_err().then(|| bytes.iter().map(|byte| char::from(*byte)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_known_by_what_filters_make_of_it() {
        assert_eq!(unescaped("it%26%2339%3Bs").as_deref(), Some("it's"));
        assert_eq!(without_slashes("it%5C%27s").as_deref(), Some("it's"));
        assert_eq!(read_as_latin("%C3%83%C2%A9").as_deref(), Some("é"));
        assert_eq!(written_as_latin("a+%E9").as_deref(), Some("a é"));
        for rule in [unescaped, without_slashes, read_as_latin, written_as_latin] {
            assert_eq!(rule("a+b%20%C3%A9%E6%BC%A2"), None);
        }
    }
}
