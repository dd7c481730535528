//! The console: what its pages bear and how they look in a headless Chromium, which `tests/run` installs.

mod account;
mod assets;
mod attention;
mod completions;
mod credit;
mod deliveries;
mod delivery;
mod dialects;
mod egress_ips;
mod forms;
mod homes;
mod lookup;
mod nowhere;
mod pages;
mod parts;
mod people;
mod previewing;
mod problems;
mod recipes;
mod replays;
mod routes;
mod set_up;
mod settings;
mod signing_in;
pub(crate) mod visitor;

use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;

/// Has a script of `tests/browser` look at pages; it says itself what it finds fault with.
async fn looked_at(script: &str, arguments: &[&str]) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let mut command = Command::new("node");
    command.arg(script).args(arguments).current_dir(folder).kill_on_drop(true).stdin(Stdio::null());
    let ended = command.output().await.expect("node has to be there; ./tests/run installs it");
    let told = [ended.stdout, ended.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(ended.status.success(), "Chromium, or `npm ci` in tests/browser, is missing, or:\n{told}");
}
