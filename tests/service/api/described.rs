//! What programs make of the description: an independent validator reads it, and calls that are made up from it alone are
//! answered as it says.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use crate::support::{Api, Ringback, TOKEN};

/// Where `tests/run` puts the two programs.
const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openapi/packages");
/// Calls that are made up for each operation, besides those at the bounds of every field.
const EXAMPLES: &str = "3";
/// One that shows the same calls on every machine: what is random belongs into a run by hand.
const SEED: &str = "1";

/// Runs a module of Python, which must be content.
async fn run(arguments: &[&str]) {
    assert!(Path::new(PROGRAMS).exists(), "{PROGRAMS} is missing: tests/run installs it");
    let mut python = Command::new("python3");
    // Each test has a folder of its own, because one of the programs remembers what it found.
    let folder = tempfile::tempdir().unwrap();
    python.env("PYTHONPATH", PROGRAMS).args(arguments).current_dir(folder.path()).stdin(Stdio::null());
    let ended = python.kill_on_drop(true).output().await.unwrap();
    let printed = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success(), "{arguments:?}:\n{printed}\n{}", String::from_utf8_lossy(&ended.stderr));
}

async fn written(api: &Api, folder: &tempfile::TempDir) -> String {
    let file = folder.path().join("openapi.json");
    std::fs::write(&file, api.get("/openapi.json").await.to_string()).unwrap();
    file.to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_independent_validator_takes_the_description() {
    let folder = tempfile::tempdir().unwrap();
    let ringback = Ringback::start().await;
    let file = written(&ringback, &folder).await;
    run(&["-m", "openapi_spec_validator", &file]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_made_up_from_the_description_are_answered_as_it_says() {
    let ringback = Ringback::start().await;
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openapi/schemathesis.toml");
    let description = ringback.url("/openapi.json");
    let token = format!("Authorization: Bearer {TOKEN}");
    let made_up = ["--checks", "all", "--max-examples", EXAMPLES, "--seed", SEED, "--no-color"];
    let whom = ["-m", "schemathesis.cli", "--config-file", config, "run", &description, "-H", &token];
    run(&[&whom[..], &made_up[..]].concat()).await;
}
