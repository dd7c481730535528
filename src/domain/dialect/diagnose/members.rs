//! What happens to the parameters of a query as a whole: one more, one less, another name, another order.

use super::code::{Code, Mistake};
use super::ground::{Ground, Queries};
use super::orders::{Member, orders};
use super::reading::Reading;
use crate::domain::encoding::{decode, encode};

/// So many parameters are looked at one by one.
const MOST: usize = 40;

/// The name of a parameter as it is decoded.
pub(super) fn name_of(pair: &str) -> String {
    decode(pair.split('=').next().unwrap_or_default())
}

/// A name without what frameworks change of one: its letters and digits, in small letters.
pub(super) fn squeezed(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Parameters under names that are not the sender's, but like one that is lacking.
pub(super) fn renamed(ground: &Ground<'_>, reading: &Reading) -> Vec<Reading> {
    let mut queries = Queries::of(reading);
    let pairs = reading.pairs();
    let orders = orders(ground);
    let there: Vec<String> = pairs.iter().map(|pair| name_of(pair)).collect();
    let known: Vec<&str> = orders.iter().flatten().map(|member| member.name.as_str()).collect();
    let known = known.into_iter().chain(ground.signature.signed_parameters().iter().map(String::as_str));
    let lacking: Vec<&str> = known.filter(|name| !there.iter().any(|there| there == name)).collect();
    for (at, name) in there.iter().enumerate().take(MOST) {
        let like = lacking.iter().find(|lacking| squeezed(lacking) == squeezed(name));
        let Some(like) = like else { continue };
        let value = pairs[at].split_once('=').map_or("", |(_, value)| value);
        queries.add(replaced(&pairs, at, &format!("{}={value}", encode(like))), || {
            let words = format!("The parameter {like} arrived as {name}: it was renamed on the way.");
            Mistake::new(Code::ParameterRenamed, words)
        });
    }
    queries.done()
}

/// The pairs with another one at this place; none where it is empty.
pub(super) fn replaced(pairs: &[&str], at: usize, by: &str) -> String {
    let own = pairs.iter().enumerate().map(|(other, pair)| if other == at { by } else { pair });
    own.filter(|pair| !pair.is_empty()).collect::<Vec<_>>().join("&")
}

/// Without what was added, where the whole query is signed.
pub(super) fn added(ground: &Ground<'_>, reading: &Reading) -> Vec<Reading> {
    let mut queries = Queries::of(reading);
    if !ground.signature.signs.needs_whole_query() {
        return without_doubles(reading);
    }
    let pairs = reading.pairs();
    let orders = orders(ground);
    let is_expected = |pair: &&str| orders.iter().flatten().any(|member| member.name == name_of(pair));
    let unexpected: Vec<&str> = pairs.iter().copied().filter(|pair| !is_expected(pair)).collect();
    if unexpected.len() > 1 && unexpected.len() < pairs.len() {
        let own: Vec<&str> = pairs.iter().copied().filter(is_expected).collect();
        queries.add(own.join("&"), || {
            let names: Vec<String> = unexpected.iter().map(|pair| name_of(pair)).collect();
            let words = format!("The parameters {} were added on the way: sign only what was sent.", names.join(", "));
            Mistake::new(Code::ParameterAdded, words)
        });
    }
    for (at, pair) in pairs.iter().enumerate().take(MOST) {
        queries.add(replaced(&pairs, at, ""), || {
            let words = format!("The parameter {} was added on the way: sign only what was sent.", name_of(pair));
            Mistake::new(Code::ParameterAdded, words)
        });
    }
    let full: Vec<&str> = pairs.iter().copied().filter(|pair| !pair.ends_with('=')).collect();
    queries.add(full.join("&"), || {
        let words = "Empty parameters were added on the way: sign only what was sent.";
        Mistake::new(Code::ParameterAdded, words)
    });
    queries.done()
}

/// Without one of two parameters of the same name, of which nobody knows which is the sender's.
fn without_doubles(reading: &Reading) -> Vec<Reading> {
    let mut queries = Queries::of(reading);
    let pairs = reading.pairs();
    let names: Vec<String> = pairs.iter().map(|pair| name_of(pair)).collect();
    for (at, name) in names.iter().enumerate().take(MOST) {
        if names.iter().filter(|other| *other == name).count() > 1 {
            queries.add(replaced(&pairs, at, ""), || {
                let words =
                    format!("Its URL has the parameter {name} more than once: one of them was added on the way.");
                Mistake::new(Code::ParameterAdded, words)
            });
        }
    }
    queries.done()
}

/// In the sender's order.
pub(super) fn moved(ground: &Ground<'_>, reading: &Reading) -> Vec<Reading> {
    let mut queries = Queries::of(reading);
    if !ground.signature.signs.needs_whole_query() {
        return Vec::new();
    }
    let pairs = reading.pairs();
    for order in orders(ground) {
        queries.add(arranged(&order, &pairs, |_| None), || {
            Mistake::new(Code::Reordered, "The parameters were reordered on the way.")
        });
    }
    queries.done()
}

/// With parameters that are lacking, where they may have been sent empty, or with a word that is always the same.
pub(super) fn emptied(ground: &Ground<'_>, reading: &Reading) -> Vec<Reading> {
    let mut queries = Queries::of(reading);
    if !ground.signature.signs.needs_whole_query() {
        return Vec::new();
    }
    let pairs = reading.pairs();
    let there: Vec<String> = pairs.iter().map(|pair| name_of(pair)).collect();
    for order in orders(ground) {
        let lacking: Vec<&Member> = order.iter().filter(|member| !there.contains(&member.name)).take(MOST).collect();
        let filled =
            |member: &Member| format!("{}={}", encode(&member.name), member.fixed.as_deref().unwrap_or_default());
        for one in &lacking {
            let name = &one.name;
            let query = arranged(&order, &pairs, |member| (member == *one).then(|| filled(member)));
            queries.add(query, || match &one.fixed {
                None => dropped(&format!("{name} was sent empty and did not arrive")),
                Some(fixed) => {
                    let words = format!("{name} was sent as {fixed} and did not arrive.");
                    Mistake::new(Code::ParameterDropped, words)
                }
            });
        }
        let all: Vec<&Member> = lacking.iter().copied().filter(|member| member.fixed.is_none()).collect();
        if all.len() > 1 {
            let names: Vec<&str> = all.iter().map(|member| member.name.as_str()).collect();
            let query = arranged(&order, &pairs, |member| all.contains(&member).then(|| filled(member)));
            queries.add(query, || dropped(&format!("{} were sent empty and did not arrive", names.join(", "))));
        }
    }
    queries.done()
}

fn dropped(what: &str) -> Mistake {
    let words = format!("{what}: an empty value was turned to nothing (frameworks make it null).");
    Mistake::new(Code::EmptyDropped, words)
}

/// The pairs in this order, with what stands in for a member that is lacking; what is no member comes last.
fn arranged(order: &[Member], pairs: &[&str], lacking: impl Fn(&Member) -> Option<String>) -> String {
    let mut arranged: Vec<String> = Vec::new();
    for member in order {
        let own: Vec<&&str> = pairs.iter().filter(|pair| name_of(pair) == member.name).collect();
        match own.is_empty() {
            true => arranged.extend(lacking(member)),
            false => arranged.extend(own.into_iter().map(|pair| (*pair).to_owned())),
        }
    }
    let is_member = |pair: &&&str| order.iter().any(|member| member.name == name_of(pair));
    arranged.extend(pairs.iter().filter(|pair| !is_member(pair)).map(|pair| (*pair).to_owned()));
    arranged.join("&")
}
