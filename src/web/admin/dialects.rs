//! `/v1/dialects`: the recipes, for anyone signed in. Read-only, because a dialect is a file of the program.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, ServiceConfig};

use crate::actions::caller::Caller;
use crate::domain::dialect::describe::describe;
use crate::web::error::Problem;
use crate::web::list::PageOf;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/dialects").get(list)).service(resource("/v1/dialects/{name}").get(read));
}

/// Lists the dialects, each in its newest version.
#[utoipa::path(get, path = "/v1/dialects", tag = "dialects", responses(
    (status = 200, description = "All of them.", body = PageOf<Object>),
))]
pub(in crate::web) async fn list(_: Caller, web: Data<Web>) -> HttpResponse {
    let items: Vec<_> = web.node.catalog.newest().map(|recipe| describe(recipe)).collect();
    respond::ok(&PageOf { items, next_cursor: None })
}

/// Reads a dialect: recipe, placeholders, required fields, vectors. `name@version` reads that version.
#[utoipa::path(get, path = "/v1/dialects/{name}", tag = "dialects", params(("name" = String, Path)), responses(
    (status = 200, description = "The dialect.", body = Object),
))]
pub(in crate::web) async fn read(_: Caller, web: Data<Web>, name: Path<String>) -> Answer {
    let catalog = &web.node.catalog;
    let found = catalog.get(&name).or_else(|| catalog.get_version(&name));
    let recipe = found.ok_or_else(|| Problem::not_found("dialect"))?;
    Ok(respond::ok(&describe(recipe)))
}
