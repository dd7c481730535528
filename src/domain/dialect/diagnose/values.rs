//! What happens to the values of a query: they are encoded otherwise, decoded, or fall apart.

use super::code::{Code, Mistake};
use super::ground::{Ground, Queries};
use super::orders::orders;
use super::reading::Reading;
use crate::domain::dialect::signature::Signature;
use crate::domain::encoding::{Encoding, decode};
use crate::domain::template::{Template, expand};

/// So many plus signs are taken for decoded ones one by one.
const MOST_PLUSES: usize = 40;

/// The query encoded as it is sent: what a template holds of its own as that has it, all else as the dialect encodes.
pub(super) fn recoded(ground: &Ground<'_>, reading: &Reading) -> Vec<Reading> {
    let mut queries = Queries::of(reading);
    if !ground.signature.signs.needs_encoding() {
        return Vec::new();
    }
    let encoding = ground.seen.recipe.encoding();
    let words = || Mistake::new(Code::EncodedDifferently, encoded_differently(encoding));
    let recoded = |pair: &&str| recoded_pair(encoding, pair);
    let pairs = reading.pairs();
    queries.add(pairs.iter().map(recoded).collect::<Vec<_>>().join("&"), words);
    if let Some(template) = ground.seen.template.as_deref() {
        let kept = |pair: &&str| literal(template, pair).unwrap_or_else(|| recoded(pair));
        queries.add(pairs.iter().map(kept).collect::<Vec<_>>().join("&"), words);
    }
    queries.done()
}

fn recoded_pair(encoding: Encoding, pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, value)) => format!("{}={}", encoding.recode(name), encoding.recode(value)),
        None => format!("{}=", encoding.recode(pair)),
    }
}

/// A parameter as a template has it, where that fills nothing in.
fn literal(template: &Template, pair: &str) -> Option<String> {
    let name = decode(pair.split('=').next().unwrap_or_default());
    let own = template.parameters().iter().find(|parameter| parameter.decoded_name() == name)?;
    let is_literal =
        |pieces: &Vec<_>| pieces.iter().all(|piece: &crate::domain::template::Piece| piece.placeholder().is_none());
    match &own.value {
        None => Some(own.name.clone()),
        Some(pieces) if is_literal(pieces) => Some(format!("{}={}", own.name, expand(pieces, str::to_owned))),
        Some(_) => None,
    }
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

/// Plus signs that stood encoded: all of them, or any one, since a space is a plus sign too.
pub(super) fn pluses(_: &Ground<'_>, reading: &Reading) -> Vec<Reading> {
    let mut queries = Queries::of(reading);
    let query = reading.url.query.as_str();
    let words = || {
        let words = "A `+` was decoded as a space: decode it as a plus sign, or decode only once.";
        Mistake::new(Code::PlusDecoded, words)
    };
    queries.add(query.replace('+', "%2B"), words);
    for (at, _) in query.match_indices('+').take(MOST_PLUSES) {
        queries.add([&query[..at], "%2B", &query[at + 1..]].concat(), words);
    }
    queries.done()
}

/// Where decoded values are signed: as if they were signed as they stand in the URL.
pub(super) fn undecoded(ground: &Ground<'_>, reading: &Reading) -> Vec<Reading> {
    let mut queries = Queries::of(reading);
    if !ground.signature.signs.needs_encoding() {
        let raw = reading.url.query.replace('%', "%25").replace('+', "%2B");
        queries.add(raw, || {
            let words = "The values were signed as they stand in the URL: sign them decoded.";
            Mistake::new(Code::SignedUndecoded, words)
        });
    }
    queries.done()
}

/// Stretches that are no parameter of the sender's belong to the value before them.
pub(super) fn rejoined(ground: &Ground<'_>, reading: &Reading) -> Vec<Reading> {
    let mut queries = Queries::of(reading);
    queries.add(joined(ground, &reading.url.query), split);
    queries.done()
}

/// The query before all of it was decoded at once, which a blank in it shows.
pub(super) fn decoded(ground: &Ground<'_>, reading: &Reading) -> Vec<Reading> {
    let query = reading.url.query.as_str();
    if !ground.signature.signs.needs_encoding() || !query.contains(' ') {
        return Vec::new();
    }
    let encoding = ground.seen.recipe.encoding();
    let plain = query.replace('+', "%2B");
    let whole = joined(ground, &plain);
    let recoded: Vec<String> = whole.split('&').map(|pair| recoded_pair(encoding, pair)).collect();
    let words = "The query was decoded on the way: its values are signed encoded, a `+` or `&` in them as well.";
    let reading = if whole == plain { reading.clone() } else { reading.with(split()) };
    vec![reading.with_query(recoded.join("&"), Mistake::new(Code::EncodedDifferently, words))]
}

fn split() -> Mistake {
    let words = "A value was decoded on the way, so that its `&` separates parameters.";
    Mistake::new(Code::ValueSplit, words)
}

/// A query with the stretches that are no parameter of the sender's put back into the values before them.
fn joined(ground: &Ground<'_>, query: &str) -> String {
    let recipe = ground.seen.recipe;
    let orders = orders(ground);
    let signature = Signature::placeholder(ground.signature);
    let is_ours = |name: &str| {
        signature.iter().any(|own| own == name) || recipe.reserved_names().any(|reserved| reserved == name)
    };
    let expected = |name: &str| orders.iter().flatten().any(|member| member.name == name) || is_ours(name);
    let is_own = |pair: &str| {
        let name = decode(pair.split('=').next().unwrap_or_default());
        pair.contains('=') && (orders.is_empty() || expected(&name))
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
