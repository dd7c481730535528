//! Runs the vectors: files that say, for a completion, an endpoint, a secret and an instant, the exact request that must
//! go out. They are for other senders and receivers as well, so they hold everything and refer to nothing of ours.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod anything;
mod distortions;
mod document;
mod others;
mod pasted;
mod properties;
mod receiver_code;
mod right_signature;
mod run;

use std::fs;
use std::path::{Path, PathBuf};

use ringback::domain::dialect::catalog::Catalog;
use ringback::domain::dialect::vector::Vector;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain/dialect/catalog/vectors")
}

/// Every vector with its dialect's name and its path.
fn files() -> Vec<(String, PathBuf, serde_json::Value)> {
    let mut files = Vec::new();
    for dialect in fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let name = dialect.file_name().unwrap().to_str().unwrap().to_owned();
        for path in fs::read_dir(&dialect).unwrap().map(|entry| entry.unwrap().path()) {
            let json = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            files.push((name.clone(), path, json));
        }
    }
    files.sort_by(|a, b| a.1.cmp(&b.1));
    files
}

#[test]
fn every_vector_is_composed_exactly() {
    let catalog = Catalog::builtin();
    for (_, path, json) in files() {
        let vector: Vector = serde_json::from_value(json).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        run::run(&catalog, &vector, &path);
    }
}

#[test]
fn every_vector_is_compiled_into_its_recipe() {
    let catalog = Catalog::builtin();
    for (dialect, path, json) in files() {
        let recipe = catalog.get_version(json["recipe"].as_str().unwrap()).unwrap();
        assert_eq!(recipe.name(), dialect, "{}", path.display());
        assert!(recipe.vectors().contains(&json), "{} is not in the catalog", path.display());
    }
    let compiled: usize = catalog.newest().map(|recipe| recipe.vectors().len()).sum();
    assert_eq!(compiled, files().len());
}
