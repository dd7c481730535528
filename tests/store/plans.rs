//! What must cost the same whatever the history is answered by the index that was made for it, on either engine.

use diesel::prelude::*;
use diesel::sql_types::Text;
use ringback::domain::time::Timestamp;
use ringback::store::inspect::{Plan, Sample, Size};

use crate::setup::{NOW, store};

/// Every query, and the index that was made for it; a primary key goes by PostgreSQL's name for it. What only inserts looks
/// nothing up.
const MADE_FOR: [(&str, &str); 104] = [
    ("due endpoints", "deliveries_due"),
    ("held endpoints", "deliveries_held"),
    ("due deliveries of endpoints", "deliveries_due"),
    ("claim", "deliveries_pkey"),
    ("settle", "deliveries_pkey"),
    ("record: look", "erased_keys_pkey"),
    ("record: insertion", ""),
    ("record: external id", "reported_pkey"),
    ("record: transaction id", "transaction_ids_pkey"),
    ("record: click", "click_conversions_pkey"),
    ("record: an erased key", "erased_keys_pkey"),
    ("claims of a node", "deliveries_claimed"),
    ("claims of a dead node", "deliveries_claimed"),
    ("tests that wait", "deliveries_pending_tests"),
    ("reviews that are over", "completions_in_review"),
    ("reviews by their end", "completions_in_review"),
    ("retention: oldest", "deliveries_pkey"),
    ("retention: deliveries", "deliveries_pkey"),
    ("retention: attempts", "attempts_pkey"),
    ("retention: oldest clicks", "clicks_pkey"),
    ("retention: clicks", "clicks_pkey"),
    ("erasure: tests of an app", "deliveries_tests"),
    ("replay: reopened lately", "deliveries_unsettled"),
    ("replay: due of an endpoint", "deliveries_due"),
    ("replay: dead deliveries", "deliveries_unsettled"),
    ("replay: all deliveries", "deliveries_by_app"),
    ("newest completion of an app", "completions_by_app"),
    ("completions of keys, in an app", "completions_pkey"),
    ("look-up: a delivery's completion", "deliveries_pkey"),
    ("look-up: a reversal's completion", "reversals_pkey"),
    ("look-up: what sources call so", "reported_pkey"),
    ("look-up: what sources called so", "erased_keys_pkey"),
    ("look-up: attempts of deliveries", "attempts_pkey"),
    ("look-up: when replayed", "deliveries_pkey"),
    ("completions by transaction id", "transaction_ids_pkey"),
    ("completions by an erased transaction id", "erased_keys_pkey"),
    ("deliveries of a completion", "deliveries_once"),
    ("attempts of a delivery", "attempts_pkey"),
    ("a click", "clicks_pkey"),
    ("a session and its person", "sessions_by_token"),
    ("failures to sign in", "sign_in_attempts_pkey"),
    ("completions", "completions_pkey"),
    ("completions of a user", "completions_by_user"),
    ("completions of a user, looked through", "completions_by_user"),
    ("completions of an app", "completions_by_app"),
    ("completions of an app, looked through", "completions_by_app"),
    ("completions of a click", "completions_by_click"),
    ("completions taken back", "completions_reversed"),
    ("completions taken back, looked through", "completions_reversed"),
    ("completions in review", "completions_in_review"),
    ("completions of a user: window", "completions_by_user"),
    ("completions of an app: window", "completions_by_app"),
    ("completions of an app: rest", "completions_by_app"),
    ("completions taken back: window", "completions_reversed"),
    ("completions in review: are they few", "completions_in_review"),
    ("a page of completions", "completions_pkey"),
    ("completions of apps: heads", "completions_by_app"),
    ("completions taken back of apps: heads", "completions_reversed"),
    ("deliveries", "deliveries_pkey"),
    ("deliveries of an app", "deliveries_by_app"),
    ("deliveries of an app, looked through", "deliveries_by_app"),
    ("dead deliveries of an app", "deliveries_unsettled"),
    ("dead deliveries of an app, looked through", "deliveries_unsettled"),
    ("held deliveries of an app, looked through", "deliveries_unsettled"),
    ("tests of an app", "deliveries_tests"),
    ("tests of an app, looked through", "deliveries_tests"),
    ("deliveries that are being sent", "deliveries_claimed"),
    ("deliveries of some completions", "deliveries_once"),
    ("deliveries: window", "deliveries_pkey"),
    ("deliveries of an app: window", "deliveries_by_app"),
    ("dead deliveries of an app: window", "deliveries_unsettled"),
    ("dead deliveries of an app: rest", "deliveries_unsettled"),
    ("tests of an app: window", "deliveries_tests"),
    ("deliveries of a user: completions", "completions_by_user"),
    ("deliveries of a user: window", "completions_by_user"),
    ("deliveries of apps: heads", "deliveries_by_app"),
    ("deliveries of apps by state: heads", "deliveries_unsettled"),
    ("deliveries of all apps by state: heads", "deliveries_unsettled"),
    ("tests of all apps: heads", "deliveries_tests"),
    ("a page of deliveries", "deliveries_pkey"),
    ("a page of deliveries: what they tell of", "completions_pkey"),
    ("a page of deliveries: last attempts", "attempts_pkey"),
    ("health of apps", ""),
    ("health of all apps", "rollups_by_time"),
    ("health of all recipes", "recipe_rollups_by_time"),
    ("health of a recipe", ""),
    ("day of apps", ""),
    ("day of all apps", "rollups_by_time"),
    ("retention: roll-ups", "rollups_by_time"),
    ("retention: roll-ups of recipes", "recipe_rollups_by_time"),
    ("counts: dead of an app", "deliveries_unsettled"),
    ("counts: waiting of an app", "deliveries_unsettled"),
    ("counts: waiting of any app", "deliveries_unsettled"),
    ("counts: endpoints with any", ""),
    ("counts: next endpoint with waiting ones", "deliveries_due"),
    ("counts: next endpoint with held ones", "deliveries_held"),
    ("counts: waiting of an endpoint", "deliveries_due"),
    ("counts: delivered", "deliveries_by_app"),
    ("counts: sending", "deliveries_claimed"),
    ("counts: sending of any app", "deliveries_claimed"),
    ("counts: in line", "deliveries_claimed"),
    ("counts: held, by reason", "deliveries_unsettled"),
    ("counts: held of endpoints together", "deliveries_held"),
    ("counts: dead of apps together", "deliveries_unsettled"),
];

