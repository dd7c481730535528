//! What waits of apps and of their endpoints, and how much is being sent: all of it in one read, for whoever shows how apps are doing.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::queries::{of_endpoints, sending, waiting_of, waiting_of_any};
use super::{CHUNK, EndpointBacklog, Found, OfApp, OfEndpoint, app_keys, capped};
use crate::domain::health::Capped;
use crate::domain::time::Timestamp;
use crate::store::backend::{Conn, Statement};
use crate::store::deadline::Deadline;
use crate::store::keys::EndpointKey;
use crate::store::queue::queries::{due_endpoints, held_endpoints};
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
            let sending: Found = sending(&apps, None).one(conn)?;
            Ok(Work {
                waiting: waiting.into_iter().map(|of| (of.id.id(), capped(of.found))).collect(),
                backlogs: backlogs.into_iter().map(OfEndpoint::backlog).collect(),
                sending: capped(sending.found),
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
    let mut endpoints: Vec<WithAny> = Statement::of(due_endpoints()).all(conn)?;
    endpoints.extend(Statement::of(held_endpoints()).all::<WithAny>(conn)?);
    let endpoints: BTreeSet<EndpointKey> = endpoints.into_iter().map(|with| with.endpoint_id).collect();
    Ok(endpoints.into_iter().collect())
}
