//! Settling one after the other, on SQLite, where a statement is a call within this process.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, SmallInt, Text};
use diesel::sqlite::Sqlite;

use super::{Change, Changed, attempt_rows, stored_count};
use crate::domain::settlement::Settlement;
use crate::store::schema::attempts;

/// Settles where the claims still stand; answers where they did.
pub(super) fn change<'a>(conn: &mut SqliteConnection, group: &[&'a Settlement]) -> QueryResult<Changed<'a>> {
    let mut changed = Changed::default();
    for settlement in group {
        let Some(reversed) = Change::of(settlement).get_result::<bool>(conn).optional()? else {
            continue;
        };
        changed.tokens.insert(&settlement.token);
        if reversed {
            changed.reversed.insert(&settlement.token);
        }
        if let Some(number) = settlement.replaces {
            diesel::delete(attempts::table.find((&settlement.delivery_id, stored_count(number)))).execute(conn)?;
        }
        for row in attempt_rows(settlement) {
            diesel::insert_into(attempts::table).values(row).execute(conn)?;
        }
    }
    Ok(changed)
}

/// Written by hand, because the query builder has every UPDATE prepared anew, which takes longer than performing it.
impl QueryFragment<Sqlite> for Change<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("UPDATE deliveries SET claimed_by = NULL, claim_token = NULL, claimed_at = NULL, status = ");
        out.push_bind_param::<SmallInt, _>(&self.status)?;
        out.push_sql(", told = ");
        out.push_bind_param::<SmallInt, _>(&self.told)?;
        out.push_sql(", waiting_for = ");
        out.push_bind_param::<Nullable<SmallInt>, _>(&self.waiting_for)?;
        let counters = [&self.attempts_made, &self.round_attempts, &self.last_number, &self.faults];
        for (column, counter) in COUNTERS.iter().zip(counters) {
            out.push_sql(column);
            out.push_bind_param::<Integer, _>(counter)?;
        }
        for (column, instant) in INSTANTS.iter().zip([&self.due_at, &self.held_since, &self.ended_at]) {
            out.push_sql(column);
            out.push_bind_param::<Nullable<BigInt>, _>(instant)?;
        }
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<Text, _>(self.id)?;
        out.push_sql(" AND claim_token = ");
        out.push_bind_param::<Text, _>(self.token)?;
        out.push_sql(" RETURNING reversed IS NOT NULL");
        Ok(())
    }
}

/// Its text never differs, so it is kept prepared under its type.
impl QueryId for Change<'_> {
    type QueryId = Change<'static>;

    const HAS_STATIC_QUERY_ID: bool = true;
}

/// What it answers: whether the completion has been taken back.
impl Query for Change<'_> {
    type SqlType = Bool;
}

impl RunQueryDsl<SqliteConnection> for Change<'_> {}

const COUNTERS: [&str; 4] = [", attempts_made = ", ", round_attempts = ", ", last_number = ", ", faults = "];
const INSTANTS: [&str; 3] = [", due_at = ", ", held_since = ", ", ended_at = "];
