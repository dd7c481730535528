//! `…/secrets` of an app (which means its first endpoint) or of one of its endpoints: created and shown once, activated,
//! retired, deleted.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::secret_view::{SecretView, UsedSecretView};
use crate::actions::caller::Caller;
use crate::actions::secrets::{Activation, NewSecretBody, SecretsOf};
use crate::web::json::Body;
use crate::web::list::{self, PageOf};
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    for of in ["/v1/apps/{id}/secrets", "/v1/apps/{id}/endpoints/{endpointId}/secrets"] {
        config
            .service(resource(of).post(create).get(list))
            .service(resource(&format!("{of}/{{secretId}}/activate")).post(activate))
            .service(resource(&format!("{of}/{{secretId}}")).delete(delete));
    }
}

/// Where secrets belong: an app's first endpoint, or the one named.
#[derive(Debug, Deserialize)]
pub struct Place {
    id: String,
    #[serde(rename = "endpointId")]
    endpoint_id: Option<String>,
    #[serde(rename = "secretId", default)]
    secret_id: String,
}

impl Place {
    fn of(&self) -> SecretsOf<'_> {
        SecretsOf { app: &self.id, endpoint: self.endpoint_id.as_deref() }
    }
}

/// A secret that was just created.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedSecret {
    #[serde(flatten)]
    view: SecretView,
    /// Shown in this answer alone.
    secret: String,
    /// What deserves a look.
    warnings: Vec<String>,
}

/// Creates a secret. The first of an endpoint signs at once; a later one waits as `next` unless `activate` is true.
#[utoipa::path(post, path = "/v1/apps/{id}/secrets", tag = "secrets", params(("id" = String, Path)),
    request_body = NewSecretBody,
    responses((status = 201, description = "Created; the text is in this answer alone.", body = CreatedSecret)))]
pub(in crate::web) async fn create(caller: Caller, web: Data<Web>, place: Path<Place>, body: Body) -> Answer {
    let created = web.actions.create_secret(&caller, place.of(), &body.or_empty()).await?;
    Ok(respond::created(&CreatedSecret {
        view: SecretView::from(&created.secret),
        secret: created.secret.text.expose().to_owned(),
        warnings: created.warnings,
    }))
}

/// Lists secrets, without their texts.
#[utoipa::path(get, path = "/v1/apps/{id}/secrets", tag = "secrets",
    params(("id" = String, Path), ("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page.", body = PageOf<UsedSecretView>)))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, place: Path<Place>, request: HttpRequest) -> Answer {
    let newest_first = web.actions.secrets(&caller, place.of()).await?;
    let page = list::only_page(request.query_string())?;
    let newest_first = newest_first.iter().map(SecretView::from).collect();
    let secrets = list::page_of_few(newest_first, &page, SecretView::id);
    let uses = web.actions.secret_uses(secrets.items.iter().map(|secret| secret.id().to_owned()).collect()).await?;
    Ok(respond::ok(&secrets.map(|secret| {
        let used = uses.get(secret.id());
        UsedSecretView::new(secret, used)
    })))
}

/// Makes a secret the active one; the one before it is retired.
#[utoipa::path(post, path = "/v1/apps/{id}/secrets/{secretId}/activate", tag = "secrets",
    params(("id" = String, Path), ("secretId" = String, Path)),
    request_body = Activation,
    responses((status = 200, description = "Active.", body = SecretView)))]
pub(in crate::web) async fn activate(caller: Caller, web: Data<Web>, place: Path<Place>, body: Body) -> Answer {
    let active = web.actions.activate_secret(&caller, place.of(), &place.secret_id, &body.or_empty()).await?;
    Ok(respond::ok(&SecretView::from(&active)))
}

/// Deletes a secret that does not sign.
#[utoipa::path(delete, path = "/v1/apps/{id}/secrets/{secretId}", tag = "secrets",
    params(("id" = String, Path), ("secretId" = String, Path)),
    responses((status = 204, description = "Deleted."), (status = 409, description = "It is the active one.")))]
pub(in crate::web) async fn delete(caller: Caller, web: Data<Web>, place: Path<Place>) -> Answer {
    web.actions.delete_secret(&caller, place.of(), &place.secret_id).await?;
    Ok(respond::deleted())
}
