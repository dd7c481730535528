//! Every query of the hot path is answered by the index that was made for it: a backlog or a long history must not be
//! walked over.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::claim::DUE_ENDPOINTS;
use super::hold::HELD_ENDPOINTS;
use crate::store::backend;

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

fn plan(query: &str) -> String {
    let mut conn = backend::in_memory();
    conn.batch_execute("ANALYZE").unwrap();
    let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {query}")).load(&mut conn).unwrap();
    steps.into_iter().map(|step| step.detail).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_due_is_claimed_endpoint_by_endpoint_in_the_order_of_the_index() {
    let due = plan(
        "SELECT * FROM deliveries WHERE deliveries.status IN ('pending', 'retrying') AND endpoint_id = ? \
         AND due_at <= ? ORDER BY due_at LIMIT 64",
    );
    assert!(due.contains("USING INDEX deliveries_due (endpoint_id=? AND due_at<?)"), "{due}");
    assert!(!due.contains("TEMP B-TREE"), "{due}");
}

#[test]
fn endpoints_are_found_by_leaping_over_the_index_and_never_by_a_scan() {
    for (query, index) in [(DUE_ENDPOINTS, "deliveries_due"), (HELD_ENDPOINTS, "deliveries_held")] {
        let leaps = plan(query);
        assert!(leaps.contains(&format!("INDEX {index} (endpoint_id>?)")), "{leaps}");
        assert!(!leaps.contains("SCAN d"), "{leaps}");
    }
}

#[test]
fn claims_of_a_dead_process_are_found_without_reading_what_has_ended() {
    let claimed = plan("SELECT * FROM deliveries WHERE deliveries.status = 'sending' LIMIT 500");
    assert!(claimed.contains("deliveries_claimed"), "{claimed}");
}

#[test]
fn settling_and_looking_up_touch_single_rows() {
    for (query, index) in [
        ("UPDATE deliveries SET status = ? WHERE id = ? AND claim_token = ?", "PRIMARY KEY (id=?)"),
        (
            "SELECT * FROM reported WHERE source_id = ? AND external_id = ?",
            "PRIMARY KEY (source_id=? AND external_id=?)",
        ),
        ("SELECT * FROM transaction_ids WHERE transaction_key = ?", "PRIMARY KEY (transaction_key=?)"),
        ("SELECT * FROM deliveries WHERE completion_id = ?", "deliveries_once (completion_id=?)"),
        ("SELECT * FROM attempts WHERE delivery_id = ? ORDER BY number", "PRIMARY KEY (delivery_id=?)"),
        ("SELECT * FROM completions WHERE app_id = ? AND user_id = ? ORDER BY id DESC", "completions_by_user"),
    ] {
        let found = plan(query);
        assert!(found.contains(index), "{query}: {found}");
    }
}
