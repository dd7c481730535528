//! The contrast of every pair of colours that stand on one another, computed from the stylesheet by the formula of WCAG 2.
#![expect(clippy::float_arithmetic, reason = "the formula of WCAG has exponents")]

use std::collections::BTreeMap;
use std::fs;

/// The colours of one theme, by their tokens.
type Tokens = BTreeMap<String, String>;

fn stylesheet() -> String {
    fs::read_to_string(crate::root().join("templates/assets/console.css")).unwrap()
}

/// The colours that the block behind this selector sets.
fn tokens(text: &str, selector: &str) -> Tokens {
    let (_, rest) = text.split_once(selector).unwrap_or_else(|| panic!("there is no {selector}"));
    let block = rest.split_once('{').unwrap().1.split_once('}').unwrap().0;
    let pairs = block.split(';').filter_map(|line| line.split_once(':'));
    let pairs = pairs.map(|(name, value)| (name.trim(), value.trim())).filter(|(_, value)| value.starts_with('#'));
    pairs.map(|(name, value)| (name.trim_start_matches("--").to_owned(), value.to_owned())).collect()
}

/// Light, and dark by choice and by the system's wish.
fn themes() -> [(&'static str, Tokens); 3] {
    let text = stylesheet();
    [
        // The first block is the one that follows the head.
        ("light", tokens(&text, "*/\n:root")),
        ("dark", tokens(&text, ":root[data-theme=\"dark\"]")),
        ("dark by the system", tokens(&text, ":root:not([data-theme=\"light\"])")),
    ]
}

/// The relative luminance of `#rrggbb`.
fn luminance(colour: &str) -> f64 {
    let part = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

const GROUNDS: [&str; 4] = ["bg", "surface", "sunken", "accent-soft"];
const SOFT: [&str; 6] = ["accent-soft", "ok-soft", "warn-soft", "bad-soft", "hold-soft", "idle-soft"];

/// What stands on what, and how much it has to differ.
fn pairs() -> Vec<(String, String, f64)> {
    let mut pairs = Vec::new();
    let mut pair = |on: &str, ground: &str, least| pairs.push((on.to_owned(), ground.to_owned(), least));
    for ground in GROUNDS {
        for text in ["ink", "muted", "accent", "ok", "warn", "bad", "hold", "idle"] {
            pair(text, ground, 4.5);
        }
        pair("edge", ground, 3.0);
    }
    for state in ["ok", "warn", "bad", "hold", "idle"] {
        pair(state, &format!("{state}-soft"), 4.5);
    }
    for soft in SOFT {
        pair("ink", soft, 4.5);
        pair("muted", soft, 4.5);
        // A secondary button stands on a band.
        pair("edge", soft, 3.0);
    }
    for ground in ["accent", "bad"] {
        pair("on-accent", ground, 4.5);
    }
    pair("ink", "mark", 4.5);
    pairs
}

#[test]
fn every_pair_of_colours_differs_enough_in_every_theme() {
    for (theme, tokens) in themes() {
        assert_eq!(tokens.len(), 21, "{theme}: {tokens:?}");
        for (on, ground, least) in pairs() {
            let contrast = contrast(&tokens[&on], &tokens[&ground]);
            assert!(contrast >= least, "{theme}: {on} on {ground} has {contrast:.2}, and needs {least}");
        }
    }
}

#[test]
fn the_system_s_dark_theme_is_the_chosen_one() {
    let [_, (_, chosen), (_, wished)] = themes();
    assert_eq!(chosen, wished);
}

#[test]
fn colours_are_named_by_their_tokens_alone() {
    let text = stylesheet();
    let rules = text.split_once("/* Ground */").unwrap().1;
    let written = |line: &&str| line.contains(": #") || line.contains(" #") && line.contains('{');
    let wrong: Vec<&str> = rules.lines().filter(written).collect();
    assert!(wrong.is_empty(), "colours beside the tokens: {wrong:#?}");
}
