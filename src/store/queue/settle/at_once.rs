//! Settling a whole group in one statement, on PostgreSQL, where each statement costs a network round trip.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable};

use super::{Changed, PreparedSettlement};
use crate::store::keys::ClaimKey;
use crate::store::queue::begin::Beginning;
use crate::store::queue::rows::{OverRows, document, to_json};

/// Changes all rows of a group whose claims still stand, writes down their attempts, and begins what waits in line. Returns
/// the claims' tokens and, of those that were settled, whether the completion has been taken back.
///
/// A part that reads what another part returns begins when that one has ended: an attempt that is replaced is gone before the
/// one in its place comes. `IS TRUE` keeps the `IN` from becoming a join, which without hash joins would compare every
/// attempt with every delivery; as it is, what was returned is hashed.
const SETTLE: [&str; 4] = [
    "WITH settled AS (
        UPDATE deliveries d SET claimed_by = NULL, claim_token = NULL, claimed_at = NULL, status = s.status,
            told = s.told, waiting_for = s.waiting_for, attempts_made = s.attempts_made,
            round_attempts = s.round_attempts, last_number = s.last_number, faults = s.faults, due_at = s.due_at,
            held_since = CASE WHEN s.held_since IS NOT NULL
                THEN coalesce(CASE WHEN d.last_number = s.last_number THEN d.held_since END, s.held_since) END,
            ended_at = s.ended_at
        FROM json_to_recordset(",
    "::json) AS s (id bigint, token bigint, status smallint, told smallint, waiting_for smallint,
            attempts_made int, round_attempts int, last_number int, faults int, due_at bigint, held_since bigint,
            ended_at bigint, replaces int)
        WHERE d.id = s.id AND d.claim_token = s.token
        RETURNING d.id, s.token, s.replaces, d.reversed IS NOT NULL AS is_reversed
    ), replaced AS (
        DELETE FROM attempts a USING settled s
        WHERE s.replaces IS NOT NULL AND a.delivery_id = s.id AND a.number = s.replaces RETURNING a.number
    ), added AS (
        INSERT INTO attempts SELECT a.* FROM json_populate_recordset(NULL::attempts, ",
    "::json) a WHERE (a.delivery_id IN (SELECT id FROM settled)) IS TRUE AND (SELECT count(*) FROM replaced) IS NOT NULL
    ), begun AS (
        UPDATE deliveries d SET status = b.status, due_at = NULL, claimed_at = b.at
        FROM json_to_recordset(",
    "::json) AS b (id bigint, token bigint, status smallint, at bigint)
        WHERE d.id = b.id AND d.claim_token = b.token
        RETURNING b.token
    )
    SELECT token, is_reversed FROM settled UNION ALL SELECT token, NULL FROM begun",
];

/// The one statement that settles a group, and begins what waits in line for the permits that this frees.
pub(in crate::store) fn changes(
    group: &[&PreparedSettlement],
    beginnings: &[&Beginning],
) -> OverRows<(BigInt, Nullable<Bool>)> {
    let (mut group, mut beginnings) = (group.to_vec(), beginnings.to_vec());
    // Whoever changes several rows of a completion locks them in this order.
    group.sort_unstable_by_key(|one| one.change.id);
    beginnings.sort_unstable_by_key(|one| one.id);
    let changes = document(group.iter().map(|one| &one.json().change));
    let attempts = document(group.iter().map(|one| &one.json().attempts));
    OverRows::new(&SETTLE, [changes, attempts, document(beginnings.iter().map(to_json))])
}

/// Settles and begins where the claims still stand; answers where they did.
pub(super) fn change(
    conn: &mut PgConnection,
    group: &[&PreparedSettlement],
    beginnings: &[&Beginning],
) -> QueryResult<(Changed, Vec<bool>)> {
    let mut changed = Changed::default();
    if group.is_empty() && beginnings.is_empty() {
        return Ok((changed, Vec::new()));
    }
    // A token is no other claim's, so it says which delivery is meant.
    let answered: HashMap<ClaimKey, Option<bool>> =
        changes(group, beginnings).load::<(ClaimKey, Option<bool>)>(conn)?.into_iter().collect();
    for settlement in group {
        let token = settlement.change.token;
        let Some(is_reversed) = answered.get(&token) else { continue };
        changed.tokens.insert(token);
        if is_reversed.unwrap_or_default() {
            changed.reversed.insert(token);
        }
    }
    Ok((changed, beginnings.iter().map(|one| answered.contains_key(&one.token)).collect()))
}
