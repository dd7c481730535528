//! What waits of apps and of their endpoints, and how much is being sent: all of it in one read, for whoever shows how apps are doing.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::queries::{of_endpoints, sending, sending_of_any, waiting_of, waiting_of_any};
use super::{CHUNK, EndpointBacklog, Found, OfApp, OfEndpoint, app_keys, capped};
use crate::domain::health::Capped;
use crate::domain::time::Timestamp;
use crate::store::backend::{Conn, Statement};
use crate::store::deadline::Deadline;
use crate::store::keys::{AppKey, EndpointKey};
use crate::store::queue::queries::endpoints_with_any;
use crate::store::{Store, StoreError};

/// Whose work is looked at.
#[derive(Clone, Debug)]
pub struct AskedAbout {
    /// These apps.
    pub app_ids: Vec<String>,
    /// Their endpoints, where the apps are few. `None`: apps and endpoints of which anything waits are found, also others than these,
    /// which costs less than to look for each of many.
    pub endpoint_ids: Option<Vec<String>>,
}

/// What was found. Where nothing waits, an app or an endpoint may be absent.
#[derive(Clone, Debug, Default)]
pub struct Work {
    /// How many deliveries are pending, retrying or held, by app.
    pub waiting: HashMap<String, Capped>,
    /// What waits, by endpoint.
    pub backlogs: HashMap<String, EndpointBacklog>,
    /// How many deliveries of the apps together are being sent.
    pub sending: Capped,
}

impl Store {
    /// What waits of apps and of their endpoints at this instant.
    pub async fn work_of(&self, asked: AskedAbout, now: Timestamp) -> Result<Work, StoreError> {
        let apps = app_keys(&asked.app_ids);
        let named = asked.endpoint_ids.map(|ids| ids.iter().map(|id| EndpointKey::of(id)).collect::<Vec<_>>());
        self.read_by_index(move |conn| {
            let deadline = Deadline::begin();
            let sending = sending_of(conn, &apps, named.is_none())?;
            let (waiting, endpoints) = match named {
                Some(named) => {
                    let waiting = apps.chunks(CHUNK).map(|some| waiting_of(some).all::<OfApp>(conn));
                    (waiting.collect::<QueryResult<Vec<_>>>()?.concat(), named)
                }
                None => (waiting_of_any().all(conn)?, with_any(conn)?),
            };
            let mut backlogs: Vec<OfEndpoint> = Vec::new();
            for some in endpoints.chunks(CHUNK) {
                deadline.check()?;
                backlogs.extend(of_endpoints(some, None, now).all::<OfEndpoint>(conn)?);
            }
            Ok(Work {
                waiting: waiting.into_iter().map(|of| (of.id.id(), capped(of.found))).collect(),
                backlogs: backlogs.into_iter().map(OfEndpoint::backlog).collect(),
                sending,
            })
        })
        .await
    }
}

#[derive(QueryableByName)]
struct WithAny {
    #[diesel(sql_type = BigInt)]
    endpoint_id: EndpointKey,
}

/// The endpoints of which anything waits, or is held until somebody mends something: of ten thousand endpoints only those cost
/// something that have a backlog.
fn with_any(conn: &mut Conn) -> QueryResult<Vec<EndpointKey>> {
    let endpoints: Vec<WithAny> = Statement::of(endpoints_with_any()).all(conn)?;
    Ok(endpoints.into_iter().map(|with| with.endpoint_id).collect())
}

/// How many are being sent of these apps. Of all apps together there are mostly few, which one statement answers whose text never
/// differs; where there are more than are counted, these apps are asked about by name.
fn sending_of(conn: &mut Conn, apps: &[AppKey], are_many: bool) -> QueryResult<Capped> {
    if are_many {
        let found: Vec<OfApp> = sending_of_any().all(conn)?;
        let all: i64 = found.iter().map(|of| of.found).sum();
        if !capped(all).more {
            let apps: HashSet<&AppKey> = apps.iter().collect();
            return Ok(capped(found.iter().filter(|of| apps.contains(&of.id)).map(|of| of.found).sum()));
        }
    }
    let found: Found = sending(apps, None).one(conn)?;
    Ok(capped(found.found))
}
