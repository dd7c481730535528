//! How many deliveries need somebody's attention, of all that a caller sees: one number, which stands on every page. And how many
//! wait or are dead, which stands above a list.
//!
//! So it costs next to nothing. Two statements enter an index each, and end together at the cap; nobody is told by whom or why.

use diesel::prelude::*;

use super::queries::{ENOUGH, ROWS, asked_since, created, is_no_test};
use super::{CHUNK, Found, app_keys, capped};
use crate::domain::delivery::Status;
use crate::domain::health::Capped;
use crate::domain::time::Timestamp;
use crate::store::backend::{Conn, Statement};
use crate::store::codes;
use crate::store::deliveries::held_for_mending;
use crate::store::keys::{AppKey, EndpointKey};
use crate::store::{Store, StoreError};

impl Store {
    /// How many deliveries of these endpoints are held until somebody fixes something, and of these apps were created since
    /// then and given up.
    pub async fn count_attention(
        &self,
        endpoint_ids: Vec<String>,
        app_ids: Vec<String>,
        since: Timestamp,
    ) -> Result<Capped, StoreError> {
        let endpoints: Vec<EndpointKey> = endpoint_ids.iter().map(|id| EndpointKey::of(id)).collect();
        let apps = app_keys(&app_ids);
        self.read_by_index(move |conn| {
            let of_endpoints = endpoints.chunks(CHUNK).map(held_of);
            let of_apps = apps.chunks(CHUNK).map(|some| in_state_of(some, Status::Dead, Some(since)));
            added_up(conn, of_endpoints.chain(of_apps))
        })
        .await
    }

    /// How many deliveries of these apps together are in one of these states, each of which an index lists.
    pub async fn count_together(
        &self,
        app_ids: Vec<String>,
        statuses: &'static [Status],
    ) -> Result<Capped, StoreError> {
        let apps = app_keys(&app_ids);
        self.read_by_index(move |conn| {
            let in_state = |status: &Status| apps.chunks(CHUNK).map(|some| in_state_of(some, *status, None)).collect();
            added_up(conn, statuses.iter().flat_map(|status| -> Vec<Statement> { in_state(status) }))
        })
        .await
    }
}

/// What these statements count together; none is asked any more once there are more than the cap.
fn added_up(conn: &mut Conn, statements: impl Iterator<Item = Statement>) -> QueryResult<Capped> {
    let mut counted = Capped::default();
    for statement in statements {
        let found: Found = statement.one(conn)?;
        counted = counted.and(capped(found.found));
        if counted.more {
            break;
        }
    }
    Ok(counted)
}

/// How many deliveries of these endpoints together are held until somebody fixes something.
pub(in crate::store) fn held_of(endpoints: &[EndpointKey]) -> Statement {
    Statement::of(together(&format!("d.endpoint_id = a.id AND {}", held_for_mending("d")))).keys(endpoints)
}

/// How many deliveries of these apps together are in a state, of those that were created since then if an instant is given.
pub(in crate::store) fn in_state_of(apps: &[AppKey], status: Status, since: Option<Timestamp>) -> Statement {
    let (is_it, created) = (codes::is("d.status", status), created(since));
    asked_since(since, together(&format!("d.app_id = a.id AND {is_it}{created}"))).keys(apps)
}

fn together(condition: &str) -> String {
    format!(
        "{ROWS} SELECT count(*) AS found FROM (
             SELECT 1 FROM a CROSS JOIN :each deliveries d WHERE {condition} AND {} :end_each LIMIT {ENOUGH}) f",
        is_no_test()
    )
}
