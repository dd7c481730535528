//! Settling a whole group in three statements, on PostgreSQL, where every statement is a journey.

use std::collections::HashSet;

use diesel::prelude::*;
use serde::Serialize;

use super::{Change, Settlement, attempt_rows, stored};
use crate::store::queue::rows::OverRows;

/// The columns of [`Change`], as the statement reads them.
const CHANGE: &str = "::json) AS s (id text, token text, status text, told text, waiting_for text, attempts_made int,
        round_attempts int, last_number int, faults int, due_at bigint, held_since bigint, ended_at bigint)
    WHERE d.id = s.id AND d.claim_token = s.token
    RETURNING d.id || ' ' || s.token";

#[derive(Serialize)]
struct Replaced<'a> {
    delivery_id: &'a str,
    number: i32,
}

/// The one statement that changes all rows of a group whose claims still stand.
pub(in crate::store::queue) fn changes(group: &[&Settlement]) -> OverRows {
    let changes: Vec<Change<'_>> = group.iter().map(|settlement| Change::of(settlement)).collect();
    let before = "UPDATE deliveries d SET claimed_by = NULL, claim_token = NULL, claimed_at = NULL, status = s.status,
            told = s.told, waiting_for = s.waiting_for, attempts_made = s.attempts_made,
            round_attempts = s.round_attempts, last_number = s.last_number, faults = s.faults, due_at = s.due_at,
            held_since = s.held_since, ended_at = s.ended_at
        FROM json_to_recordset(";
    OverRows::new(before, &changes, CHANGE)
}

/// Settles; answers the tokens of the claims that still stood.
pub(super) fn change<'a>(conn: &mut PgConnection, group: &[&'a Settlement]) -> QueryResult<HashSet<&'a str>> {
    if group.is_empty() {
        return Ok(HashSet::new());
    }
    let changed: HashSet<String> = changes(group).load(conn)?.into_iter().collect();
    let stood: Vec<&Settlement> = (group.iter().copied())
        .filter(|settlement| changed.contains(&format!("{} {}", settlement.delivery_id, settlement.token)))
        .collect();
    let replaced: Vec<Replaced<'_>> = (stood.iter())
        .filter_map(|settlement| Some((settlement, settlement.replaces?)))
        .map(|(settlement, number)| Replaced { delivery_id: &settlement.delivery_id, number: stored(number) })
        .collect();
    if !replaced.is_empty() {
        OverRows::new(
            "DELETE FROM attempts a USING json_populate_recordset(NULL::attempts, ",
            &replaced,
            "::json) r WHERE a.delivery_id = r.delivery_id AND a.number = r.number",
        )
        .execute(conn)?;
    }
    let attempts: Vec<_> = stood.iter().flat_map(|settlement| attempt_rows(settlement)).collect();
    if !attempts.is_empty() {
        let before = "INSERT INTO attempts SELECT * FROM json_populate_recordset(NULL::attempts, ";
        OverRows::new(before, &attempts, "::json)").execute(conn)?;
    }
    Ok(stood.into_iter().map(|settlement| settlement.token.as_str()).collect())
}
