//! The dashboard and the alert rules over the metrics of a real server, as a real Prometheus scraped them.

use serde_json::{Value, json};

use super::prometheus::Prometheus;
use super::read;
use crate::support::{Home, found};

/// Every query of the dashboard, with values for its variables.
fn queries() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(&read("dashboard.json")).unwrap();
    let targets = |panel: &Value| panel["targets"].as_array().cloned().unwrap_or_default();
    let targets = dashboard["panels"].as_array().unwrap().iter().flat_map(targets);
    targets
        .map(|target| target["expr"].as_str().unwrap().replace("$__rate_interval", "1m").replace("$instance", ".*"))
        .collect()
}

/// Whether there is a figure in it.
fn has_data(result: &[Value]) -> bool {
    result.iter().any(|series| series["value"][1].as_str().is_some_and(|value| value != "NaN"))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_query_of_the_dashboard_is_answered_with_data_and_no_alert_fires_over_a_server_that_is_well() {
    let home = Home::new();
    let server = home.serve().await;
    let prometheus = Prometheus::watching(&server, &home).await;
    let wall = server.wall("besitos", json!({})).await;
    let mut unanswered = queries();
    assert!(unanswered.len() > 20, "{unanswered:?}");
    let mut reported = 0;
    // What grows only shows between two looks, so reports come until all is seen.
    while !unanswered.is_empty() {
        wall.report_until(&format!("tx-{reported}"), "delivered").await;
        reported += 1;
        assert!(reported < 20_000, "never answered with data: {unanswered:#?}");
        let mut still = Vec::new();
        for query in unanswered {
            if !has_data(&prometheus.query(&query).await) {
                still.push(query);
            }
        }
        unanswered = still;
    }
    let rules = found("all rules are evaluated", || async {
        let rules = prometheus.rules().await;
        (!rules.is_empty() && rules.iter().all(|(_, health)| health != "unknown")).then_some(rules)
    })
    .await;
    assert!(rules.iter().all(|(_, health)| health == "ok"), "{rules:?}");
    let firing = prometheus.query("ALERTS{alertstate=\"firing\"}").await;
    assert!(firing.is_empty(), "{firing:?}");
}
