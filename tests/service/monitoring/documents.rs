//! What the documents say of metrics is what `/metrics` tells.

use std::collections::BTreeSet;

use super::{metrics, read};
use crate::support::Ringback;

/// Name, type and meaning of each metric, as rows of the table.
fn rows(told: &str) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for help in told.lines().filter_map(|line| line.strip_prefix("# HELP ")) {
        let (name, meaning) = help.split_once(' ').unwrap();
        let kind = told.lines().find_map(|line| line.strip_prefix(&format!("# TYPE {name} "))).unwrap();
        let ending = if kind == "counter" { "_total" } else { "" };
        rows.push(format!("| `{name}{ending}` | {kind} | {} |", meaning.trim_end_matches('.')));
    }
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_metrics_is_what_metrics_tells() {
    let ringback = Ringback::start().await;
    let told = rows(&metrics(&ringback).await);
    let written: Vec<String> =
        read("README.md").lines().filter(|line| line.starts_with("| `ringback_")).map(str::to_owned).collect();
    assert_eq!(written, told, "docs/monitoring/README.md should hold these rows:\n{}", told.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_label_but_these_few_exists_so_that_no_caller_makes_series() {
    let ringback = Ringback::start().await;
    ringback.wall("besitos", serde_json::json!({})).await.report_until("tx-1", "delivered").await;
    let told = metrics(&ringback).await;
    let labels: BTreeSet<&str> = (told.lines().filter(|line| !line.starts_with('#')))
        .filter_map(|line| line.split_once('{'))
        .flat_map(|(_, labels)| labels.split_once('}').unwrap().0.split(','))
        .map(|label| label.split_once('=').unwrap().0)
        .collect();
    assert_eq!(labels, BTreeSet::from(["gate", "le", "outcome", "result", "status", "waiting_for"]));
}

#[test]
fn alerts_and_dashboard_ask_for_metrics_of_the_table() {
    let table = read("README.md");
    for document in ["alerts.yml", "dashboard.json"] {
        let text = read(document);
        let names = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
        for name in names.filter(|name| name.starts_with("ringback_")) {
            let histogram = ["_bucket", "_sum", "_count"].iter().find_map(|ending| name.strip_suffix(ending));
            let row = format!("| `{}` |", histogram.unwrap_or(name));
            assert!(table.contains(&row), "{document} asks for {name}, which the table does not know");
        }
    }
}
