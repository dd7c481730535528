//! Settling a whole group in three statements, on PostgreSQL, where each statement costs a network round trip.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use super::{Change, Changed, attempt_rows, stored_count};
use crate::domain::settlement::Settlement;
use crate::store::queue::rows::OverRows;

/// The columns of [`Change`], as the statement reads them.
const CHANGE: &str =
    "::json) AS s (id text, token text, status smallint, told smallint, waiting_for smallint, attempts_made int,
        round_attempts int, last_number int, faults int, due_at bigint, held_since bigint, ended_at bigint)
    WHERE d.id = s.id AND d.claim_token = s.token
    RETURNING s.token || CASE WHEN d.reversed IS NULL THEN '' ELSE ' reversed' END";

#[derive(Serialize)]
struct Replaced<'a> {
    delivery_id: &'a str,
    number: i32,
}

/// The one statement that changes all rows of a group whose claims still stand.
pub(in crate::store) fn changes(group: &[&Settlement]) -> OverRows {
    let mut changes: Vec<Change<'_>> = group.iter().map(|settlement| Change::of(settlement)).collect();
    // Whoever changes several rows of a completion locks them in this order.
    changes.sort_unstable_by_key(|change| change.id);
    let before = "UPDATE deliveries d SET claimed_by = NULL, claim_token = NULL, claimed_at = NULL, status = s.status,
            told = s.told, waiting_for = s.waiting_for, attempts_made = s.attempts_made,
            round_attempts = s.round_attempts, last_number = s.last_number, faults = s.faults, due_at = s.due_at,
            held_since = s.held_since, ended_at = s.ended_at
        FROM json_to_recordset(";
    OverRows::new(before, &changes, CHANGE)
}

/// Settles where the claims still stand; answers where they did.
pub(super) fn change<'a>(conn: &mut PgConnection, group: &[&'a Settlement]) -> QueryResult<Changed<'a>> {
    let mut changed = Changed::default();
    if group.is_empty() {
        return Ok(changed);
    }
    // A token is no other claim's, so it says which delivery is meant.
    let answered: HashMap<String, bool> = (changes(group).load::<String>(conn)?.into_iter())
        .map(|answer| match answer.strip_suffix(" reversed") {
            Some(token) => (token.to_owned(), true),
            None => (answer, false),
        })
        .collect();
    let mut stood: Vec<&Settlement> = Vec::with_capacity(group.len());
    for settlement in group.iter().copied() {
        let Some(reversed) = answered.get(&settlement.token) else { continue };
        changed.tokens.insert(&settlement.token);
        if *reversed {
            changed.reversed.insert(&settlement.token);
        }
        stood.push(settlement);
    }
    let replaced: Vec<Replaced<'_>> = (stood.iter())
        .filter_map(|settlement| Some((settlement, settlement.replaces?)))
        .map(|(settlement, number)| Replaced { delivery_id: &settlement.delivery_id, number: stored_count(number) })
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
    Ok(changed)
}
