//! What no template may hold: anything inline that the console's policy would refuse, and anything foreign.

use std::fs;
use std::path::{Path, PathBuf};

/// Every template, and the scripts that are ours.
fn texts() -> Vec<(PathBuf, String)> {
    fn below(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                below(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "html") {
                found.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    below(&crate::root().join("templates"), &mut found);
    assert!(found.len() > 5, "the templates are somewhere else");
    found
}

/// The elements of this name, each from `<` to `>`.
fn elements<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let begin = format!("<{name}");
    let starts = text.match_indices(&begin).map(|(at, _)| at);
    let starts = starts.filter(|at| text[at + begin.len()..].starts_with([' ', '>', '{']));
    starts.map(|at| &text[at..at + text[at..].find('>').unwrap()]).collect()
}

/// The names of attributes, as far as they can be read without their values.
fn attributes(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| character.is_whitespace() || "<\"'%}".contains(character))
        .filter_map(|word| word.split_once('=').map(|(name, _)| name))
}

#[test]
fn nothing_is_inline_no_style_no_script_no_handler() {
    for (path, text) in texts() {
        let wrong: Vec<&str> = attributes(&text)
            .filter(|name| {
                let name = name.to_lowercase();
                name == "style" || (name.starts_with("on") && name.len() > 2) || name.starts_with("hx-on")
            })
            .collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", path.display());
        assert!(elements(&text, "style").is_empty(), "{}: a style", path.display());
        for script in elements(&text, "script") {
            assert!(script.contains("src="), "{}: {script}", path.display());
        }
        for word in ["javascript:", "js:", "hx-vals=\"js", "hx-boost"] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

#[test]
fn nothing_foreign_is_loaded() {
    for (path, text) in texts() {
        for name in ["src", "href", "action"] {
            for scheme in ["http:", "https:", "//", "data:"] {
                let wrong = format!("{name}=\"{scheme}");
                assert!(!text.contains(&wrong), "{}: {wrong}", path.display());
            }
        }
    }
}

#[test]
fn every_drawing_is_hidden_from_screen_readers_or_has_a_title() {
    for (path, text) in texts() {
        for drawing in elements(&text, "svg") {
            let told = drawing.contains("role=\"img\"") && drawing.contains("aria-labelledby=");
            assert!(drawing.contains("aria-hidden=\"true\"") || told, "{}: {drawing}", path.display());
        }
    }
}

#[test]
fn there_are_twenty_two_icons() {
    let text = fs::read_to_string(crate::root().join("templates/parts/icons.html")).unwrap();
    assert_eq!(text.matches("{%- when \"").count(), 22);
}

#[test]
fn every_form_that_is_posted_begins_with_the_token() {
    for (path, text) in texts() {
        let forms = text.split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap());
        for form in forms.filter(|form| form.contains("method=\"post\"")) {
            let has_token = form.contains("name=\"formToken\"") || form.contains("::token(frame)");
            assert!(has_token, "{}: a form without its token: {form}", path.display());
        }
    }
}
