//! The demo reaches the product as a stranger would: over HTTP, and by starting `ringback serve`.

use crate::floors::floor;
use crate::house::{HOUSE, Target};

/// Starting a process and printing a line are no part of the product.
const MAY_NAME: [&str; 2] = ["demo", "command"];

#[test]
fn the_demo_reaches_nothing_but_the_public_interface() {
    let of_the_demo = HOUSE.imports().filter(|import| floor(import.from) == Some("demo"));
    let named = of_the_demo.filter(|import| match &import.to {
        Target::Module(to) => !floor(to).is_some_and(|floor| MAY_NAME.contains(&floor)),
        Target::Crate(_) => false,
    });
    let named: Vec<String> = named.map(|import| import.told()).collect();
    assert!(named.is_empty(), "the demo names what no publisher can see: {named:#?}");
}

#[test]
fn what_the_demo_may_name_passes_nothing_of_the_product_on() {
    let of_command = HOUSE.imports().filter(|import| floor(import.from) == Some("command"));
    let named = of_command.filter(|import| match &import.to {
        Target::Module(to) => !matches!(floor(to), Some("command" | "clock")),
        Target::Crate(_) => false,
    });
    let named: Vec<String> = named.map(|import| import.told()).collect();
    assert!(named.is_empty(), "what all commands share names more than the clock: {named:#?}");
}
