//! How the database answers the queries that must cost the same whatever the history: each by the index that was made
//! for it. A backlog or a long history must not be walked over.
//!
//! The queries are the ones that are performed elsewhere, not copies of them; only their values are a sample. None may be
//! performed here, and no plan judged: the tests do that.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::count_plans::of_health;
use super::explain::{Plan, explain, explain_on_postgres, explain_on_sqlite, explain_planned_once};
use super::look_up_plans::{of_lists, of_look_ups};
use super::sample::{ROWS, Sample};
use crate::domain::delivery::{Counters, Status, Told};
use crate::domain::settlement::{Next, Settlement};
use crate::store::backend::{BY_INDEX_ALONE, Begin, Conn, on_backend};
use crate::store::erased_keys::{self, ErasedKind};
use crate::store::keys::{AppKey, ClaimKey, DeliveryKey, EndpointKey, NodeKey, SourceKey};
use crate::store::queue::{ClaimInLine, Wanted, queries};
use crate::store::replay_range::{self, Keys};
use crate::store::unknown_words::Words;
use crate::store::{Store, StoreError, clicks, erasure, prune, replay_steps};

/// What size of the tables the plans are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// As the database knows them.
    AsTheyAre,
    /// So large that nothing is as dear as walking over one: in a table of few rows PostgreSQL prefers that.
    Large,
}

impl Store {
    /// How the database answers the queries of the hot path and the look-ups.
    pub async fn plans(&self, sample: Sample, size: Size) -> Result<Vec<Plan>, StoreError> {
        self.look(move |conn| conn.within(Begin::Snapshot, |conn| plans(conn, &sample, size))).await
    }
}

fn plans(conn: &mut Conn, sample: &Sample, size: Size) -> QueryResult<Vec<Plan>> {
    if size == Size::Large {
        believe_in_indexes(conn)?;
    }
    let of_look_ups = of_look_ups(conn, sample)?;
    // Write transactions, lists and counts always run with `BY_INDEX_ALONE`: their queries are explained under the same settings, and
    // what groups of works say as they say it, planned once for all values.
    believe_in_indexes(conn)?;
    let mut plans = of_the_queue(conn, sample)?;
    plans.extend(of_look_ups);
    plans.extend(of_lists(conn, sample)?);
    plans.extend(of_health(conn, sample)?);
    Ok(plans)
}

/// SQLite always prefers an index of a table without statistics.
fn believe_in_indexes(conn: &mut Conn) -> QueryResult<()> {
    on_backend!(conn, sqlite(_) => Ok(()), postgres(conn) => conn.batch_execute(BY_INDEX_ALONE))
}

