//! The floors: what stands on which, and that imports lead downwards only.

use crate::house::{HOUSE, Target};

/// The floors from the ground up, as docs/ARCHITECTURE.md draws them. What stands on one line stands side by side and
/// imports nothing of one another.
const FLOORS: [&[&str]; 13] = [
    &["domain"],
    &["clock"],
    &["random"],
    &["store"],
    &["dispatch"],
    &["actions"],
    &["web"],
    &["telemetry"],
    &["settings"],
    &["service"],
    &["command"],
    &["cli", "demo", "bench"],
    &["main"],
];

/// The floor that a module stands on; the library's own root, which only says what there is, stands on none.
pub(crate) fn floor(module: &[String]) -> Option<&str> {
    module.first().map(String::as_str)
}

fn height(floor: &str) -> Option<usize> {
    FLOORS.iter().position(|side_by_side| side_by_side.contains(&floor))
}

#[test]
fn every_module_stands_on_a_floor() {
    for (module, _) in HOUSE.modules() {
        assert!(floor(module).is_none_or(|floor| height(floor).is_some()), "{module:?} stands on no floor");
    }
}

#[test]
fn floors_are_imported_downwards_only() {
    let upwards = HOUSE.imports().filter_map(|import| {
        let Target::Module(to) = &import.to else { return None };
        // A folder and what stands inside of it are one thing in several files.
        if to.starts_with(import.from) || import.from.starts_with(to) {
            return None;
        }
        let (own, other) = (floor(import.from)?, floor(to)?);
        (own != other && height(own) <= height(other)).then(|| format!("{own} -> {other} ({})", import.told()))
    });
    let upwards: Vec<String> = upwards.collect();
    assert!(upwards.is_empty(), "imports that do not lead downwards:\n{}", upwards.join("\n"));
}
