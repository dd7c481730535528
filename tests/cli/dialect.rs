//! `ringback dialect`: from a dialect that ships to a checked copy of it, without a server.

use serde_json::{Value, json};

use crate::command::ringback;

/// A copy of a dialect that ships, under a name of the operator's own.
fn copy(dialect: &str) -> String {
    let shown = ringback(&["dialect", "show", dialect, "--toml"], "", None).done();
    let named = format!("name = \"{dialect}\"");
    assert!(shown.contains(&named), "{shown}");
    shown.replacen(&named, &format!("name = \"x-{dialect}\""), 1)
}

/// Files of its vectors, and the folder that holds them.
fn vectors(dialect: &str) -> (tempfile::TempDir, Vec<String>) {
    let described = ringback(&["dialect", "show", dialect], "", None).done();
    let described: Value = serde_json::from_str(&described).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (first, others) = described["vectors"].as_array().unwrap().split_first().unwrap();
    let mut paths = Vec::new();
    for (name, content) in [("one.json", first.clone()), ("others.json", json!(others))] {
        let path = folder.path().join(name);
        std::fs::write(&path, content.to_string()).unwrap();
        paths.push(path.to_str().unwrap().to_owned());
    }
    (folder, paths)
}

#[test]
fn a_copy_of_a_dialect_that_ships_could_be_published_as_it_is() {
    let (_folder, files) = vectors("wannads");
    let mut arguments = vec!["dialect", "check", "-", "--vectors"];
    arguments.extend(files.iter().map(String::as_str));
    let out = ringback(&arguments, &copy("wannads"), None).done();
    assert!(out.starts_with("- could be published.\nOf 12 standard cases 12 are composed"), "{out}");
    assert!(out.contains("The signature leaves open: reversal."), "{out}");
    assert!(out.contains("Warning: signature.legacy: ") && out.contains("Warning: version: "), "{out}");
    arguments.push("--json");
    let json: Value = serde_json::from_str(&ringback(&arguments, &copy("wannads"), None).done()).unwrap();
    assert_eq!(
        (&json["publishable"], &json["findings"], &json["cases"][0]["readBack"]),
        (&json!(true), &json!([]), &json!(true))
    );
    assert!(json["cases"][0]["signedText"].as_str().unwrap().ends_with("{secret}"), "{json}");
    assert_eq!(json["vectors"][0]["matches"], true);
}

#[test]
fn each_finding_is_told_with_its_place_and_ends_with_1() {
    let recipe = copy("wannads").replace("legacy = true\n", "").replace("timeout_seconds = 60", "timeout_seconds = 61");
    let ended = ringback(&["dialect", "check", "-"], &recipe, None);
    assert_eq!(ended.code, 1);
    assert!(
        ended.out.starts_with("- cannot be published; 1 finding:\n  timeout_seconds: must be 1 to 60"),
        "{}",
        ended.out
    );
    let ended = ringback(&["dialect", "check", "-"], &recipe.replace("= 61", "= 60"), None);
    assert!(
        ended.out.contains("\n  vectors: ") && ended.out.contains("\n  signature.legacy: must be true"),
        "{}",
        ended.out
    );
    let ended = ringback(&["dialect", "check", "-", "--json"], "name = \"x-a\"\nhost = \"internal\"", None);
    let json: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((ended.code, &json["publishable"], &json["findings"][0]["place"]), (1, &json!(false), &json!("line 2")));
}

#[test]
fn what_cannot_be_read_or_is_not_known_is_refused_by_its_name() {
    let refused = |arguments: &[&str]| ringback(&[&["dialect"], arguments].concat(), "", None).refused();
    assert!(refused(&["check", "/nowhere/x.toml"]).contains("/nowhere/x.toml"));
    assert!(refused(&["check", "-", "--vectors", "/nowhere/v.json"]).contains("--vectors"));
    assert!(refused(&["show", "unheard-of"]).contains("those that ship are besitos"));
    assert!(refused(&["show", "x-acme"]).contains("x-acme"));
}
