//! Recording a whole group in a few statements, on PostgreSQL, where each statement costs a network round trip.
//!
//! Other nodes record at the same time. Keys are inserted in sorted order, so two groups that share keys wait for one another
//! and never deadlock; a key that another transaction inserted first is taken once that transaction has committed. A report
//! that gets one of its keys and not another deletes what it inserted, and is then recorded by itself.

use std::collections::HashSet;

use diesel::prelude::*;
use serde::Serialize;

use super::candidate::Candidate;
use super::{NewCompletion, conversion, delivery_rows, source};
use crate::store::completions as completion_rows;
use crate::store::queue::rows::OverRows;

#[derive(Serialize)]
struct Reported<'a> {
    source_id: &'a str,
    external_id: &'a str,
    completion_id: &'a str,
    /// As PostgreSQL writes bytes in text.
    digests: String,
}

#[derive(Serialize)]
struct TransactionId<'a> {
    transaction_key: String,
    app_id: &'a str,
    completion_id: &'a str,
}

#[derive(Serialize)]
struct ClickConversion<'a> {
    click_id: &'a str,
    goal_id: &'a str,
    completion_id: &'a str,
}

impl<'a> Reported<'a> {
    fn of(candidate: &'a Candidate<'_>) -> Self {
        let completion = &candidate.new.completion;
        Self {
            source_id: source(completion),
            external_id: &completion.external_id,
            completion_id: &completion.id,
            digests: format!("\\x{}", hex::encode(&candidate.digests)),
        }
    }
}

impl<'a> TransactionId<'a> {
    fn of(candidate: &'a Candidate<'_>) -> Self {
        let completion = &candidate.new.completion;
        Self {
            transaction_key: completion.transaction_id.to_ascii_lowercase(),
            app_id: &completion.app_id,
            completion_id: &completion.id,
        }
    }
}

impl<'a> ClickConversion<'a> {
    fn of(candidate: &'a Candidate<'_>) -> Option<Self> {
        let completion = &candidate.new.completion;
        let (click_id, goal_id) = conversion(completion)?;
        Some(Self { click_id, goal_id, completion_id: &completion.id })
    }
}

/// Inserts what is new, each with its digests; answers the ids of the completions that are recorded.
pub(super) fn insert<'a>(conn: &mut PgConnection, group: &[&Candidate<'a>]) -> QueryResult<HashSet<&'a str>> {
    let fresh = claim_external_ids(conn, group)?;
    let fresh: Vec<&Candidate<'a>> = group.iter().copied().filter(|one| fresh.holds(one.new)).collect();
    let free = claim_transaction_ids(conn, &fresh)?;
    let (free, collided): (Vec<&Candidate<'a>>, Vec<&Candidate<'a>>) =
        fresh.into_iter().partition(|one| free.holds(one.new));
    let converting = claim_clicks(conn, &free)?;
    let (recorded, too_late): (Vec<&Candidate<'a>>, Vec<&Candidate<'a>>) =
        free.into_iter().partition(|one| converting.as_ref().is_none_or(|converting| converting.holds(one.new)));
    give_back(conn, &collided, &too_late)?;
    let recorded: Vec<&'a NewCompletion> = recorded.into_iter().map(|one| one.new).collect();
    let completions: Vec<_> = recorded.iter().map(|new| completion_rows::Row::from(&new.completion)).collect();
    let deliveries: Vec<_> = recorded.iter().copied().flat_map(delivery_rows).collect();
    if !completions.is_empty() {
        let before = "INSERT INTO completions SELECT * FROM json_populate_recordset(NULL::completions, ";
        OverRows::new(before, &completions, "::json)").execute(conn)?;
    }
    if !deliveries.is_empty() {
        let before = "INSERT INTO deliveries SELECT * FROM json_populate_recordset(NULL::deliveries, ";
        OverRows::new(before, &deliveries, "::json)").execute(conn)?;
    }
    Ok(recorded.into_iter().map(|new| new.completion.id.as_str()).collect())
}

/// Completions by their ids.
struct Ids(HashSet<String>);

impl Ids {
    fn holds(&self, new: &NewCompletion) -> bool {
        self.0.contains(&new.completion.id)
    }
}

