//! What waits of apps and of their endpoints, and how much is being sent: all of it in one read, for whoever shows how apps are doing.

use std::collections::HashMap;

use diesel::prelude::*;

use super::queries::{of_endpoints, of_endpoints_with_any, sending, waiting_of};
use super::{CHUNK, EndpointBacklog, Found, OfApp, OfEndpoint, app_keys, capped};
use crate::domain::health::Capped;
use crate::domain::time::Timestamp;
use crate::store::keys::EndpointKey;
use crate::store::{Store, StoreError};

/// Whose work is looked at.
#[derive(Clone, Debug)]
pub struct Looked {
    /// These apps.
    pub app_ids: Vec<String>,
    /// These endpoints; `None`: all of which anything waits, also of other apps. Of a few endpoints it costs less to name them.
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
    pub async fn work_of(&self, looked: Looked, now: Timestamp) -> Result<Work, StoreError> {
        let apps = app_keys(&looked.app_ids);
        let endpoints = looked.endpoint_ids.map(|ids| ids.iter().map(|id| EndpointKey::of(id)).collect::<Vec<_>>());
        self.read_by_index(move |conn| {
            let mut waiting: Vec<OfApp> = Vec::new();
            for some in apps.chunks(CHUNK) {
                waiting.extend(diesel::sql_query(waiting_of(some)).load::<OfApp>(conn)?);
            }
            let of_endpoints: Vec<String> = match &endpoints {
                Some(endpoints) => endpoints.chunks(CHUNK).map(|some| of_endpoints(some, None, now)).collect(),
                None => vec![of_endpoints_with_any(now)],
            };
            let mut backlogs: Vec<OfEndpoint> = Vec::new();
            for query in of_endpoints {
                backlogs.extend(diesel::sql_query(query).load::<OfEndpoint>(conn)?);
            }
            let sending: Found = diesel::sql_query(sending(&apps, None)).get_result(conn)?;
            Ok(Work {
                waiting: waiting.into_iter().map(|of| (of.id.id(), capped(of.found))).collect(),
                backlogs: backlogs.into_iter().map(OfEndpoint::backlog).collect(),
                sending: capped(sending.found),
            })
        })
        .await
    }
}
