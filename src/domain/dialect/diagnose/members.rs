//! What happens to the parameters of a query as a whole: one more, one less, another name, another order.

use std::borrow::Cow;
use std::collections::HashMap;

use super::code::{Code, Mistake};
use super::ground::{Ground, Queries};
use super::orders::{Member, orders};
use super::reading::Reading;
use crate::domain::encoding::{decode, encode};

/// So many parameters are looked at one by one.
const MOST: usize = 40;

/// The name of a parameter as it is decoded.
pub(super) fn name_of(pair: &str) -> String {
    #[cfg(test)]
    counted::NAMES.set(counted::NAMES.get() + 1);
    decode(pair.split('=').next().unwrap_or_default())
}

/// A name without what frameworks change of one: its letters and digits, in small letters.
pub fn squeezed(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The names of these pairs.
fn names_of(pairs: &[&str]) -> Vec<String> {
    pairs.iter().map(|pair| name_of(pair)).collect()
}

/// Parameters under names that are not the sender's, but like those that are lacking: all of them, which a framework writes by
/// the same rule, or one by one.
pub(super) fn renamed(ground: &Ground<'_>, reading: &Reading) -> Vec<Reading> {
    let mut queries = Queries::of(reading);
    let pairs = reading.pairs();
    let orders = orders(ground);
    let there = names_of(&pairs);
    let known: Vec<&str> = orders.iter().flatten().map(|member| member.name.as_str()).collect();
    let known = known.into_iter().chain(ground.signature.signed_parameters().iter().map(String::as_str));
    let lacking: Vec<&str> = known.filter(|name| !there.iter().any(|there| there == name)).collect();
    if lacking.is_empty() {
        return Vec::new();
    }
    let squeezed_lacking: Vec<(String, &str)> = lacking.iter().map(|name| (squeezed(name), *name)).collect();
    let like = |(at, name): (usize, &String)| {
        let own = squeezed(name);
        let (_, wanted) = squeezed_lacking.iter().find(|(lacking, _)| *lacking == own)?;
        let value = pairs[at].split_once('=').map_or("", |(_, value)| value);
        Some((at, *wanted, format!("{}={value}", encode(wanted))))
    };
    let found: Vec<(usize, &str, String)> = there.iter().enumerate().filter_map(like).take(MOST).collect();
    if found.len() > 1 {
        let mut all = pairs.clone();
        found.iter().for_each(|(at, _, pair)| all[*at] = pair);
        queries.add(all.join("&"), || {
            let named: Vec<String> =
                found.iter().map(|(at, wanted, _)| format!("{wanted} as {}", there[*at])).collect();
            let words =
                format!("Parameters arrived under other names, {}: they were renamed on the way.", named.join(", "));
            Mistake::new(Code::ParameterRenamed, words)
        });
    }
    for (at, wanted, pair) in &found {
        queries.add(replaced(&pairs, *at, pair), || {
            let words = format!("The parameter {wanted} arrived as {}: it was renamed on the way.", there[*at]);
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
    let names = names_of(&pairs);
    let is_expected = |name: &str| orders.iter().flatten().any(|member| member.name == name);
    let named = || names.iter().zip(&pairs).map(|(name, pair)| (name.as_str(), *pair));
    let (own, unexpected): (Vec<_>, Vec<_>) = named().partition(|(name, _)| is_expected(name));
    if unexpected.len() > 1 && !own.is_empty() {
        queries.add(own.iter().map(|(_, pair)| *pair).collect::<Vec<_>>().join("&"), || {
            let names: Vec<&str> = unexpected.iter().map(|(name, _)| *name).take(MOST).collect();
            let words = format!("The parameters {} were added on the way: sign only what was sent.", names.join(", "));
            Mistake::new(Code::ParameterAdded, words)
        });
    }
    for (at, name) in names.iter().enumerate().take(MOST) {
        queries.add(replaced(&pairs, at, ""), || {
            let words = format!("The parameter {name} was added on the way: sign only what was sent.");
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
    let names = names_of(&pairs);
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
    let pairs = Arranged::of(reading);
    for order in orders(ground) {
        queries.add(pairs.by(&order, |_| None), || {
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
    let pairs = Arranged::of(reading);
    for order in orders(ground) {
        let is_lacking = |member: &&Member| !pairs.by_name.contains_key(&member.name);
        let lacking: Vec<&Member> = order.iter().filter(is_lacking).take(MOST).collect();
        let filled =
            |member: &Member| format!("{}={}", encode(&member.name), member.fixed.as_deref().unwrap_or_default());
        for one in &lacking {
            let name = &one.name;
            let query = pairs.by(&order, |member| (member == *one).then(|| filled(member)));
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
            let query = pairs.by(&order, |member| all.contains(&member).then(|| filled(member)));
            queries.add(query, || dropped(&format!("{} were sent empty and did not arrive", names.join(", "))));
        }
    }
    queries.done()
}

fn dropped(what: &str) -> Mistake {
    let words = format!("{what}: an empty value was turned to nothing (frameworks make it null).");
    Mistake::new(Code::EmptyDropped, words)
}

/// The pairs of a query by their names, each decoded once however many orders are tried.
struct Arranged<'a> {
    by_name: HashMap<String, Vec<usize>>,
    pairs: Vec<&'a str>,
}

impl<'a> Arranged<'a> {
    fn of(reading: &'a Reading) -> Self {
        let pairs = reading.pairs();
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, name) in names_of(&pairs).into_iter().enumerate() {
            by_name.entry(name).or_default().push(at);
        }
        Self { by_name, pairs }
    }

    /// The pairs in this order, with what stands in for a member that is lacking; what is no member comes last.
    fn by(&self, order: &[Member], lacking: impl Fn(&Member) -> Option<String>) -> String {
        let mut arranged: Vec<Cow<'_, str>> = Vec::new();
        let mut is_member = vec![false; self.pairs.len()];
        for member in order {
            let Some(own) = self.by_name.get(&member.name) else {
                arranged.extend(lacking(member).map(Cow::Owned));
                continue;
            };
            for at in own {
                is_member[*at] = true;
                arranged.push(Cow::Borrowed(self.pairs[*at]));
            }
        }
        let others = self.pairs.iter().zip(is_member).filter(|(_, is_member)| !is_member);
        arranged.extend(others.map(|(pair, _)| Cow::Borrowed(*pair)));
        arranged.join("&")
    }
}

/// How many names were decoded on this thread: what a test bounds, since time says nothing on a busy machine.
#[cfg(test)]
pub(super) mod counted {
    use std::cell::Cell;

    thread_local! {
        pub(in super::super) static NAMES: Cell<usize> = const { Cell::new(0) };
    }
}
