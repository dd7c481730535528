//! How many deliveries wait, and for what, of apps and of endpoints: counts that end at a cap.
//!
//! What has not been delivered stands in small indexes by app and state, or by endpoint and time. Each count enters one of them and
//! ends at the cap, so it costs the same over a backlog of a hundred thousand. What has been delivered stands in no such index:
//! there the newest rows of an app are looked through, as many as `LOOKED_THROUGH`.
//!
//! Nothing here may count rows without an end: whoever asks waits, and others with them.

pub(in crate::store) mod attention;
pub mod one_look;
pub(in crate::store) mod queries;

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, SmallInt};

use super::codes::Coded;
use super::keys::{AppKey, EndpointKey};
use super::{Store, StoreError};
use crate::domain::delivery::{Status, WaitingFor};
use crate::domain::health::Capped;
use crate::domain::time::Timestamp;
use queries::{LOOKED_THROUGH, REASONS, delivered_of, held_reasons, in_line, of_apps, of_endpoints, sending};

/// Apps or endpoints in one statement.
const CHUNK: usize = 200;
/// Apps in one statement that looks through their rows: the first often has as many as are counted.
const FEW: usize = 20;

/// What waits of an endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndpointBacklog {
    /// Due, and claimed by nobody.
    pub due: Capped,
    /// Due later.
    pub later: Capped,
    /// Held until somebody mends something.
    pub held: Capped,
    /// When the first is due that waits to be claimed.
    pub first_due_at: Option<Timestamp>,
}

#[derive(Clone, QueryableByName)]
struct OfApp {
    #[diesel(sql_type = BigInt)]
    id: AppKey,
    #[diesel(sql_type = BigInt)]
    found: i64,
}

#[derive(QueryableByName)]
struct OfEndpoint {
    #[diesel(sql_type = BigInt)]
    id: EndpointKey,
    #[diesel(sql_type = BigInt)]
    due: i64,
    #[diesel(sql_type = BigInt)]
    later: i64,
    #[diesel(sql_type = BigInt)]
    held: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    first_due_at: Option<Timestamp>,
}

impl OfEndpoint {
    /// The endpoint's id, and what waits of it.
    fn backlog(self) -> (String, EndpointBacklog) {
        let (due, later, held) = (capped(self.due), capped(self.later), capped(self.held));
        (self.id.id(), EndpointBacklog { due, later, held, first_due_at: self.first_due_at })
    }
}

#[derive(QueryableByName)]
struct Looked {
    #[diesel(sql_type = BigInt)]
    looked: i64,
    #[diesel(sql_type = BigInt)]
    found: i64,
}

#[derive(QueryableByName)]
struct ForReason {
    #[diesel(sql_type = SmallInt)]
    reason: i16,
    #[diesel(sql_type = BigInt)]
    found: i64,
}

#[derive(QueryableByName)]
struct InLine {
    #[diesel(sql_type = BigInt)]
    id: EndpointKey,
    #[diesel(sql_type = BigInt)]
    found: i64,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    found: i64,
}

fn capped(found: i64) -> Capped {
    Capped::of(u64::try_from(found).unwrap_or(0))
}

impl Store {
    /// How many deliveries of each of these apps are in a state that an index lists: pending, retrying, held, dead or canceled.
    /// Only those that were created since then, if an instant is given.
    pub async fn count_by_app(
        &self,
        app_ids: Vec<String>,
        status: Status,
        since: Option<Timestamp>,
    ) -> Result<HashMap<String, Capped>, StoreError> {
        let apps = app_keys(&app_ids);
        let found = self
            .read_by_index(move |conn| {
                let mut found: Vec<OfApp> = Vec::new();
                for some in apps.chunks(CHUNK) {
                    found.extend(of_apps(some, status, since).all::<OfApp>(conn)?);
                }
                Ok(found)
            })
            .await?;
        Ok(found.into_iter().map(|of| (of.id.id(), capped(of.found))).collect())
    }

