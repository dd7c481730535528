//! `/v1/publishers`: the accounts that own apps. Account managers keep them; a publisher reads its own.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::domain::account::Publisher;
use crate::domain::patch::Patch;
use crate::domain::time::Timestamp;
use crate::web::json::Body;
use crate::web::list::{self, PageOf};
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/publishers").post(create).get(list))
        .service(resource("/v1/publishers/{id}").get(read).patch(change));
}

/// A new publisher.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPublisher {
    /// For people.
    name: String,
    /// Your own name for it, accepted wherever the id is.
    #[serde(rename = "ref")]
    reference: Option<String>,
}

/// A change of a publisher; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublisherPatch {
    /// For people.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Patch<String>,
    /// Your own name for it; null takes it away.
    #[serde(default, rename = "ref")]
    #[schema(value_type = Option<String>)]
    reference: Patch<String>,
}

/// A publisher.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublisherView {
    id: String,
    #[serde(rename = "ref")]
    reference: Option<String>,
    name: String,
    created_at: Timestamp,
}

impl From<Publisher> for PublisherView {
    fn from(publisher: Publisher) -> Self {
        Self {
            id: publisher.id,
            reference: publisher.reference,
            name: publisher.name,
            created_at: publisher.created_at,
        }
    }
}

/// Creates a publisher.
#[utoipa::path(post, path = "/v1/publishers", tag = "publishers", request_body = NewPublisher, responses(
    (status = 201, description = "Created.", body = PublisherView),
))]
pub(in crate::web) async fn create(_: Caller, web: Data<Web>, body: Body) -> Answer {
    let given: NewPublisher = body.read()?;
    let created = web.actions.create_publisher(&given.name, given.reference.as_deref()).await?;
    Ok(respond::created(&PublisherView::from(created.made)))
}

/// Lists publishers; a publisher finds itself alone.
#[utoipa::path(get, path = "/v1/publishers", tag = "publishers",
    params(("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page.", body = PageOf<PublisherView>)))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let page = list::only_page(request.query_string())?;
    let listed = web.actions.publishers(&caller, page).await?;
    Ok(respond::ok(&PageOf::from(listed.map(PublisherView::from))))
}

/// Reads a publisher.
#[utoipa::path(get, path = "/v1/publishers/{id}", tag = "publishers", params(("id" = String, Path)), responses(
    (status = 200, description = "The publisher.", body = PublisherView),
))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    Ok(respond::ok(&PublisherView::from(web.actions.publisher(&caller, &id).await?)))
}

/// Changes a publisher.
#[utoipa::path(patch, path = "/v1/publishers/{id}", tag = "publishers", params(("id" = String, Path)),
    request_body = PublisherPatch,
    responses((status = 200, description = "Changed.", body = PublisherView)))]
pub(in crate::web) async fn change(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let given: PublisherPatch = body.read()?;
    let publisher = web.actions.change_publisher(&caller, &id, given.name, given.reference).await?;
    Ok(respond::ok(&PublisherView::from(publisher)))
}
