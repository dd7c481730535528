//! Rules of the house that no compiler checks: which floor may import which, what only one place may know, and what the
//! README says about the settings.

use std::fs;
use std::path::{Path, PathBuf};

use ringback::settings;

/// The floors from the ground up; those of the last level stand side by side. A module imports from its own floor and from
/// those below.
const FLOORS: [&[&str]; 7] =
    [&["domain"], &["store"], &["dispatch"], &["web"], &["service"], &["command"], &["cli", "demo", "bench"]];

/// The publishers' servers of the demo: they answer as somebody else would, so the rules for our own answers are not
/// theirs.
const NOT_OUR_SERVER: &str = "demo/receiver.rs";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every source file with the first part of its path, and its text without comments and unit tests.
fn files() -> Vec<(String, String, String)> {
    let src = root().join("src");
    let mut paths = Vec::new();
    sources(&src, &mut paths);
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&src).unwrap().display().to_string();
        let floor = name.split(['/', '.']).next().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let code = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        (name, floor, code)
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn floors_are_imported_downwards_only() {
    for (name, floor, code) in files() {
        let Some(own) = FLOORS.iter().position(|level| level.contains(&floor.as_str())) else { continue };
        for other in FLOORS[own..].iter().copied().flatten().filter(|other| **other != floor) {
            assert!(!code.contains(&format!("crate::{other}::")), "{name} imports from {other}, which is not below it");
        }
    }
}

#[test]
fn the_demo_reaches_nothing_but_the_public_interface() {
    for (name, _, code) in files().into_iter().filter(|(_, floor, _)| floor == "demo") {
        for import in code.split("crate::").skip(1) {
            assert!(import.starts_with("command") || import.starts_with("demo"), "{name} imports crate::{import:.60}");
        }
    }
}

#[test]
fn only_the_store_knows_diesel_only_the_web_floor_status_codes_and_only_the_clock_the_time() {
    for (name, floor, code) in files() {
        assert!(floor == "store" || !code.contains("diesel::"), "{name} knows Diesel");
        let not_ours = name == NOT_OUR_SERVER;
        let answers = not_ours || floor == "web" || floor == "service" || !code.contains("actix_web");
        assert!(answers, "{name} knows the web framework");
        assert!(name == "clock.rs" || !code.contains("SystemTime::now"), "{name} reads the time");
        assert!(not_ours || name == "web/error.rs" || !code.contains("StatusCode::"), "{name} decides a status code");
    }
}

#[test]
fn which_engine_it_is_matters_in_the_stores_backend_queue_and_inspect_alone() {
    let words = [
        "on_backend!",
        "Conn::Sqlite",
        "Conn::Postgres",
        "SqliteConnection",
        "PgConnection",
        "Location::Sqlite",
        "Location::Postgres",
    ];
    for (name, _, code) in files() {
        let may = ["backend/", "queue/", "inspect/"].iter().any(|room| name.starts_with(&format!("store/{room}")));
        let known = words.iter().find(|word| code.contains(**word));
        assert!(may || known.is_none(), "{name} asks which engine it runs on: {known:?}");
    }
}

#[test]
fn settings_are_read_by_main_cli_and_service_alone() {
    for (name, floor, code) in files() {
        let may = matches!(floor.as_str(), "settings" | "cli" | "service" | "lib" | "main");
        assert!(may || !code.contains("crate::settings"), "{name} reads settings");
    }
}

#[test]
fn a_dialect_is_data_and_no_code_names_one() {
    for (name, floor, code) in files() {
        let is_test = name.ends_with("tests.rs") || name == "domain/dialect/trial.rs";
        let is_catalog =
            is_test || name == "domain/dialect/catalog.rs" || matches!(floor.as_str(), "cli" | "demo" | "bench");
        for dialect in ["besitos", "offermaru", "affonso", "attribloom"] {
            assert!(is_catalog || !code.to_lowercase().contains(dialect), "{name} names {dialect}");
        }
    }
}

#[test]
fn the_example_of_three_nodes_is_made_of_settings_that_mean_something() {
    let folder = root().join("docs/three-nodes");
    let mut egress_ips = Vec::new();
    for node in ["front.env", "sender-a.env", "sender-b.env"] {
        let text = fs::read_to_string(folder.join(node)).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let pairs: Vec<(&str, &str)> = lines.map(|line| line.split_once('=').unwrap()).collect();
        for (name, _) in &pairs {
            assert!(settings::TABLE.iter().any(|setting| setting.env == *name), "{node}: {name} is no setting");
        }
        let look_up = |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let node = settings::Settings::from_env(look_up).unwrap();
        egress_ips.extend(node.egress_bind.into_iter().flatten().map(|(address, _)| address));
    }
    egress_ips.sort();
    egress_ips.dedup();
    assert_eq!(egress_ips.len(), 3, "each address is held by one node: {egress_ips:?}");
}

#[test]
fn the_readme_lists_the_settings_as_the_code_has_them() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let table = settings::markdown_table();
    assert!(readme.contains(&table), "README.md should hold this table:\n{table}");
}
