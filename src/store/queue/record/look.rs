//! What is looked at before a group is recorded, once for all of it: which endpoints are no longer what they were when the
//! reports were validated, and which reports bear a key of somebody who was erased.
//!
//! Whoever archives, changes a dialect or erases waits for the recording lock, so what is seen here stands until the
//! transaction ends.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::candidate::Candidate;
use crate::store::backend::{Conn, on_backend};
use crate::store::erased_keys::{self, ErasedKeys};
use crate::store::schema::{apps, endpoints};

/// What was seen.
pub(super) struct Look {
    /// Of the endpoints that the group is to be delivered to, those that it can no longer be delivered to as it was meant.
    outdated: HashSet<String>,
    /// Of what the group's keys may be called where their user was erased, what there is.
    erased: HashSet<String>,
}

impl Look {
    pub(super) fn at(conn: &mut Conn, keys: &ErasedKeys, group: &[Candidate<'_>]) -> QueryResult<Self> {
        let outdated = outdated(conn, group)?;
        let erased = if keys.has_any(conn)? { erased(conn, keys, group)? } else { HashSet::new() };
        Ok(Self { outdated, erased })
    }

    /// Whether a report has to be validated anew.
    pub(super) fn outdates(&self, candidate: &Candidate<'_>) -> bool {
        candidate.new.deliveries.iter().any(|delivery| self.outdated.contains(&delivery.endpoint_id))
    }

    /// Whether a report bears a key that may be an erased one.
    pub(super) fn finds_erased(&self, keys: &ErasedKeys, candidate: &Candidate<'_>) -> bool {
        !self.erased.is_empty() && candidate.erased_names(keys).iter().any(|name| self.erased.contains(&name.digest))
    }
}

fn outdated(conn: &mut Conn, group: &[Candidate<'_>]) -> QueryResult<HashSet<String>> {
    let meant: HashMap<&str, &str> = group
        .iter()
        .flat_map(|candidate| &candidate.new.deliveries)
        .map(|delivery| (delivery.endpoint_id.as_str(), delivery.dialect()))
        .collect();
    let known: Vec<(String, String, Option<i64>, Option<i64>)> = endpoints::table
        .inner_join(apps::table)
        .filter(endpoints::id.eq_any(meant.keys().copied()))
        .select((endpoints::id, endpoints::dialect, endpoints::archived_at, apps::archived_at))
        .load(conn)?;
    let outdated = known.into_iter().filter(|(id, dialect, endpoint_ended, app_ended)| {
        endpoint_ended.or(*app_ended).is_some() || meant.get(id.as_str()) != Some(&dialect.as_str())
    });
    Ok(outdated.map(|(id, ..)| id).collect())
}

fn erased(conn: &mut Conn, keys: &ErasedKeys, group: &[Candidate<'_>]) -> QueryResult<HashSet<String>> {
    on_backend!(conn,
        sqlite(conn) => {
            let mut found = HashSet::new();
            for candidate in group {
                for name in candidate.erased_names(keys) {
                    let key = erased_keys::at(&name.digest, candidate.scope(name.kind), name.kind);
                    if key.first::<(String, Option<Vec<u8>>)>(conn).optional()?.is_some() {
                        found.insert(name.digest.clone());
                    }
                }
            }
            Ok(found)
        },
        postgres(conn) => {
            use crate::store::schema::erased_keys;
            let names = group.iter().flat_map(|candidate| candidate.erased_names(keys)).map(|name| &name.digest);
            let found = erased_keys::table.filter(erased_keys::digest.eq_any(names)).select(erased_keys::digest);
            Ok(found.load(conn)?.into_iter().collect())
        },
    )
}
