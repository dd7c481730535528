//! What programs make of the description: an independent validator reads it, and calls that are made up from it alone, about
//! objects that are there, are answered as it says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::Value;
use tokio::process::Command;

use crate::support::{Api, Home, TOKEN};

/// Where the hooks are, and below that what `tests/run` puts there: the two programs.
const HOOKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openapi");
const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openapi/packages");
const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openapi/schemathesis.toml");
/// Calls that are made up for each operation, besides those at the bounds of every field.
const EXAMPLES: &str = "3";
/// One that shows the same calls on every machine: what is random belongs into a run by hand.
const SEED: &str = "1";
/// Of a hundred calls as described so many succeed at least; the others name what is not there, or what is taken already.
const SUCCEEDING: usize = 90;
/// The calls that never succeed here, each with the reason. A call is only ever taken out of this list.
const NEVER_SEEN: [(&str, &str); 0] = [];

/// A module of Python, to be run with these variables.
async fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    assert!(Path::new(PROGRAMS).exists(), "{PROGRAMS} is missing: tests/run installs it");
    let mut python = Command::new("python3");
    // Each test has a folder of its own, because one of the programs remembers what it found.
    let folder = tempfile::tempdir().unwrap();
    python.env("PYTHONPATH", format!("{PROGRAMS}:{HOOKS}")).env("PYTHONDONTWRITEBYTECODE", "1");
    python.args(arguments).envs(variables.iter().copied()).current_dir(folder.path()).stdin(Stdio::null());
    python.kill_on_drop(true).output().await.unwrap()
}

#[track_caller]
fn is_content(program: &Output) {
    let [printed, complaint] = [&program.stdout, &program.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    assert!(program.status.success(), "{printed}\n{complaint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_independent_validator_takes_the_description() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("openapi.json");
    let ringback = Home::new().start().await;
    std::fs::write(&file, ringback.get("/openapi.json").await.to_string()).unwrap();
    is_content(&run(&["-m", "openapi_spec_validator", file.to_str().unwrap()], &[]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_made_up_from_the_description_are_answered_as_it_says_and_each_succeeds_now_and_then() {
    // A process, whose time is the one that the hooks sign by, and whose retries are soon due.
    let ringback = Home::new().serve().await;
    let (description, url) = (ringback.url("/openapi.json"), ringback.url(""));
    let folder = tempfile::tempdir().unwrap();
    let seen = folder.path().join("seen.json");
    let whom = ["-m", "schemathesis.cli", "--config-file", CONFIG, "run", &description];
    let made_up = ["--checks", "all", "--max-examples", EXAMPLES, "--seed", SEED, "--no-color"];
    let asked = [&whom[..], &made_up[..]].concat();
    let ended = run(
        &asked,
        &[
            ("SCHEMATHESIS_HOOKS", "hooks"),
            ("RINGBACK_URL", &url),
            ("RINGBACK_TOKEN", TOKEN),
            ("RINGBACK_SEEN", seen.to_str().unwrap()),
        ],
    )
    .await;
    is_content(&ended);
    let seen: Statuses = serde_json::from_slice(&std::fs::read(seen).unwrap()).unwrap();
    each_succeeds(&may_succeed(&ringback).await, &seen);
    let ended = ringback.terminate().await;
    assert!(!ended.complaint.contains("panicked"), "{}", ended.complaint);
}

/// Of each call, how many that were as described were answered with which status.
type Statuses = BTreeMap<String, BTreeMap<String, usize>>;

/// Every call that the description says an answer of that is no problem.
async fn may_succeed(ringback: &Api) -> BTreeSet<String> {
    let description = ringback.get("/openapi.json").await;
    let succeeds =
        |operation: &Value| operation["responses"].as_object().unwrap().keys().any(|status| is_success(status));
    let mut calls = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        let methods = methods.as_object().unwrap().iter().filter(|(_, operation)| succeeds(operation));
        calls.extend(methods.map(|(method, _)| format!("{} {path}", method.to_uppercase())));
    }
    calls
}

fn is_success(status: &str) -> bool {
    status.starts_with(['2', '3'])
}

#[track_caller]
fn each_succeeds(calls: &BTreeSet<String>, seen: &Statuses) {
    let (mut never, mut succeeded, mut all) = (BTreeSet::new(), 0, 0);
    for call in calls {
        let statuses = seen.get(call).cloned().unwrap_or_default();
        let of_call: usize = statuses.values().sum();
        let good: usize = statuses.iter().filter(|(status, _)| is_success(status)).map(|(_, count)| count).sum();
        println!("{good:4} of {of_call:4}  {call}  {statuses:?}");
        if good == 0 {
            never.insert(call.as_str());
        }
        (succeeded, all) = (succeeded + good, all + of_call);
    }
    println!("{succeeded} of {all} calls as described succeeded");
    assert_eq!(never, BTreeSet::from(NEVER_SEEN.map(|(call, _)| call)), "never seen to succeed, and known as such");
    assert!(succeeded * 100 >= all * SUCCEEDING, "only {succeeded} of {all} calls as described succeeded");
}