/// Of two equal keys the first wins: the sort is stable, and ON CONFLICT also sees rows of its own statement.
fn claim_external_ids(conn: &mut PgConnection, group: &[&Candidate<'_>]) -> QueryResult<Ids> {
    let mut rows: Vec<Reported<'_>> = group.iter().map(|one| Reported::of(one)).collect();
    rows.sort_by(|one, other| (one.source_id, one.external_id).cmp(&(other.source_id, other.external_id)));
    let before = "INSERT INTO reported (source_id, external_id, completion_id, digests)
        SELECT source_id, external_id, completion_id, digests FROM json_to_recordset(";
    let after = "::json) AS n (source_id text, external_id text, completion_id text, digests bytea)
        ON CONFLICT DO NOTHING RETURNING completion_id";
    let fresh = OverRows::new(before, &rows, after);
    Ok(Ids(fresh.load::<String>(conn)?.into_iter().collect()))
}

fn claim_transaction_ids(conn: &mut PgConnection, fresh: &[&Candidate<'_>]) -> QueryResult<Ids> {
    if fresh.is_empty() {
        return Ok(Ids(HashSet::new()));
    }
    let mut rows: Vec<TransactionId<'_>> = fresh.iter().map(|one| TransactionId::of(one)).collect();
    rows.sort_by(|one, other| (&one.transaction_key, one.app_id).cmp(&(&other.transaction_key, other.app_id)));
    let before = "INSERT INTO transaction_ids (transaction_key, app_id, completion_id)
        SELECT transaction_key, app_id, completion_id FROM json_to_recordset(";
    let after = "::json) AS n (transaction_key text, app_id text, completion_id text)
        ON CONFLICT DO NOTHING RETURNING completion_id";
    let free = OverRows::new(before, &rows, after);
    Ok(Ids(free.load::<String>(conn)?.into_iter().collect()))
}

/// Of those that convert a click, the first for each goal; `None` if none does. Whoever converts none holds no such key.
fn claim_clicks(conn: &mut PgConnection, free: &[&Candidate<'_>]) -> QueryResult<Option<Ids>> {
    let mut rows: Vec<ClickConversion<'_>> = free.iter().filter_map(|one| ClickConversion::of(one)).collect();
    if rows.is_empty() {
        return Ok(None);
    }
    rows.sort_by(|one, other| (one.click_id, one.goal_id).cmp(&(other.click_id, other.goal_id)));
    let before = "INSERT INTO click_conversions (click_id, goal_id, completion_id)
        SELECT click_id, goal_id, completion_id FROM json_to_recordset(";
    let after = "::json) AS n (click_id text, goal_id text, completion_id text)
        ON CONFLICT DO NOTHING RETURNING completion_id";
    let first = OverRows::new(before, &rows, after);
    let mut first = Ids(first.load::<String>(conn)?.into_iter().collect());
    let without = free.iter().map(|one| &one.new.completion).filter(|completion| conversion(completion).is_none());
    first.0.extend(without.map(|completion| completion.id.clone()));
    Ok(Some(first))
}

/// Removes the keys of those that did not get all of theirs.
fn give_back(conn: &mut PgConnection, collided: &[&Candidate<'_>], too_late: &[&Candidate<'_>]) -> QueryResult<()> {
    if !too_late.is_empty() {
        let keys: Vec<TransactionId<'_>> = too_late.iter().map(|one| TransactionId::of(one)).collect();
        OverRows::new(
            "DELETE FROM transaction_ids t USING json_populate_recordset(NULL::transaction_ids, ",
            &keys,
            "::json) n WHERE t.transaction_key = n.transaction_key AND t.app_id = n.app_id",
        )
        .execute(conn)?;
    }
    let names: Vec<Reported<'_>> = collided.iter().chain(too_late).map(|one| Reported::of(one)).collect();
    if !names.is_empty() {
        OverRows::new(
            "DELETE FROM reported r USING json_populate_recordset(NULL::reported, ",
            &names,
            "::json) n WHERE r.source_id = n.source_id AND r.external_id = n.external_id",
        )
        .execute(conn)?;
    }
    Ok(())
}
