//! Recording a whole group in one statement, on PostgreSQL, where each statement costs a network round trip.
//!
//! Other nodes record at the same time. Keys are inserted in sorted order, so two groups that share keys wait for one another
//! and never deadlock; a key that another transaction inserted first is taken once that transaction has committed. A report
//! that gets one of its keys and not another deletes what it inserted, and is then recorded by itself.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::candidate::Candidate;
use crate::store::keys::CompletionKey;
use crate::store::queue::rows::{OverRows, document};

/// Inserts the keys of what is new and, of each report that got all of its keys, its other rows. Returns each completion
/// whose external id was new, whether its transaction id was, and whether it is recorded.
///
/// Of two equal keys in a group the first wins, by its position. A part that reads what another part returns begins when that
/// one has ended, so keys are inserted table by table. `IS TRUE` keeps each `IN` from becoming a join, which without hash
/// joins would compare every report with every other; as it is, what was returned is hashed.
const RECORD: [&str; 4] = [
    r#"WITH new AS MATERIALIZED (
        SELECT * FROM ROWS FROM (json_to_recordset("#,
    r#"::json) AS (completion_id bigint, source_id bigint, external_id text COLLATE "C", digests bytea,
            transaction_key text COLLATE "C", app_id bigint, click_id text COLLATE "C", goal_id text COLLATE "C"))
        WITH ORDINALITY AS n (completion_id, source_id, external_id, digests, transaction_key, app_id, click_id, goal_id,
            position)
    ), named AS (
        INSERT INTO reported (source_id, external_id, completion_id, digests)
        SELECT source_id, external_id, completion_id, digests FROM new ORDER BY source_id, external_id, position
        ON CONFLICT DO NOTHING RETURNING completion_id
    ), free AS (
        INSERT INTO transaction_ids (transaction_key, app_id, completion_id)
        SELECT transaction_key, app_id, completion_id FROM new
        WHERE (completion_id IN (SELECT completion_id FROM named)) IS TRUE
        ORDER BY transaction_key, app_id, position
        ON CONFLICT DO NOTHING RETURNING completion_id
    ), converting AS (
        INSERT INTO click_conversions (click_id, goal_id, completion_id)
        SELECT click_id, goal_id, completion_id FROM new
        WHERE click_id IS NOT NULL AND (completion_id IN (SELECT completion_id FROM free)) IS TRUE
        ORDER BY click_id, goal_id, position
        ON CONFLICT DO NOTHING RETURNING completion_id
    ), recorded AS MATERIALIZED (
        SELECT completion_id FROM new
        WHERE (completion_id IN (SELECT completion_id FROM free)) IS TRUE
            AND (click_id IS NULL OR completion_id IN (SELECT completion_id FROM converting))
    ), of_completions AS (
        INSERT INTO completions SELECT c.* FROM json_populate_recordset(NULL::completions, "#,
    r#"::json) c WHERE (c.id IN (SELECT completion_id FROM recorded)) IS TRUE
    ), of_deliveries AS (
        INSERT INTO deliveries SELECT d.* FROM json_populate_recordset(NULL::deliveries, "#,
    r#"::json) d WHERE (d.completion_id IN (SELECT completion_id FROM recorded)) IS TRUE
    )
    SELECT completion_id, completion_id IN (SELECT completion_id FROM free),
        completion_id IN (SELECT completion_id FROM recorded) FROM named"#,
];

/// What became of a completion whose external id was new: its key, whether its transaction id was, and whether it is recorded.
type Became = (CompletionKey, bool, bool);

/// The one statement that records a group.
pub(in crate::store) fn insertion(group: &[&Candidate]) -> OverRows<(BigInt, Bool, Bool)> {
    let json = || group.iter().map(|one| one.json());
    let keys = document(json().map(|json| &json.keys));
    let completions = document(json().map(|json| &json.completion));
    OverRows::new(&RECORD, [keys, completions, document(json().map(|json| &json.deliveries))])
}

/// Inserts what is new, each with its digests; answers the keys of the completions that are recorded.
pub(super) fn insert(conn: &mut PgConnection, group: &[&Candidate]) -> QueryResult<HashSet<CompletionKey>> {
    if group.is_empty() {
        return Ok(HashSet::new());
    }
    let became: Vec<Became> = insertion(group).load(conn)?;
    if became.iter().any(|(.., is_recorded)| !is_recorded) {
        let half: HashMap<CompletionKey, bool> = (became.iter())
            .filter(|(.., is_recorded)| !is_recorded)
            .map(|(key, has_transaction_id, _)| (*key, *has_transaction_id))
            .collect();
        give_back(conn, group, &half)?;
    }
    Ok(became.into_iter().filter(|(.., is_recorded)| *is_recorded).map(|(key, ..)| key).collect())
}

/// Removes the keys of those that did not get all of theirs: of each its external id and, where it got that too, its
/// transaction id.
fn give_back(conn: &mut PgConnection, group: &[&Candidate], half: &HashMap<CompletionKey, bool>) -> QueryResult<()> {
    let keys = |got_transaction_id: bool| {
        let has_got = move |one: &&&Candidate| half.get(&one.key()).is_some_and(|got| *got || !got_transaction_id);
        document(group.iter().filter(has_got).map(|one| &one.json().keys))
    };
    let transaction_ids: OverRows = OverRows::new(
        &[
            "DELETE FROM transaction_ids t USING json_populate_recordset(NULL::transaction_ids, ",
            "::json) n WHERE t.transaction_key = n.transaction_key AND t.app_id = n.app_id",
        ],
        [keys(true)],
    );
    transaction_ids.execute(conn)?;
    let external_ids: OverRows = OverRows::new(
        &[
            "DELETE FROM reported r USING json_populate_recordset(NULL::reported, ",
            "::json) n WHERE r.source_id = n.source_id AND r.external_id = n.external_id",
        ],
        [keys(false)],
    );
    external_ids.execute(conn).map(drop)
}
