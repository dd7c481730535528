//! How many deliveries need somebody's attention, of all that a caller sees: one number, which stands on every page.
//!
//! So it costs next to nothing. Two statements enter an index each, and end together at the cap; nobody is told by whom or why.

use diesel::prelude::*;

use super::queries::{ENOUGH, created, is_no_test, rows};
use super::{CHUNK, Found, app_keys, capped};
use crate::domain::delivery::Status;
use crate::domain::health::Capped;
use crate::domain::time::Timestamp;
use crate::store::backend::Conn;
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
        self.read(move |conn| {
            conn.only_by_index()?;
            let of_endpoints = endpoints.chunks(CHUNK).map(held_of);
            let of_apps = apps.chunks(CHUNK).map(|some| dead_of(some, since));
            added_up(conn, of_endpoints.chain(of_apps))
        })
        .await
    }
}

/// What these statements count together; none is asked any more once there are more than the cap.
fn added_up(conn: &mut Conn, statements: impl Iterator<Item = String>) -> QueryResult<Capped> {
    let mut counted = Capped::default();
    for statement in statements {
        let found: Found = diesel::sql_query(statement).get_result(conn)?;
        counted = counted.and(capped(found.found));
        if counted.more {
            break;
        }
    }
    Ok(counted)
}

/// How many deliveries of these endpoints together are held until somebody fixes something.
pub(in crate::store) fn held_of(endpoints: &[EndpointKey]) -> String {
    together(&rows(endpoints), &format!("d.endpoint_id = a.id AND {}", held_for_mending("d")))
}

/// How many deliveries of these apps together were created since then and given up.
pub(in crate::store) fn dead_of(apps: &[AppKey], since: Timestamp) -> String {
    let (is_dead, created) = (codes::is("d.status", Status::Dead), created(Some(since)));
    together(&rows(apps), &format!("d.app_id = a.id AND {is_dead}{created}"))
}

fn together(rows: &str, condition: &str) -> String {
    format!(
        "{rows} SELECT count(*) AS found FROM (
             SELECT 1 FROM a CROSS JOIN deliveries d WHERE {condition} AND {} LIMIT {ENOUGH}) f",
        is_no_test()
    )
}
