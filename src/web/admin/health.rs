//! `/v1/health`: how callbacks have been doing, as a chart shows it.

use actix_web::HttpRequest;
use actix_web::web::{Data, ServiceConfig};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::asked::Asked;
use crate::actions::caller::Caller;
use crate::domain::health::rollup::Rollup;
use crate::domain::health::series::{STEPS, Series};
use crate::domain::health::tally::Tally;
use crate::domain::time::Timestamp;
use crate::web::error::Problem;
use crate::web::query::Query;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/health").get(read));
}

/// What became of callbacks, bucket by bucket.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthView {
    /// Where the first bucket begins.
    from: Timestamp,
    /// Where the last one ends.
    to: Timestamp,
    /// Seconds of a bucket.
    step: u64,
    /// Every bucket of that time, oldest first.
    buckets: Vec<Bucket>,
}

/// What became of callbacks within one step. Tests are not counted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Bucket {
    /// When it begins.
    at: Timestamp,
    /// Deliveries that were acknowledged.
    delivered: u64,
    /// Deliveries that were given up.
    dead: u64,
    /// Attempts that failed and were not the sender's fault.
    failed_attempts: u64,
    /// Half of the answers took no longer, in milliseconds; exact up to 15 ms, above that off by 6.25 % at most. Null: there was
    /// no answer.
    p50_ms: Option<u64>,
    /// 95 of 100 answers took no longer.
    p95_ms: Option<u64>,
    /// 99 of 100 answers took no longer.
    p99_ms: Option<u64>,
}

impl Bucket {
    fn new(at: Timestamp, rollup: Option<&Rollup>) -> Self {
        let quantile = |thousandths| rollup.and_then(|rollup| rollup.latencies.quantile(thousandths));
        let tally = rollup.map_or_else(Tally::default, |rollup| rollup.tally);
        Self {
            at,
            delivered: tally.delivered,
            dead: tally.dead,
            failed_attempts: tally.failed_attempts,
            p50_ms: quantile(500),
            p95_ms: quantile(950),
            p99_ms: quantile(990),
        }
    }
}

/// Reads how callbacks have been doing: of one app, of a publisher's, else of all that the caller sees. Figures are at most five
/// seconds old.
///
/// `step` is 300 (the default; kept for 8 days), 3600 or 86400 seconds. `from` and `to` (default: the last 24 hours) move outwards
/// to whole steps, counted from 1970 in UTC; at most 1,000 buckets.
#[utoipa::path(get, path = "/v1/health", tag = "health",
    params(("appId" = Option<String>, Query), ("publisherId" = Option<String>, Query),
        ("from" = Option<String>, Query), ("to" = Option<String>, Query), ("step" = Option<u32>, Query)),
    responses((status = 200, description = "Every bucket, oldest first.", body = HealthView)))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let query = Query::read(request.query_string(), &["appId", "publisherId", "from", "to", "step"])?;
    let asked = Asked { app: query.text("appId"), publisher: query.text("publisherId") };
    let series = Series::asked(query.instant("from")?, query.instant("to")?, step(&query)?, web.node.now())?;
    let buckets = web.actions.health_series(&caller, asked, series).await?;
    let view = HealthView {
        from: series.from,
        to: series.to,
        step: series.step.as_secs(),
        buckets: series.buckets().map(|at| Bucket::new(at, buckets.get(&at))).collect(),
    };
    Ok(respond::ok(&view))
}

/// The step that is asked for.
pub(super) fn step(query: &Query) -> Result<Option<u32>, Problem> {
    let read =
        |text: &str| text.parse().map_err(|_| Problem::field("step", format!("must be one of {STEPS:?} seconds")));
    query.text("step").map(read).transpose()
}
