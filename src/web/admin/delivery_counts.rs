//! `/v1/deliveries/counts`: how many deliveries there are in each state, and what they wait for.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::web::{Data, ServiceConfig};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::asked::Asked;
use crate::actions::caller::Caller;
use crate::domain::delivery_counts::DeliveryCounts;
use crate::domain::health::Capped;
use crate::web::query::Query;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/deliveries/counts").get(read));
}

/// A number that is counted up to 1,000.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct CountView {
    /// At most 1,000.
    #[schema(maximum = 1000)]
    count: u64,
    /// Whether there are more.
    more: bool,
}

impl From<Capped> for CountView {
    fn from(capped: Capped) -> Self {
        Self { count: capped.count, more: capped.more }
    }
}

/// How many deliveries there are. Tests, and what belongs to archived apps, are not counted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryCountsView {
    /// By state. Of what was delivered the newest 2,000 deliveries of an app are looked through.
    #[schema(value_type = BTreeMap<String, CountView>)]
    by_status: BTreeMap<&'static str, CountView>,
    /// By what is waited for, where anything is. Of what is held 10,000 deliveries are looked through.
    #[schema(value_type = BTreeMap<String, CountView>)]
    by_waiting_for: BTreeMap<&'static str, CountView>,
    /// Held until somebody mends something, or created in the last 7 days and dead.
    needs_attention: CountView,
}

impl From<DeliveryCounts> for DeliveryCountsView {
    fn from(counts: DeliveryCounts) -> Self {
        Self {
            by_status: counts.by_status.into_iter().map(|(status, count)| (status.as_str(), count.into())).collect(),
            by_waiting_for: (counts.by_waiting_for.into_iter())
                .map(|(reason, count)| (reason.as_str(), count.into()))
                .collect(),
            needs_attention: counts.needs_attention.into(),
        }
    }
}

/// Counts deliveries, up to 1,000 of each kind: of one app, of a publisher's, else of all that the caller sees. With `from` only
/// those that were created since then.
#[utoipa::path(get, path = "/v1/deliveries/counts", tag = "deliveries",
    params(("appId" = Option<String>, Query), ("publisherId" = Option<String>, Query), ("from" = Option<String>, Query)),
    responses((status = 200, description = "The counts.", body = DeliveryCountsView)))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let query = Query::read(request.query_string(), &["appId", "publisherId", "from"])?;
    let asked = Asked { app: query.text("appId"), publisher: query.text("publisherId") };
    let counts = web.actions.delivery_counts(&caller, asked, query.instant("from")?).await?;
    Ok(respond::ok(&DeliveryCountsView::from(counts)))
}