fn of_the_queue(conn: &mut Conn, sample: &Sample) -> QueryResult<Vec<Plan>> {
    let Sample { before, now, .. } = *sample;
    let one = [DeliveryKey::of(&sample.delivery_id)];
    let wanted = Wanted { endpoint_id: sample.endpoint_id.clone(), since: before, at_most: ROWS };
    let (app, endpoint) = (AppKey::of(&sample.app_id), EndpointKey::of(&sample.endpoint_id));
    let keys = Keys { after: one[0], last: one[0] };
    let key = sample.transaction_id.to_ascii_lowercase();
    let erased_key = erased_keys::at(&key, &sample.app_id, ErasedKind::Transaction);
    let settlement = queries::PreparedSettlement::of(&settlement(sample));
    let claim_in_line = ClaimInLine { delivery_id: sample.delivery_id.clone(), token: String::new() };
    let beginning = queries::Beginning::of(&claim_in_line, now);
    let (due, claim, settle, look, insertion) = on_backend!(conn,
        sqlite(conn) => {
            let claim = queries::Claim { delivery: one[0], node: NodeKey::of(""), token: ClaimKey::of(""), at: now, is_begun: true };
            let claim = explain_on_sqlite(conn, claim)?;
            let settle = explain_on_sqlite(conn, queries::Update::<false>(&settlement.change))?;
            // SQLite has nothing to say of rows that are inserted.
            (None, claim, settle, explain_on_sqlite(conn, erased_key)?, String::new())
        },
        postgres(conn) => {
            let due = explain_on_postgres(conn, queries::due_and_free(std::slice::from_ref(&wanted), now, Words::Any))?;
            let claim = explain_on_postgres(conn, queries::claim_all(NodeKey::of(""), now, one.to_vec(), vec![ClaimKey::of("")], vec![true]))?;
            let settle = explain_planned_once(conn, queries::changes(&[&settlement], &[&beginning]))?;
            let look = queries::LookAt { endpoint_ids: vec![sample.endpoint_id.clone()], names: vec![&key] };
            let look = explain_planned_once(conn, look)?;
            (Some(due), claim, settle, look, explain_planned_once(conn, queries::insertion(&[]))?)
        },
    );
    let due_endpoints = on_backend!(conn,
        sqlite(conn) => explain_on_sqlite(conn, diesel::sql_query(queries::due_endpoints()))?,
        postgres(conn) => explain_on_postgres(conn, queries::due_endpoints_from(&[(endpoint, before)]))?,
    );
    let due = due.map_or_else(|| explain(conn, queries::due_of(&wanted, now, Words::Any)), Ok)?;
    let plan = |query, text| Plan { query, text };
    Ok(vec![
        plan("due endpoints", due_endpoints),
        plan("held endpoints", explain(conn, diesel::sql_query(queries::held_endpoints()))?),
        plan("due deliveries of endpoints", due),
        plan("claim", claim),
        plan("settle", settle),
        plan("record: look", look),
        plan("record: insertion", insertion),
        plan("record: external id", explain(conn, queries::known(SourceKey::NONE, &sample.transaction_id))?),
        plan("record: transaction id", explain(conn, queries::taken(&key, AppKey::of(&sample.app_id)))?),
        plan("record: click", explain(conn, queries::converted(&sample.click_id, ""))?),
        plan("record: an erased key", explain(conn, erased_key)?),
        plan("claims of a node", explain(conn, queries::claims_of("", before))?),
        plan("claims of a dead node", explain(conn, queries::claimed_by("", Words::Any))?),
        plan("tests that wait", explain(conn, queries::pending_tests())?),
        plan("reviews that are over", explain(conn, queries::over(now))?),
        plan("reviews by their end", explain(conn, queries::ends())?),
        plan("retention: oldest", explain(conn, prune::oldest(before))?),
        plan("retention: deliveries", explain(conn, prune::removal(&one, before))?),
        plan("retention: attempts", explain(conn, prune::removal_of_attempts(&one))?),
        plan("retention: oldest clicks", explain(conn, clicks::oldest(before))?),
        plan("retention: clicks", explain(conn, clicks::removal(std::slice::from_ref(&sample.click_id)))?),
        plan("erasure: tests of an app", explain(conn, erasure::ended_tests(&sample.app_id))?),
        plan(
            "replay: reopened lately",
            explain(conn, replay_steps::opened_lately(app, Status::Pending, one[0], ROWS))?,
        ),
        plan("replay: due of an endpoint", explain(conn, replay_steps::due(endpoint, ROWS, now))?),
        plan("replay: dead deliveries", explain(conn, replay_range::in_state(app, Status::Dead, one[0]))?),
        plan("replay: all deliveries", explain(conn, replay_range::of_any_state(app, &[Status::Delivered], keys))?),
    ])
}

fn settlement(sample: &Sample) -> Settlement {
    Settlement {
        delivery_id: sample.delivery_id.clone(),
        token: String::new(),
        attempts: Vec::new(),
        replaces: None,
        counters: Counters::default(),
        told: Told::Yes,
        next: Next::Delivered,
        at: sample.now,
    }
}

#[cfg(test)]
mod tests {
    use diesel::sqlite::Sqlite;

    use super::*;
    use crate::domain::time::Timestamp;
    use crate::store::backend;

    /// On SQLite, whose plans also name the columns that an index is entered by.
    fn plan_of(query: &str) -> String {
        let mut conn = backend::in_memory();
        let plans = plans(&mut conn, &Sample::default(), Size::AsTheyAre).unwrap();
        Plan::of(plans, query)
    }

    #[test]
    fn what_is_due_is_claimed_endpoint_by_endpoint_in_the_order_of_the_index() {
        let due = plan_of("due deliveries of endpoints");
        assert!(due.contains("USING INDEX deliveries_due (endpoint_id=? AND due_at>? AND due_at<?)"), "{due}");
        assert!(!due.contains("TEMP B-TREE"), "{due}");
    }

