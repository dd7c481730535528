//! `/v1/dialects`: the recipes, for anyone signed in. Read-only, because a dialect is a file of the program.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, ServiceConfig};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::domain::dialect::describe::describe;
use crate::web::error::Problem;
use crate::web::list::PageOf;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/dialects").get(list)).service(resource("/v1/dialects/{name}").get(read));
}

/// How callbacks look and are signed; `openapi::shapes` says of which fields it is made.
#[derive(Serialize, ToSchema)]
#[schema(value_type = Object)]
pub struct DialectView(Value);

/// Lists the dialects, each in its newest version.
#[utoipa::path(get, path = "/v1/dialects", tag = "dialects", responses(
    (status = 200, description = "All of them.", body = PageOf<DialectView>),
))]
pub(in crate::web) async fn list(_: Caller, web: Data<Web>) -> HttpResponse {
    let items: Vec<_> = web.node.catalog.newest().map(|recipe| DialectView(describe(recipe))).collect();
    respond::ok(&PageOf { items, next_cursor: None })
}

/// Reads a dialect: recipe, placeholders, required fields, vectors. `name@version` reads that version.
#[utoipa::path(get, path = "/v1/dialects/{name}", tag = "dialects", params(("name" = String, Path)), responses(
    (status = 200, description = "The dialect.", body = DialectView),
))]
pub(in crate::web) async fn read(_: Caller, web: Data<Web>, name: Path<String>) -> Answer {
    let catalog = &web.node.catalog;
    let found = catalog.get(&name).or_else(|| catalog.get_version(&name));
    let recipe = found.ok_or_else(|| Problem::not_found("dialect"))?;
    Ok(respond::ok(&DialectView(describe(recipe))))
}
