//! `/v1/dialects/{name}/health`: how first attempts go by recipe, so that a new version is watched while it is rolled out.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};
use serde::Serialize;
use utoipa::ToSchema;

use super::health::step;
use crate::actions::caller::Caller;
use crate::actions::recipe_health::sum;
use crate::domain::health::recipes::{RecipeRollup, RefusedCounts};
use crate::domain::health::series::Series;
use crate::domain::time::Timestamp;
use crate::web::query::Query;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/dialects/{name}/health").get(read));
}

/// How first attempts of a dialect's versions went.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DialectHealthView {
    /// Where the first bucket begins.
    from: Timestamp,
    /// Where the last one ends.
    to: Timestamp,
    /// Seconds of a bucket.
    step: u64,
    /// The versions that had any first attempt, by name@version.
    recipes: Vec<RecipeHealth>,
}

/// How first attempts by one recipe went. Tests are not counted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecipeHealth {
    /// name@version
    recipe: String,
    #[serde(flatten)]
    sum: FirstAttempts,
    /// Every bucket of that time, oldest first.
    buckets: Vec<RecipeBucket>,
}

/// How first attempts within one step went.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecipeBucket {
    /// When it begins.
    at: Timestamp,
    #[serde(flatten)]
    sum: FirstAttempts,
}

/// How first attempts went.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FirstAttempts {
    /// All that were not the sender's fault.
    first_attempts: u64,
    /// Those that were acknowledged.
    delivered: u64,
    /// Those that were turned away, by how.
    #[schema(inline)]
    refused: RefusedPart,
}

/// Refusals by how the receiver turned a callback away.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefusedPart {
    /// With 401.
    #[serde(rename = "401")]
    unauthorized: u64,
    /// With 403.
    #[serde(rename = "403")]
    forbidden: u64,
    /// With 405.
    #[serde(rename = "405")]
    method_not_allowed: u64,
    /// With 422.
    #[serde(rename = "422")]
    unprocessable: u64,
    /// By a body that is no acknowledgement.
    unwanted_body: u64,
}

impl From<RecipeRollup> for FirstAttempts {
    fn from(RecipeRollup { first_attempts, delivered, refused }: RecipeRollup) -> Self {
        let RefusedCounts { unauthorized, forbidden, method_not_allowed, unprocessable, unwanted_body } = refused;
        let refused = RefusedPart { unauthorized, forbidden, method_not_allowed, unprocessable, unwanted_body };
        Self { first_attempts, delivered, refused }
    }
}

/// Reads how first attempts went by recipe: of all versions of a dialect, or of one `name@version`, over all apps. Figures are at
/// most five seconds old; what was tried again, and tests, are not counted. `from`, `to` and `step` as of `/v1/health`.
#[utoipa::path(get, path = "/v1/dialects/{name}/health", tag = "dialects",
    params(("name" = String, Path), ("from" = Option<String>, Query), ("to" = Option<String>, Query),
        ("step" = Option<u32>, Query)),
    responses((status = 200, description = "Each version that had any.", body = DialectHealthView)))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>, name: Path<String>, request: HttpRequest) -> Answer {
    let query = Query::read(request.query_string(), &["from", "to", "step"])?;
    let series = Series::asked(query.instant("from")?, query.instant("to")?, step(&query)?, web.node.now())?;
    let found = web.actions.recipe_health(&caller, &name, series).await?;
    let recipes = found.into_iter().map(|(recipe, buckets)| {
        let bucket = |at: Timestamp| RecipeBucket { at, sum: buckets.get(&at).copied().unwrap_or_default().into() };
        RecipeHealth { recipe, sum: sum(&buckets).into(), buckets: series.buckets().map(bucket).collect() }
    });
    let (from, to, step) = (series.from, series.to, series.step.as_secs());
    Ok(respond::ok(&DialectHealthView { from, to, step, recipes: recipes.collect() }))
}