    #[test]
    fn endpoints_are_found_by_leaping_over_the_index_and_never_by_a_scan() {
        for (query, index) in [("due endpoints", "deliveries_due"), ("held endpoints", "deliveries_held")] {
            let leaps = plan_of(query);
            assert!(leaps.contains(&format!("INDEX {index} (endpoint_id>?)")), "{leaps}");
            assert!(!leaps.contains("SCAN d"), "{leaps}");
        }
    }

    #[derive(QueryableByName)]
    struct Instruction {
        #[diesel(sql_type = diesel::sql_types::Text)]
        opcode: String,
    }

    /// Whether SQLite's program for a statement, its CHECKs included, builds a b-tree that is gone with it.
    fn builds_a_tree(conn: &mut SqliteConnection, statement: &str) -> bool {
        let program: Vec<Instruction> = diesel::sql_query(format!("EXPLAIN {statement}")).load(conn).unwrap();
        program.iter().any(|one| ["OpenEphemeral", "OpenAutoindex", "SorterOpen"].contains(&one.opcode.as_str()))
    }

    #[test]
    fn nothing_that_is_written_all_the_time_builds_a_temporary_tree_because_of_a_check_or_a_condition() {
        let Conn::Sqlite(mut conn) = backend::in_memory() else { panic!("it is SQLite") };
        let insertion = |table| format!("INSERT INTO {table} DEFAULT VALUES");
        assert!(builds_a_tree(&mut conn, &insertion("nodes")), "the CHECK of its role has a list");
        let (delivery, node, token) = (DeliveryKey::of(""), NodeKey::of(""), ClaimKey::of(""));
        let claim = queries::Claim { delivery, node, token, at: Timestamp::from_millis(0), is_begun: true };
        let settlement = queries::PreparedSettlement::of(&settlement(&Sample::default()));
        let mut statements = ["reported", "completions", "deliveries", "attempts"].map(insertion).to_vec();
        statements.push(diesel::debug_query::<Sqlite, _>(&claim).to_string());
        statements.push(diesel::debug_query::<Sqlite, _>(&queries::Update::<false>(&settlement.change)).to_string());
        for statement in statements {
            // Behind it stand the values.
            let statement = statement.split(" -- ").next().unwrap_or_default();
            assert!(!builds_a_tree(&mut conn, statement), "{statement}");
        }
    }

    #[test]
    fn settling_and_looking_up_touch_single_rows() {
        for (query, entry) in [
            ("claim", "PRIMARY KEY (rowid=?)"),
            ("settle", "PRIMARY KEY (rowid=?)"),
            ("record: external id", "PRIMARY KEY (source_id=? AND external_id=?)"),
            ("record: transaction id", "PRIMARY KEY (transaction_key=? AND app_id=?)"),
            ("completions by transaction id", "PRIMARY KEY (transaction_key=?)"),
            ("completions by an erased transaction id", "PRIMARY KEY (digest=?)"),
            ("record: an erased key", "PRIMARY KEY (digest=? AND scope=? AND kind=?)"),
            ("record: click", "PRIMARY KEY (click_id=? AND goal_id=?)"),
            ("a click", "PRIMARY KEY (id=?)"),
            ("retention: oldest clicks", "PRIMARY KEY (id<?)"),
            ("claims of a node", "deliveries_claimed (claimed_by=?)"),
            ("retention: oldest", "PRIMARY KEY (rowid<?)"),
            ("deliveries of a completion", "deliveries_once (completion_id=?)"),
            ("attempts of a delivery", "PRIMARY KEY (delivery_id=?)"),
            ("completions of keys, in an app", "PRIMARY KEY (rowid=?)"),
            ("look-up: a delivery's completion", "PRIMARY KEY (rowid=?)"),
            ("look-up: a reversal's completion", "PRIMARY KEY (rowid=?)"),
            ("look-up: what sources call so", "PRIMARY KEY (source_id=? AND external_id=?)"),
            ("look-up: what sources called so", "PRIMARY KEY (digest=?)"),
            ("look-up: attempts of deliveries", "PRIMARY KEY (delivery_id=?)"),
            ("look-up: when replayed", "PRIMARY KEY (rowid=?)"),
            ("completions of a user", "completions_by_user (user_id=? AND rowid>? AND rowid<?)"),
            ("completions of an app, looked through", "completions_by_app (app_id=? AND rowid>? AND rowid<?)"),
            ("completions taken back", "completions_reversed (app_id=? AND rowid>? AND rowid<?)"),
        ] {
            let found = plan_of(query);
            assert!(found.contains(entry), "{query}: {found}");
        }
    }
}
