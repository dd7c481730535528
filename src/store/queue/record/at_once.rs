//! Recording a whole group in a few statements, on PostgreSQL, where every statement is a journey.
//!
//! Other nodes record at the same time. Keys are inserted in their order, so that two groups that share some wait for
//! one another and never crosswise; what is found taken is decided by whoever holds the key when we get it.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use serde::Serialize;

use super::{NewCompletion, delivery_row, source};
use crate::domain::delivery::Kind;
use crate::store::completions as completion_rows;
use crate::store::queue::rows::OverRows;

/// What became of one report of the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inserted {
    /// It is recorded.
    Recorded,
    /// Its transaction id was taken.
    TransactionIdTaken,
}

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
struct Named<'a> {
    source_id: &'a str,
    external_id: &'a str,
}

impl<'a> Named<'a> {
    fn of(new: &'a NewCompletion) -> Self {
        Self { source_id: source(&new.completion), external_id: &new.completion.external_id }
    }
}

/// Inserts what is new, each with its digests; answers by completion. Of what it does not name the `externalId` is known.
pub(super) fn insert<'a>(
    conn: &mut PgConnection,
    group: &[(&'a NewCompletion, Vec<u8>)],
) -> QueryResult<HashMap<&'a str, Inserted>> {
    let fresh = claim_external_ids(conn, group)?;
    let fresh: Vec<&NewCompletion> = group.iter().map(|(new, _)| *new).filter(|new| fresh.holds(new)).collect();
    let free = claim_transaction_ids(conn, &fresh)?;
    let (recorded, collided): (Vec<&NewCompletion>, Vec<&NewCompletion>) =
        fresh.into_iter().partition(|new| free.holds(new));
    if !collided.is_empty() {
        let names: Vec<Named<'_>> = collided.iter().map(|new| Named::of(new)).collect();
        OverRows::new(
            "DELETE FROM reported r USING json_populate_recordset(NULL::reported, ",
            &names,
            "::json) n WHERE r.source_id = n.source_id AND r.external_id = n.external_id",
        )
        .execute(conn)?;
    }
    let completions: Vec<_> = recorded.iter().map(|new| completion_rows::Row::from(&new.completion)).collect();
    let deliveries: Vec<_> = recorded
        .iter()
        .flat_map(|new| {
            new.deliveries.iter().map(|delivery| delivery_row(&new.completion, delivery, Kind::Completion, None))
        })
        .collect();
    if !completions.is_empty() {
        let before = "INSERT INTO completions SELECT * FROM json_populate_recordset(NULL::completions, ";
        OverRows::new(before, &completions, "::json)").execute(conn)?;
    }
    if !deliveries.is_empty() {
        let before = "INSERT INTO deliveries SELECT * FROM json_populate_recordset(NULL::deliveries, ";
        OverRows::new(before, &deliveries, "::json)").execute(conn)?;
    }
    let recorded = recorded.into_iter().map(|new| (new.completion.id.as_str(), Inserted::Recorded));
    let collided = collided.into_iter().map(|new| (new.completion.id.as_str(), Inserted::TransactionIdTaken));
    Ok(recorded.chain(collided).collect())
}

/// Completions by their ids.
struct Ids(HashSet<String>);

impl Ids {
    fn holds(&self, new: &NewCompletion) -> bool {
        self.0.contains(&new.completion.id)
    }
}

/// Of two equal ones the first wins: the sort keeps their order, and a conflict is one within the statement as well.
fn claim_external_ids(conn: &mut PgConnection, group: &[(&NewCompletion, Vec<u8>)]) -> QueryResult<Ids> {
    let mut rows: Vec<Reported<'_>> = Vec::with_capacity(group.len());
    for (new, digests) in group {
        let completion = &new.completion;
        rows.push(Reported {
            source_id: source(completion),
            external_id: &completion.external_id,
            completion_id: &completion.id,
            digests: format!("\\x{}", hex::encode(digests)),
        });
    }
    rows.sort_by(|one, other| (one.source_id, one.external_id).cmp(&(other.source_id, other.external_id)));
    let before = "INSERT INTO reported SELECT * FROM json_populate_recordset(NULL::reported, ";
    let fresh = OverRows::new(before, &rows, "::json) ON CONFLICT DO NOTHING RETURNING completion_id");
    Ok(Ids(fresh.load::<String>(conn)?.into_iter().collect()))
}

fn claim_transaction_ids(conn: &mut PgConnection, fresh: &[&NewCompletion]) -> QueryResult<Ids> {
    if fresh.is_empty() {
        return Ok(Ids(HashSet::new()));
    }
    let mut rows: Vec<TransactionId<'_>> = Vec::with_capacity(fresh.len());
    for new in fresh {
        rows.push(TransactionId {
            transaction_key: new.completion.transaction_id.to_ascii_lowercase(),
            app_id: &new.completion.app_id,
            completion_id: &new.completion.id,
        });
    }
    rows.sort_by(|one, other| (&one.transaction_key, one.app_id).cmp(&(&other.transaction_key, other.app_id)));
    let before = "INSERT INTO transaction_ids SELECT * FROM json_populate_recordset(NULL::transaction_ids, ";
    let free = OverRows::new(before, &rows, "::json) ON CONFLICT DO NOTHING RETURNING completion_id");
    Ok(Ids(free.load::<String>(conn)?.into_iter().collect()))
}
