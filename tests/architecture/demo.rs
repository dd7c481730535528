//! The demo reaches the product as a stranger would: over HTTP, and by starting `ringback serve`.

use std::collections::BTreeMap;

use crate::floors::floor;
use crate::house::{HOUSE, Target};

/// The only floor below that it may name, since starting a process and printing a line are no part of the product.
const COMMAND: &str = "command";

/// Modules of ours that it names nevertheless today. The list may only become shorter.
const STILL_NAMED: [&str; 9] = [
    "cli",
    "clock",
    "domain::secret",
    "domain::surface",
    "domain::time",
    "service",
    "settings",
    "telemetry",
    "web::generate",
];

#[test]
fn the_demo_reaches_nothing_but_the_public_interface() {
    let mut named = BTreeMap::new();
    for import in HOUSE.imports().filter(|import| floor(import.from) == Some("demo")) {
        if let Target::Module(to) = &import.to
            && !matches!(floor(to), Some("demo" | COMMAND))
        {
            named.insert(to.join("::"), import.told());
        }
    }
    let new: Vec<_> = named.iter().filter(|(module, _)| !STILL_NAMED.contains(&module.as_str())).collect();
    assert!(new.is_empty(), "the demo names what no publisher can see: {new:#?}");
    let gone: Vec<_> = STILL_NAMED.iter().filter(|module| !named.contains_key(**module)).collect();
    assert!(gone.is_empty(), "the demo no longer names {gone:?}: strike it out");
}
