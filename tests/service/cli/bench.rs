//! `ringback bench`: it measures what it is asked to, on throw-away stores, and says so in a form that machines read.

use std::time::Duration;

use serde_json::Value;

use crate::support::Home;

/// A measurement starts several servers, one after the other.
const PATIENCE: Duration = Duration::from_secs(240);

async fn measured(arguments: &[&str]) -> Value {
    serde_json::from_str(&Home::new().run_within(PATIENCE, arguments).await.done()).unwrap()
}

fn is_known(value: &Value) -> bool {
    value.as_u64().is_some_and(|value| value > 0)
}

#[tokio::test(flavor = "multi_thread")]
async fn both_stores_are_measured_in_one_run_by_all_parts_of_the_table() {
    let database = Home::on_postgres();
    let small = ["bench", "--rounds", "1", "--deliveries", "120", "--seconds", "6", "--rates", "20", "--json"];
    let measured = measured(&[&small[..], &["--sqlite", "--database-url", &database.database_url()]].concat()).await;
    let stores = measured["stores"].as_array().unwrap();
    assert_eq!([&stores[0]["store"], &stores[1]["store"]], ["SQLite", "PostgreSQL"], "{measured}");
    for store in stores {
        let closed = store["closed"].as_array().unwrap();
        let of: Vec<(&Value, &Value)> = closed.iter().map(|one| (&one["workload"], &one["endpoints"])).collect();
        let (single, batch) = (Value::from("single"), Value::from("batch"));
        let (one, many) = (Value::from(1), Value::from(20));
        assert_eq!(of, [(&single, &one), (&single, &many), (&batch, &one), (&batch, &many)], "{store}");
        for series in closed {
            for figure in ["deliveriesPerSecond", "rawPerSecond", "cpuWithDatabaseMsPer1000", "rssPeakKib"] {
                assert!(is_known(&series["median"][figure]), "{figure}: {series}");
            }
            for figure in ["writtenPerDelivery", "commitsPer1000", "storedPerDelivery"] {
                assert!(series["median"][figure].is_u64(), "{figure}: {series}");
            }
        }
        let open = &store["open"][0];
        assert_eq!(open["perSecond"], 20, "{store}");
        assert!(is_known(&open["median"]["p50Us"]) && is_known(&open["median"]["p99Us"]), "{store}");
        assert!(is_known(&store["sustained"]["firstPerSecond"]), "{store}");
    }
    assert_eq!(stores[0]["settings"]["synchronous"], "FULL", "{measured}");
    assert_eq!(stores[1]["settings"]["synchronous_commit"], "on", "{measured}");
    let options = stores[0]["settings"]["compile_options"].as_str().unwrap();
    assert!(options.split(' ').any(|option| option == "THREADSAFE=2"), "{options}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_delivered_on_a_store_with_a_past_is_measured_apart_from_the_past() {
    let small = ["bench", "--only", "closed", "--endpoints", "2", "--rounds", "1", "--deliveries", "50", "--json"];
    let measured = measured(&[&small[..], &["--stored", "1000"]].concat()).await;
    let store = &measured["stores"][0];
    assert_eq!(store["closed"][0]["stored"], 1_000, "{measured}");
    let stored = store["closed"][0]["median"]["storedPerDelivery"].as_u64().unwrap();
    assert!(stored < 20_000, "the past is counted: {measured}");
    assert!(store["open"].as_array().unwrap().is_empty() && store["sustained"].is_null(), "{measured}");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_nodes_are_measured_on_one_database_each_number_of_them_apart() {
    let database = Home::on_postgres();
    let small = ["bench", "--only", "closed", "--endpoints", "1", "--nodes", "1,2", "--rounds", "1", "--json"];
    let on = ["--deliveries", "50", "--database-url", &database.database_url()];
    let measured = measured(&[&small[..], &on].concat()).await;
    let closed = measured["stores"][0]["closed"].as_array().unwrap();
    let nodes: Vec<&Value> = closed.iter().map(|one| &one["nodes"]).collect();
    assert_eq!(nodes, [1, 1, 2, 2], "{measured}");
    assert!(closed.iter().all(|one| is_known(&one["median"]["deliveriesPerSecond"])), "{measured}");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_nodes_are_not_measured_on_a_file() {
    for bench in [&["bench"][..], &["bench", "limits"]] {
        let ended = Home::new().run(&[bench, &["--nodes", "2"]].concat()).await;
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        assert!(ended.complaint.contains("--database-url"), "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn works_of_the_store_are_measured_as_it_grows_and_no_plan_walks_over_it() {
    let database = Home::on_postgres();
    let small =
        ["bench", "growth", "--only", "works,due", "--stored", "1000,20000", "--rounds", "3", "--due", "300", "--json"];
    for place in [&[][..], &["--database-url", &database.database_url()]] {
        let measured = measured(&[&small[..], place].concat()).await;
        for work in measured["works"].as_array().unwrap() {
            let times = work["us"].as_array().unwrap();
            assert!(times.len() == 2 && times.iter().all(is_known), "{work}");
        }
        for plan in measured["plans"].as_array().unwrap() {
            assert_eq!(plan["walks"], false, "{plan}");
        }
        assert!(is_known(&measured["due"]["firstCallbackUs"]), "{measured}");
        assert_eq!(measured["due"]["callbacks"], 300, "{measured}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn looks_and_claims_are_measured_beside_dead_rows_on_both_stores_in_one_run() {
    let database = Home::on_postgres();
    let small = ["bench", "growth", "--only", "dead", "--dead", "100,2000", "--rounds", "5", "--json"];
    let measured = measured(&[&small[..], &["--database-url", &database.database_url()]].concat()).await;
    let kinds = measured["dead"].as_array().unwrap();
    let of: Vec<(&Value, &Value)> = kinds.iter().map(|one| (&one["store"], &one["oldSnapshot"])).collect();
    let [file, database] = ["SQLite", "PostgreSQL"].map(Value::from);
    let [plain, held] = [false, true].map(Value::from);
    assert_eq!(of, [(&file, &plain), (&database, &plain), (&database, &held)], "{measured}");
    for kind in kinds {
        for work in kind["works"].as_array().unwrap() {
            let times = work["us"].as_array().unwrap();
            assert!(times.len() == 2 && times.iter().all(is_known), "{kind}");
            let counted = work["buffers"].as_array().is_some_and(|counts| counts.iter().all(is_known));
            assert_eq!(counted, kind["store"] == database, "{kind}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_callbacks_of_a_limited_app_are_counted_on_several_nodes_of_which_one_is_killed() {
    let database = Home::on_postgres();
    let small = ["bench", "limits", "--rates", "20", "--seconds", "3", "--json"];
    for (place, nodes) in [(vec![], "1"), (vec!["--database-url", &database.database_url()], "3")] {
        let measured = measured(&[&small[..], &["--nodes", nodes], &place].concat()).await;
        let phase = &measured["phases"][0];
        assert_eq!([&phase["perSecond"], &phase["killed"]], [20, u64::from(nodes == "3")], "{measured}");
        let windows = phase["windows"].as_array().unwrap();
        assert!(windows.len() == 4 && windows.iter().all(is_known), "{measured}");
        assert!(phase["withinBounds"].is_boolean(), "{measured}");
    }
}

/// Measures these troubles once each, small, and the app alone so many times; the troubles' own exchanges show that they were
/// there.
async fn healthy_beside(troubles: &[&str], alone: usize, place: &[&str]) -> Value {
    let small = ["bench", "fairness", "--rate", "50", "--seconds", "1", "--due", "200", "--json"];
    let only = ["--only", &troubles.join(",")];
    let measured = measured(&[&small[..], &only, place].concat()).await;
    let beside = measured["beside"].as_array().unwrap();
    let lines: Vec<&Value> = beside.iter().map(|one| &one["trouble"]).collect();
    assert_eq!(lines, troubles, "{measured}");
    for one in beside {
        assert!(is_known(&one["rounds"][0]["troubled"]), "there was no trouble: {one}");
        assert!(one["must"].is_boolean() && one["aim"].is_boolean(), "{one}");
    }
    let phases = measured["alone"]["rounds"].as_array().unwrap();
    assert_eq!(phases.len(), alone, "{measured}");
    for phase in phases.iter().chain(beside.iter().flat_map(|one| one["rounds"].as_array().unwrap())) {
        assert_eq!(phase["deliveredOnce"], 55, "{measured}");
        assert!(is_known(&phase["p50Us"]) && is_known(&phase["p99Us"]), "{measured}");
    }
    measured
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_app_is_measured_beside_each_trouble_and_loses_nothing() {
    let troubles = ["black-hole", "black-holes", "failing", "replay", "readers", "endless"];
    let measured = healthy_beside(&troubles, 4, &[]).await;
    assert_eq!(measured["store"], "SQLite", "{measured}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_app_is_measured_beside_troubles_on_postgresql_too() {
    let database = Home::on_postgres();
    let place = ["--database-url", &database.database_url()];
    let measured = healthy_beside(&["black-holes", "replay"], 2, &place).await;
    assert_eq!(measured["store"], "PostgreSQL", "{measured}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_the_console_are_timed_for_an_operator_and_for_a_publishers_person_on_either_store() {
    let database = Home::on_postgres();
    let small = ["bench", "pages", "--stored", "2000", "--apps", "20", "--rounds", "2", "--json"];
    for place in [&[][..], &["--database-url", &database.database_url()]] {
        let measured = measured(&[&small[..], place].concat()).await;
        for page in measured["pages"].as_array().unwrap() {
            assert!(is_known(&page["operator"]["us"]["p95"]), "{page}");
            // The budget of a page, which no store's size may break: lists are bounded.
            let seen = [&page["operator"], &page["publisher"]].into_iter().filter(|seen| !seen.is_null());
            assert!(seen.clone().all(|seen| seen["bytes"].as_u64().unwrap() < 50_000), "{page}");
        }
    }
}