    /// What waits of each of these endpoints at this instant.
    pub async fn backlogs(
        &self,
        endpoint_ids: Vec<String>,
        since: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<HashMap<String, EndpointBacklog>, StoreError> {
        let endpoints: Vec<EndpointKey> = endpoint_ids.iter().map(|id| EndpointKey::of(id)).collect();
        let found = self
            .read_by_index(move |conn| {
                let mut found: Vec<OfEndpoint> = Vec::new();
                for some in endpoints.chunks(CHUNK) {
                    found.extend(of_endpoints(some, since, now).all::<OfEndpoint>(conn)?);
                }
                Ok(found)
            })
            .await?;
        Ok(found.into_iter().map(OfEndpoint::backlog).collect())
    }

    /// How many deliveries of these apps together have been delivered. Of an app whose newest rows do not tell, there may be more.
    pub async fn count_delivered(&self, app_ids: Vec<String>, since: Option<Timestamp>) -> Result<Capped, StoreError> {
        let apps = app_keys(&app_ids);
        self.walk(move |conn| {
            conn.only_by_index()?;
            let mut delivered = Capped::default();
            let mut chunks = apps.chunks(FEW);
            while let Some(some) = chunks.next() {
                for of in delivered_of(some, since).all::<Looked>(conn)? {
                    let more = u64::try_from(of.looked).is_ok_and(|looked| looked >= LOOKED_THROUGH);
                    delivered = delivered.and(Capped { more, ..capped(of.found) });
                }
                if delivered.count >= Capped::CAP {
                    delivered.more |= chunks.len() > 0;
                    break;
                }
            }
            Ok(delivered)
        })
        .await
    }

    /// How many deliveries of these apps together are being sent.
    pub async fn count_sending(&self, app_ids: Vec<String>, since: Option<Timestamp>) -> Result<Capped, StoreError> {
        let apps = app_keys(&app_ids);
        self.read_by_index(move |conn| {
            let found: Found = sending(&apps, since).one(conn)?;
            Ok(capped(found.found))
        })
        .await
    }

    /// How many deliveries of these apps wait in the line of a node, by endpoint.
    pub async fn count_in_line(
        &self,
        app_ids: Vec<String>,
        since: Option<Timestamp>,
    ) -> Result<HashMap<String, Capped>, StoreError> {
        let apps = app_keys(&app_ids);
        self.read_by_index(move |conn| {
            let found: Vec<InLine> = in_line(&apps, since).all(conn)?;
            Ok(found.into_iter().map(|of| (of.id.id(), capped(of.found))).collect())
        })
        .await
    }

    /// Why deliveries of these apps are held, and how many for each reason; there may be more of each where more are held
    /// than are looked at.
    pub async fn count_held(
        &self,
        app_ids: Vec<String>,
        since: Option<Timestamp>,
    ) -> Result<HashMap<WaitingFor, Capped>, StoreError> {
        let apps = app_keys(&app_ids);
        self.read_by_index(move |conn| {
            let mut reasons: HashMap<WaitingFor, Capped> = HashMap::new();
            let mut looked = 0;
            for some in apps.chunks(CHUNK) {
                for of in held_reasons(some, since).all::<ForReason>(conn)? {
                    looked += u64::try_from(of.found).unwrap_or(0);
                    // A reason that a newer node wrote is counted among what is held, and has no name here.
                    if let Some(reason) = WaitingFor::of_code(of.reason) {
                        let count = reasons.entry(reason).or_default();
                        *count = count.and(capped(of.found));
                    }
                }
                if looked >= REASONS {
                    reasons.values_mut().for_each(|count| count.more = true);
                    break;
                }
            }
            Ok(reasons)
        })
        .await
    }
}

fn app_keys(ids: &[String]) -> Vec<AppKey> {
    ids.iter().map(|id| AppKey::of(id)).collect()
}
