//! No circle of imports: of the modules that stand side by side in one folder, each taken with everything below it, none
//! imports another one that leads back to it.
//!
//! What a folder and its own modules say of one another does not count: they are one thing in several files.

use std::collections::{BTreeMap, BTreeSet};

use crate::house::{HOUSE, House, Target};

/// Modules of one folder that lead to one another.
struct Circle {
    folder: String,
    members: BTreeSet<String>,
    /// What imports what, each with one example.
    edges: Vec<(String, String, String)>,
}

/// What imports what in one folder, each with one example.
type Edges = BTreeMap<(String, String), String>;

fn circles(house: &House) -> Vec<Circle> {
    let mut folders: BTreeMap<String, Edges> = BTreeMap::new();
    for import in house.imports() {
        let Target::Module(to) = &import.to else { continue };
        let common = import.from.iter().zip(to).take_while(|(one, other)| one == other).count();
        if let (Some(one), Some(other)) = (import.from.get(common), to.get(common)) {
            let edges = folders.entry(import.from[..common].join("::")).or_default();
            edges.entry((one.clone(), other.clone())).or_insert_with(|| import.told());
        }
    }
    folders.into_iter().flat_map(|(folder, edges)| circles_of(&folder, &edges)).collect()
}

fn circles_of(folder: &str, edges: &Edges) -> Vec<Circle> {
    let names: BTreeSet<&String> = edges.keys().map(|(from, _)| from).collect();
    let reached: BTreeMap<&String, BTreeSet<&String>> =
        names.iter().map(|name| (*name, reached(name, edges))).collect();
    let mut found: Vec<Circle> = Vec::new();
    for name in &names {
        let seen = found.iter().any(|circle| circle.members.contains(*name));
        if seen || !reached[name].contains(name) {
            continue;
        }
        let both_ways = |other: &&&String| reached.get(**other).is_some_and(|back| back.contains(name));
        let members: BTreeSet<String> = reached[name].iter().filter(both_ways).map(|name| (*name).clone()).collect();
        let inside = edges.iter().filter(|((from, to), _)| members.contains(from) && members.contains(to));
        let edges = inside.map(|((from, to), example)| (from.clone(), to.clone(), example.clone())).collect();
        found.push(Circle { folder: folder.to_owned(), members, edges });
    }
    found
}

/// Everything that one leads to, by whatever way.
fn reached<'a>(from: &'a str, edges: &'a Edges) -> BTreeSet<&'a String> {
    let mut reached = BTreeSet::new();
    let mut left = vec![from];
    while let Some(at) = left.pop() {
        let next = edges.keys().filter(|(from, _)| from == at).map(|(_, to)| to);
        left.extend(next.filter(|to| reached.insert(*to)).map(String::as_str));
    }
    reached
}

impl Circle {
    fn told(&self) -> String {
        let members: Vec<&str> = self.members.iter().map(String::as_str).collect();
        let edges = self.edges.iter().map(|(from, to, example)| format!("\n  {from} -> {to} ({example})"));
        format!("in `{}`: {}{}", self.folder, members.join(", "), edges.collect::<String>())
    }
}

#[test]
fn no_modules_side_by_side_import_one_another_in_a_circle() {
    let circles: Vec<String> = circles(&HOUSE).iter().map(Circle::told).collect();
    assert!(circles.is_empty(), "circles of imports:\n{}", circles.join("\n"));
}

#[test]
fn a_circle_is_found_through_folders_and_names_passed_on_and_is_told_with_its_imports() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "pub mod deep; pub use deep::Thing;"),
        ("a/deep.rs", "use super::super::b::f; pub struct Thing;"),
        ("b/mod.rs", "mod inner; fn f() -> crate::c::Passed { todo!() }"),
        ("b/inner.rs", "use super::f;"),
        ("c.rs", "pub use super::a::Thing as Passed;"),
    ];
    let text = |name: &str| files.iter().find(|(file, _)| *file == name).map(|(_, text)| (*text).to_owned());
    let found = circles(&House::of(text, vec![]));
    assert_eq!(found.len(), 1);
    let told = found[0].told();
    assert_eq!(told, "in ``: a, b\n  a -> b (a/deep.rs: super::super::b::f)\n  b -> a (b/mod.rs: crate::c::Passed)");
}
