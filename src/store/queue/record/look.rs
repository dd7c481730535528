//! What is looked at before a group is recorded, once for all of it: what the endpoints are by now that the reports were
//! validated for, and which reports bear a key of somebody who was erased.
//!
//! Whoever archives, changes a dialect or erases waits for the recording lock, so what is seen here stands until the
//! transaction ends.

use std::collections::{HashMap, HashSet};

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::OptionalExtension;
use diesel::sql_types::{Array, Bool, Nullable, Text};

use super::candidate::Candidate;
use crate::domain::dialect::naming::speaks;
use crate::store::backend::{Conn, on_backend};
use crate::store::erased_keys::{self, ErasedKeys};
use crate::store::keys::{CompletionKey, EndpointKey};
use crate::store::schema::{apps, endpoints};

/// What was seen.
#[derive(Default)]
pub(super) struct Look {
    /// The dialects of the endpoints that the group is to be delivered to; `None`: such an endpoint has ended.
    dialects: HashMap<EndpointKey, Option<String>>,
    /// Of what the group's keys may be called where their user was erased, what there is.
    erased: HashSet<String>,
}

impl Look {
    pub(super) fn at(conn: &mut Conn, keys: &ErasedKeys, group: &[&Candidate]) -> QueryResult<Self> {
        on_backend!(conn, sqlite(conn) => one_by_one(conn, keys, group), postgres(conn) => at_once(conn, keys, group))
    }

    /// Whether a report has to be validated anew. An endpoint that is not known is the business of whoever validates.
    pub(super) fn outdates(&self, candidate: &Candidate) -> bool {
        candidate.deliveries.iter().any(|delivery| {
            let (endpoint, recipe) = delivery.addressed_to();
            let is_current = |present: &Option<String>| present.as_ref().is_some_and(|dialect| speaks(dialect, recipe));
            self.dialects.get(&endpoint).is_some_and(|present| !is_current(present))
        })
    }

    /// Whether a report bears a key that may be an erased one.
    pub(super) fn finds_erased(&self, keys: &ErasedKeys, candidate: &Candidate) -> bool {
        !self.erased.is_empty() && candidate.erased_names(keys).iter().any(|name| self.erased.contains(&name.digest))
    }
}

fn endpoints_of(group: &[&Candidate]) -> HashSet<EndpointKey> {
    group.iter().flat_map(|one| &one.deliveries).map(|delivery| delivery.addressed_to().0).collect()
}

/// On SQLite, where a statement is a call within this process: by statements whose text never differs.
fn one_by_one(conn: &mut SqliteConnection, keys: &ErasedKeys, group: &[&Candidate]) -> QueryResult<Look> {
    let mut look = Look::default();
    for key in endpoints_of(group) {
        let endpoint = endpoints::table.inner_join(apps::table).filter(endpoints::id.eq(key.id()));
        let endpoint = endpoint.select((endpoints::dialect, endpoints::archived_at, apps::archived_at));
        let found: Option<(String, Option<i64>, Option<i64>)> = endpoint.get_result(conn).optional()?;
        if let Some((dialect, endpoint_ended, app_ended)) = found {
            let is_there = endpoint_ended.or(app_ended).is_none();
            look.dialects.insert(key, is_there.then_some(dialect));
        }
    }
    if !keys.has_known() && !keys.note(erased_keys::any().get_result(conn)?) {
        return Ok(look);
    }
    for candidate in group {
        for name in candidate.erased_names(keys) {
            let scope = candidate.scope(name.kind);
            let key = erased_keys::at(&name.digest, &scope, name.kind);
            if key.get_result::<(CompletionKey, Option<Vec<u8>>)>(conn).optional()?.is_some() {
                look.erased.insert(name.digest.clone());
            }
        }
    }
    Ok(look)
}

/// On PostgreSQL, where a statement costs a round trip: by one.
fn at_once(conn: &mut PgConnection, keys: &ErasedKeys, group: &[&Candidate]) -> QueryResult<Look> {
    let knew_some = keys.has_known();
    let names = group.iter().filter(|_| knew_some).flat_map(|one| one.erased_names(keys));
    let names = names.map(|name| name.digest.as_str()).collect();
    let endpoint_ids = endpoints_of(group).into_iter().map(EndpointKey::id).collect();
    let (mut look, mut has_some) = (Look::default(), false);
    for seen in (LookAt { endpoint_ids, names }).load::<Seen>(conn)? {
        match seen {
            (id, dialect, false) => drop(look.dialects.insert(EndpointKey::of(&id), dialect)),
            (name, _, true) if name.is_empty() => has_some = true,
            (name, _, true) => drop(look.erased.insert(name)),
        }
    }
    // The first key of all has been erased: by now there are names to be asked for.
    if keys.note(has_some) && !knew_some { at_once(conn, keys, group) } else { Ok(look) }
}

/// The one statement of a look.
#[derive(Debug)]
pub(in crate::store) struct LookAt<'a> {
    pub(in crate::store) endpoint_ids: Vec<String>,
    /// What erased keys may be called.
    pub(in crate::store) names: Vec<&'a str>,
}

/// An endpoint and its dialect, if it has not ended; or the name of an erased key, empty for any at all; and which it is.
type Seen = (String, Option<String>, bool);

impl QueryFragment<Pg> for LookAt<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "SELECT e.id, CASE WHEN e.archived_at IS NULL AND a.archived_at IS NULL THEN e.dialect END, FALSE
             FROM endpoints e JOIN apps a ON a.id = e.app_id WHERE e.id = ANY(",
        );
        out.push_bind_param::<Array<Text>, _>(&self.endpoint_ids)?;
        out.push_sql(") UNION ALL SELECT digest, NULL, TRUE FROM erased_keys WHERE digest = ANY(");
        out.push_bind_param::<Array<Text>, _>(&self.names)?;
        // The condition has the index entered at its beginning.
        out.push_sql(") UNION ALL SELECT '', NULL, TRUE WHERE EXISTS (SELECT FROM erased_keys WHERE digest >= '')");
        Ok(())
    }
}

/// Its text never differs, so it is kept prepared under its type.
impl QueryId for LookAt<'_> {
    type QueryId = LookAt<'static>;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for LookAt<'_> {
    type SqlType = (Text, Nullable<Text>, Bool);
}

impl RunQueryDsl<PgConnection> for LookAt<'_> {}
