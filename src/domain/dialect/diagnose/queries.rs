//! Distortions of a query, each undone: what proxies, frameworks and escaping make of parameters.

use super::code::{Code, Mistake};
use crate::domain::dialect::received::Seen;
use crate::domain::dialect::signature::Signature;
use crate::domain::encoding::{Encoding, decode, encode};

/// So many parameters are distorted one by one, no more.
const MOST_CHANGED: usize = 40;

/// Queries that may have been sent in place of the one that arrived, with what happened to them.
pub(super) fn distortions(seen: &Seen<'_>, signature: &Signature, query: &str) -> Vec<(String, Mistake)> {
    let mut found = Distortions { query, found: Vec::new() };
    let signs = &signature.signs;
    if signs.needs_encoding() {
        found.add(
            recoded(query, seen.recipe.encoding()),
            Code::EncodedDifferently,
            encoded_differently(seen.recipe.encoding()),
        );
    }
    let plus = "A `+` was decoded as a space: decode it as a plus sign, or decode only once.";
    found.add(query.replace('+', "%2B"), Code::PlusDecoded, plus);
    // Where a space is a plus sign too, any one of them may have been one.
    for (at, _) in query.match_indices('+').take(MOST_CHANGED) {
        found.add([&query[..at], "%2B", &query[at + 1..]].concat(), Code::PlusDecoded, plus);
    }
    if !signs.needs_encoding() {
        let raw = query.replace('%', "%25").replace('+', "%2B");
        found.add(raw, Code::SignedUndecoded, "The values were signed as they stand in the URL: sign them decoded.");
    }
    found.add(
        rejoined(seen, query),
        Code::ValueSplit,
        "A value was decoded on the way, so that its `&` separates parameters.",
    );
    if signs.needs_whole_query() {
        let pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
        found.add_added(&pairs);
        let expected = expected_names(seen);
        if !expected.is_empty() {
            found.add_moved(&expected, &pairs);
        }
    }
    found.add_numbers(query);
    found.found
}

struct Distortions<'a> {
    query: &'a str,
    found: Vec<(String, Mistake)>,
}

impl Distortions<'_> {
    fn add(&mut self, query: String, code: Code, words: impl Into<String>) {
        if query != self.query && !self.found.iter().any(|(known, _)| *known == query) {
            self.found.push((query, Mistake::new(code, words)));
        }
    }

    /// What was added on the way where the whole query is signed.
    fn add_added(&mut self, pairs: &[&str]) {
        for (at, pair) in pairs.iter().enumerate().take(MOST_CHANGED) {
            let without: Vec<&str> =
                pairs.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, pair)| *pair).collect();
            let mistake = format!("The parameter {} was added on the way: sign only what was sent.", name_of(pair));
            self.add(without.join("&"), Code::ParameterAdded, mistake);
        }
        let full: Vec<&str> = pairs.iter().copied().filter(|pair| !pair.ends_with('=')).collect();
        self.add(
            full.join("&"),
            Code::ParameterAdded,
            "Empty parameters were added on the way: sign only what was sent.",
        );
    }

    /// What was dropped or moved, where the sender's order is known.
    fn add_moved(&mut self, expected: &[String], pairs: &[&str]) {
        let others: Vec<&str> = pairs.iter().copied().filter(|pair| !expected.contains(&name_of(pair))).collect();
        let (mut moved, mut filled) = (Vec::new(), Vec::new());
        for name in expected {
            let own: Vec<String> =
                pairs.iter().filter(|pair| name_of(pair) == *name).map(|pair| (*pair).to_owned()).collect();
            filled.extend(if own.is_empty() { vec![format!("{}=", encode(name))] } else { own.clone() });
            moved.extend(own);
        }
        let is_lacking = filled.len() > moved.len();
        for list in [&mut moved, &mut filled] {
            list.extend(others.iter().map(|pair| (*pair).to_owned()));
        }
        self.add(moved.join("&"), Code::Reordered, "The parameters were reordered on the way.");
        if is_lacking {
            let dropped =
                "A parameter that was sent empty was dropped on the way (frameworks make an empty value null).";
            self.add(filled.join("&"), Code::EmptyDropped, dropped);
        }
    }

    /// The same numbers in the other forms that languages print them in.
    fn add_numbers(&mut self, query: &str) {
        let pairs: Vec<&str> = query.split('&').collect();
        for (at, pair) in pairs.iter().enumerate().take(MOST_CHANGED) {
            let Some((name, value)) = pair.split_once('=') else { continue };
            for other in reformatted(value) {
                let mut changed: Vec<String> = pairs.iter().map(|pair| (*pair).to_owned()).collect();
                if let Some(pair) = changed.get_mut(at) {
                    *pair = format!("{name}={other}");
                }
                let mistake = format!("{name} was signed as {other} but received as {value}: keep numbers as text.");
                self.add(changed.join("&"), Code::NumberReformatted, mistake);
            }
        }
    }
}

/// The name of a parameter as it stands in a query.
fn name_of(pair: &str) -> String {
    decode(pair.split('=').next().unwrap_or_default())
}

fn encoded_differently(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Rfc3986 => {
            "The query was encoded differently on the way: it is signed with %20 for a space, upper-case hex, and \
             everything but A-Z a-z 0-9 - _ . ~ encoded (RFC 3986)."
        }
        Encoding::Form => {
            "The query was encoded differently on the way: it is signed with + for a space, upper-case hex, and \
             everything but A-Z a-z 0-9 - _ . encoded (as in an HTML form)."
        }
    }
}

fn recoded(query: &str, encoding: Encoding) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) => format!("{}={}", encoding.recode(name), encoding.recode(value)),
        None => format!("{}=", encoding.recode(pair)),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// The names that the sender's template or list gives parameters, in its order.
fn expected_names(seen: &Seen<'_>) -> Vec<String> {
    let template = seen.template.as_deref();
    let own = template.iter().flat_map(|template| template.parameters()).map(|parameter| parameter.decoded_name());
    let is_bare = template.is_none_or(|template| template.placeholders().next().is_none());
    let lists = seen.recipe.parameter_lists().filter(|(event_type, _)| is_bare && *event_type == "other");
    own.chain(lists.flat_map(|(_, items)| items).map(|item| item.name.clone())).collect()
}

/// Stretches that are no parameter of the sender's belong to the value before them.
fn rejoined(seen: &Seen<'_>, query: &str) -> String {
    let expected = expected_names(seen);
    let signature = seen.recipe.signature().map(Signature::placeholder).unwrap_or_default();
    let is_own = |pair: &str| {
        let name = name_of(pair);
        let is_ours = || signature.contains(&name) || seen.recipe.reserved_names().any(|reserved| reserved == name);
        pair.contains('=') && (expected.is_empty() || expected.contains(&name) || is_ours())
    };
    let mut joined = String::new();
    for (at, pair) in query.split('&').enumerate() {
        match (at, is_own(pair)) {
            (0, _) => joined.push_str(pair),
            (_, true) => joined.extend(["&", pair]),
            (_, false) => joined.extend(["%26", &pair.replace('=', "%3D")]),
        }
    }
    joined
}

fn reformatted(value: &str) -> Vec<String> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Vec::new();
    }
    let whole = if value.contains('.') { value.trim_end_matches('0').trim_end_matches('.') } else { value };
    let point = if whole.contains('.') { "" } else { "." };
    let mut forms = vec![whole.to_owned(), format!("{whole}{point}0"), format!("{whole}{point}00")];
    forms.retain(|form| form != value);
    forms
}