async fn plans() -> Vec<Plan> {
    let fresh = store();
    let text = |text: &str| text.to_owned();
    let sample = Sample {
        app_id: text("app_1"),
        endpoint_id: text("end_1"),
        user_id: text("u1"),
        transaction_id: text("tx1"),
        completion_id: text("cmp_1"),
        delivery_id: text("dlv_1"),
        click_id: text("clk_1"),
        before: Timestamp::from_millis(NOW.as_millis() - 1),
        now: NOW,
    };
    fresh.store.plans(sample, Size::Large).await.unwrap()
}

#[tokio::test]
async fn every_query_of_the_hot_path_is_answered_by_the_index_that_was_made_for_it() {
    let plans = plans().await;
    let asked: Vec<&str> = plans.iter().map(|plan| plan.query).collect();
    assert_eq!(asked, MADE_FOR.map(|(query, _)| query));
    let others: Vec<&Plan> = (plans.iter().zip(MADE_FOR))
        .filter(|(plan, (_, index))| !index.is_empty() && !plan.indexes().iter().any(|used| used == index))
        .map(|(plan, _)| plan)
        .collect();
    assert!(others.is_empty(), "{others:#?}");
}

/// A bitmap scan reads all rows of its index before the first is shown, and a join may begin with what is only looked up.
#[tokio::test]
async fn no_list_and_no_count_reads_more_than_it_shows() {
    for plan in plans().await {
        let is_list = plan.query.ends_with(", looked through");
        assert!(!(is_list && ["Nested Loop", "Join"].iter().any(|step| plan.text.contains(step))), "{plan:#?}");
        let ends_early = is_list || plan.query.starts_with("counts: ");
        assert!(!(ends_early && plan.text.contains("Bitmap")), "{plan:#?}");
    }
}

