//! What an operator is shown first: what `/metrics` tells, the alert rules over it and the dashboard, as they stand in
//! `docs/monitoring`. The rules and the dashboard are tried with a real Prometheus, which `tests/run` installs.

mod counted;
mod documents;
mod prometheus;
mod queries;
mod rules;
mod waiting;

use std::path::PathBuf;

use crate::support::{Api, found};

/// A file of `docs/monitoring`.
fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/monitoring").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(file(name)).unwrap()
}

/// What `/metrics` tells at this moment.
async fn metrics(api: &Api) -> String {
    api.get("/metrics").await.as_str().unwrap().to_owned()
}

/// Waits until `/metrics` has this line: what the store says is a second old.
async fn tells(api: &Api, line: &str) {
    found(line, || async { metrics(api).await.lines().any(|told| told == line).then_some(()) }).await;
}
