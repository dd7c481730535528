//! Settling one after the other, on SQLite, where a statement is a call within this process.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Integer, Nullable, SmallInt};
use diesel::sqlite::Sqlite;

use super::prepared::Change;
use super::{Changed, PreparedSettlement};
use crate::store::attempts::AttemptInsertion;
use crate::store::schema::attempts;

/// Settles where the claims still stand; answers where they did.
pub(super) fn change(conn: &mut SqliteConnection, group: &[&PreparedSettlement]) -> QueryResult<Changed> {
    let mut changed = Changed::default();
    for PreparedSettlement { change, attempts, .. } in group {
        // Almost nothing is taken back while its callback is on its way. Two statements rather than one that returns what it
        // found: for RETURNING, SQLite builds a temporary table each time.
        if Update::<NOT_REVERSED>(change).execute(conn)? == 0 {
            if Update::<REVERSED_OR_NOT>(change).execute(conn)? == 0 {
                continue;
            }
            changed.reversed.insert(change.token);
        }
        changed.tokens.insert(change.token);
        if let Some(number) = change.replaces {
            diesel::delete(attempts::table.find((change.id, number))).execute(conn)?;
        }
        for row in attempts {
            AttemptInsertion(row).execute(conn)?;
        }
    }
    Ok(changed)
}

/// A row is changed if its completion has not been taken back, or in any case.
const NOT_REVERSED: bool = false;
const REVERSED_OR_NOT: bool = true;

/// The change to a row whose claim still stands. Written by hand, because the query builder has every UPDATE prepared anew,
/// which takes longer than performing it.
#[derive(Debug)]
pub(in crate::store) struct Update<'a, const REVERSED: bool>(pub(in crate::store) &'a Change);

impl<const REVERSED: bool> QueryFragment<Sqlite> for Update<'_, REVERSED> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let change = self.0;
        out.push_sql("UPDATE deliveries SET claimed_by = NULL, claim_token = NULL, claimed_at = NULL, status = ");
        out.push_bind_param::<SmallInt, _>(&change.status)?;
        out.push_sql(", told = ");
        out.push_bind_param::<SmallInt, _>(&change.told)?;
        out.push_sql(", waiting_for = ");
        out.push_bind_param::<Nullable<SmallInt>, _>(&change.waiting_for)?;
        let counters = [&change.attempts_made, &change.round_attempts, &change.last_number, &change.faults];
        for (column, counter) in COUNTERS.iter().zip(counters) {
            out.push_sql(column);
            out.push_bind_param::<Integer, _>(counter)?;
        }
        for (column, instant) in INSTANTS.iter().zip([&change.due_at, &change.ended_at]) {
            out.push_sql(column);
            out.push_bind_param::<Nullable<BigInt>, _>(instant)?;
        }
        // What is held again has been held since the first time, unless it was sent in between.
        out.push_sql(", held_since = CASE WHEN ");
        out.push_bind_param::<Nullable<BigInt>, _>(&change.held_since)?;
        out.push_sql(" IS NOT NULL THEN coalesce(CASE WHEN last_number = ");
        out.push_bind_param::<Integer, _>(&change.last_number)?;
        out.push_sql(" THEN held_since END, ");
        out.push_bind_param::<Nullable<BigInt>, _>(&change.held_since)?;
        out.push_sql(") END");
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<BigInt, _>(&change.id)?;
        out.push_sql(" AND claim_token = ");
        out.push_bind_param::<BigInt, _>(&change.token)?;
        if REVERSED == NOT_REVERSED {
            out.push_sql(" AND reversed IS NULL");
        }
        Ok(())
    }
}

/// Its text never differs, so it is kept prepared under its type.
impl<const REVERSED: bool> QueryId for Update<'_, REVERSED> {
    type QueryId = Update<'static, REVERSED>;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const REVERSED: bool> RunQueryDsl<SqliteConnection> for Update<'_, REVERSED> {}

const COUNTERS: [&str; 4] = [", attempts_made = ", ", round_attempts = ", ", last_number = ", ", faults = "];
const INSTANTS: [&str; 2] = [", due_at = ", ", ended_at = "];