#[tokio::test]
async fn no_query_of_the_hot_path_walks_over_a_table() {
    let plans = plans().await;
    let walks: Vec<&Plan> = plans.iter().filter(|plan| plan.walks()).collect();
    assert!(walks.is_empty(), "{walks:#?}");
}

/// What an index leads to is read in its order, from one end of a window to the other: not further, and without a sort.
#[tokio::test]
async fn a_window_of_a_list_is_read_in_order_and_between_its_ends_whatever_is_looked_for() {
    let plans = plans().await;
    let is_window = |plan: &&Plan| plan.query.ends_with(", looked through") || plan.query.ends_with(": window");
    let windows: Vec<&Plan> = plans.iter().filter(is_window).collect();
    assert_eq!(windows.len(), 15);
    for window in windows {
        let text = &window.text;
        let sorts = ["TEMP B-TREE FOR ORDER BY", "Sort"].iter().any(|sort| text.contains(sort));
        // The windows of a user's completions begin at the newest of them, or where the one before ended.
        let is_from_the_end = window.query == "deliveries of a user: window";
        let begins = text.contains("(id >= ") || text.contains("rowid>?") || is_from_the_end;
        let ends = text.contains("(id < ") || text.contains("(id <= ") || text.contains("rowid<?");
        assert!(!sorts && begins && ends, "{window:#?}");
    }
}

/// What is counted up to a cap ends there only if each key is followed by itself: a backlog of others must not be walked over.
#[tokio::test]
async fn what_is_counted_of_several_keys_together_is_found_by_one_key_after_the_other() {
    let plans = plans().await;
    for (query, column) in [
        ("counts: held, by reason", "app_id"),
        ("counts: held of endpoints together", "endpoint_id"),
        ("counts: dead of apps together", "app_id"),
    ] {
        let plan = plans.iter().find(|plan| plan.query == query).unwrap();
        let is_by_key = |line: &str| {
            line.contains(&format!("({column}=?"))
                || line.contains("Index Cond: ") && line.contains(&format!("({column} = "))
        };
        assert!(plan.text.lines().any(is_by_key), "{plan:#?}");
    }
}

#[tokio::test]
async fn the_reports_of_a_group_are_never_compared_with_one_another() {
    let plans = plans().await;
    let insertion = plans.iter().find(|plan| plan.query == "record: insertion").unwrap();
    let joins = ["Nested Loop", "Join"].iter().any(|join| insertion.text.contains(join));
    let hashes = insertion.text.contains("hashed SubPlan");
    assert!(!joins && (hashes || insertion.text.is_empty()), "{}", insertion.text);
}

#[derive(QueryableByName)]
struct Index {
    #[diesel(sql_type = Text)]
    name: String,
}

/// The indexes of the tables that every report adds to, primary keys left out.
fn indexes(url: &str) -> Vec<String> {
    let found: Vec<Index> = match url.strip_prefix("sqlite://") {
        Some(path) => {
            let query = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL
                             AND tbl_name IN ('deliveries', 'completions', 'attempts') ORDER BY name";
            diesel::sql_query(query).load(&mut SqliteConnection::establish(path).unwrap()).unwrap()
        }
        None => {
            let query = "SELECT indexname::text AS name FROM pg_indexes WHERE indexname NOT LIKE '%_pkey'
                             AND tablename IN ('deliveries', 'completions', 'attempts') ORDER BY indexname::text";
            diesel::sql_query(query).load(&mut PgConnection::establish(url).unwrap()).unwrap()
        }
    };
    found.into_iter().map(|index| index.name).collect()
}

/// An index costs each report or each attempt something.
#[tokio::test]
async fn no_index_of_what_is_written_all_the_time_is_without_a_query_that_needs_it() {
    let fresh = store();
    let found = indexes(fresh.url());
    assert!(found.len() > 4, "{found:?}");
    let needless: Vec<&String> = found.iter().filter(|name| !MADE_FOR.iter().any(|(_, index)| index == name)).collect();
    assert!(needless.is_empty(), "{needless:?}");
}
