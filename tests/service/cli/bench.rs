//! `ringback bench`: it measures what it is asked to, on throw-away stores, and says so in a form that machines read.

use std::time::Duration;

use serde_json::Value;

use crate::support::Home;

/// A measurement starts several servers, one after the other.
const PATIENCE: Duration = Duration::from_secs(240);

async fn measured(arguments: &[&str]) -> Value {
    serde_json::from_str(&Home::new().run_within(PATIENCE, arguments).await.done()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn several_nodes_are_measured_on_one_database_each_number_of_them_apart() {
    let database = Home::on_postgres();
    let small = ["bench", "--nodes", "1,2", "--rounds", "1", "--deliveries", "50", "--json"];
    let measured = measured(&[&small[..], &["--database-url", &database.database_url()]].concat()).await;
    let nodes: Vec<&Value> = measured["measured"].as_array().unwrap().iter().map(|one| &one["nodes"]).collect();
    assert_eq!(nodes, [1, 2], "{measured}");
    for one in measured["measured"].as_array().unwrap() {
        for workload in ["single", "batch"] {
            let rate = &one["workloads"][workload]["median"]["deliveriesPerSecond"];
            assert!(rate.as_u64().is_some_and(|rate| rate > 0), "{measured}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_nodes_are_not_measured_on_a_file() {
    let ended = Home::new().run(&["bench", "--nodes", "2"]).await;
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(ended.complaint.contains("--database-url"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn works_of_the_store_are_measured_without_and_with_history_and_no_plan_walks_over_it() {
    let database = Home::on_postgres();
    let small = ["bench", "history", "--deliveries", "20000", "--rounds", "3", "--json"];
    for place in [&[][..], &["--database-url", &database.database_url()]] {
        let measured = measured(&[&small[..], place].concat()).await;
        for work in measured["works"].as_array().unwrap() {
            let times = [&work["withoutUs"], &work["withUs"]];
            assert!(times.iter().all(|time| time.as_u64().is_some_and(|time| time > 0)), "{work}");
        }
        for plan in measured["plans"].as_array().unwrap() {
            assert_eq!(plan["walks"], false, "{plan}");
        }
    }
}
