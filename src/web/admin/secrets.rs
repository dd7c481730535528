//! `…/secrets` of an app (which means its first endpoint) or of one of its endpoints: created and shown once, activated,
//! retired, deleted.
//!
//! The callback URL is checked again whenever signing begins or changes hands: a template that was harmless while nothing
//! was signed may never verify afterwards.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::app_view::SHORT_SECRET;
use super::secret_use_part::UsedSecretView;
use crate::actions::access::endpoint;
use crate::actions::caller::Caller;
use crate::actions::generate;
use crate::domain::app::{App, Endpoint, Secret};
use crate::domain::app_settings::EndpointSettings;
use crate::domain::dialect::recipe::SecretNeed;
use crate::domain::endpoint_rules::{check_endpoint, check_key};
use crate::domain::secret::{SecretState, SecretText};
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::secrets::{NewSecret, SecretDeleted};
use crate::web::error::Problem;
use crate::web::json::Body;
use crate::web::list::{self, PageOf};
use crate::web::{Answer, Web, resource, respond};

/// Minutes for which a retired secret may be tried once more, unless the caller says otherwise.
const DEFAULT_OVERLAP: u64 = 60;
/// Longest overlap: thirty days.
const LONGEST_OVERLAP: u64 = 43_200;
/// Most secrets of one endpoint: one signs, one may be next, the others are history that can be deleted.
const MOST: usize = 20;

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
    #[serde(rename = "secretId")]
    secret_id: Option<String>,
}

/// A new secret.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSecretBody {
    /// A secret that you bring: 1 to 256 characters. Left out, one is made.
    secret: Option<String>,
    /// Sign with it at once, although there is an active one.
    activate: Option<bool>,
}

/// How an activation is to go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Activation {
    /// So many minutes a 401 or 422 is tried once more under the other key (0 to 43,200; default 60; 0 after a leak).
    overlap_minutes: Option<u64>,
}

/// A secret, without its text.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecretView {
    id: String,
    /// `next`, `active` or `retired`.
    #[schema(value_type = String)]
    state: SecretState,
    created_at: Timestamp,
    activated_at: Option<Timestamp>,
    /// Until then it may be tried after a 401 or 422.
    overlap_until: Option<Timestamp>,
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

impl From<&Secret> for SecretView {
    fn from(secret: &Secret) -> Self {
        Self {
            id: secret.id.clone(),
            state: secret.state,
            created_at: secret.created_at,
            activated_at: secret.activated_at,
            overlap_until: secret.overlap_until,
        }
    }
}

/// Creates a secret. The first of an endpoint signs at once; a later one waits as `next` unless `activate` is true.
#[utoipa::path(post, path = "/v1/apps/{id}/secrets", tag = "secrets", params(("id" = String, Path)),
    request_body = NewSecretBody,
    responses((status = 201, description = "Created; the text is in this answer alone.", body = CreatedSecret)))]
pub(in crate::web) async fn create(caller: Caller, web: Data<Web>, place: Path<Place>, body: Body) -> Answer {
    let (app, of) = find(&web, &caller, &place).await?;
    let given: NewSecretBody = body.read_or_empty()?;
    let recipe = web.node.catalog.get(&of.dialect);
    if recipe.is_some_and(|recipe| recipe.secret() == SecretNeed::None) {
        return Err(Problem::field("secret", format!("is of no use: the dialect {} signs nothing", of.dialect)));
    }
    let text = match &given.secret {
        Some(brought) => SecretText::brought(brought)?,
        None => generate::secret(recipe.map_or("", |recipe| recipe.secret_prefix())),
    };
    check_key(recipe.map(AsRef::as_ref), &text, "secret")?;
    check_urls(&web, &of)?;
    if of.secrets.len() >= MOST {
        return Err(Problem::conflict(format!("An endpoint has at most {MOST} secrets; delete retired ones.")));
    }
    let now = web.node.clock.now();
    let activate = given.activate.unwrap_or(false).then(|| Duration::from_secs(DEFAULT_OVERLAP * 60));
    let new = NewSecret {
        id: random::new_id("sec"),
        app_id: app.id.clone(),
        endpoint_id: of.id.clone(),
        text: text.clone(),
        activate,
        created_at: now,
    };
    let id = new.id.clone();
    let state = web.node.store.create_secret(new).await?.ok_or_else(|| Problem::not_found("endpoint"))?;
    web.in_force().await?;
    let signature = recipe.and_then(|recipe| recipe.signature());
    let unusual = signature.and_then(|signature| signature.secret_warning(&text));
    let activated_at = (state == SecretState::Active).then_some(now);
    Ok(respond::created(&CreatedSecret {
        view: SecretView { id, state, created_at: now, activated_at, overlap_until: None },
        secret: text.expose().to_owned(),
        warnings: text.is_short().then(|| SHORT_SECRET.to_owned()).into_iter().chain(unusual).collect(),
    }))
}

/// Lists secrets, without their texts.
#[utoipa::path(get, path = "/v1/apps/{id}/secrets", tag = "secrets",
    params(("id" = String, Path), ("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page.", body = PageOf<UsedSecretView>)))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, place: Path<Place>, request: HttpRequest) -> Answer {
    let (_, of) = find(&web, &caller, &place).await?;
    let page = list::only_page(request.query_string())?;
    let newest_first = of.secrets.iter().rev().map(SecretView::from).collect();
    let secrets = list::page_of_few(newest_first, &page, |secret: &SecretView| &secret.id);
    let uses = web.node.store.secret_uses(secrets.items.iter().map(|secret| secret.id.clone()).collect()).await?;
    Ok(respond::ok(&secrets.map(|secret| {
        let used = uses.get(&secret.id);
        UsedSecretView::new(secret, used)
    })))
}

/// Makes a secret the active one; the one before it is retired.
#[utoipa::path(post, path = "/v1/apps/{id}/secrets/{secretId}/activate", tag = "secrets",
    params(("id" = String, Path), ("secretId" = String, Path)),
    request_body = Activation,
    responses((status = 200, description = "Active.", body = SecretView)))]
pub(in crate::web) async fn activate(caller: Caller, web: Data<Web>, place: Path<Place>, body: Body) -> Answer {
    let (app, of) = find(&web, &caller, &place).await?;
    let id = secret_id(&place);
    let Some(secret) = of.secrets.iter().find(|secret| secret.id == id) else {
        return Err(Problem::not_found("secret"));
    };
    check_key(web.node.catalog.get(&of.dialect).map(AsRef::as_ref), &secret.text, "secret")?;
    let given: Activation = body.read_or_empty()?;
    let minutes = given.overlap_minutes.unwrap_or(DEFAULT_OVERLAP);
    if minutes > LONGEST_OVERLAP {
        return Err(Problem::field("overlapMinutes", format!("must be a number from 0 to {LONGEST_OVERLAP}")));
    }
    check_urls(&web, &of)?;
    let overlap = Duration::from_secs(minutes * 60);
    let now = web.node.clock.now();
    if !web.node.store.activate_secret(&app.id, &of.id, id, overlap, now).await? {
        return Err(Problem::not_found("secret"));
    }
    web.in_force().await?;
    let (_, of) = find(&web, &caller, &place).await?;
    let active = of.secrets.iter().find(|secret| secret.id == id).ok_or_else(|| Problem::not_found("secret"))?;
    Ok(respond::ok(&SecretView::from(active)))
}

/// Deletes a secret that does not sign.
#[utoipa::path(delete, path = "/v1/apps/{id}/secrets/{secretId}", tag = "secrets",
    params(("id" = String, Path), ("secretId" = String, Path)),
    responses((status = 204, description = "Deleted."), (status = 409, description = "It is the active one.")))]
pub(in crate::web) async fn delete(caller: Caller, web: Data<Web>, place: Path<Place>) -> Answer {
    let (app, of) = find(&web, &caller, &place).await?;
    match web.node.store.delete_secret(&app.id, &of.id, secret_id(&place)).await? {
        SecretDeleted::Deleted => web.once_in_force(respond::deleted()).await,
        SecretDeleted::Unknown => Err(Problem::not_found("secret")),
        SecretDeleted::Active => {
            Err(Problem::conflict("This secret is active; activate another one before deleting it."))
        }
    }
}

async fn find(web: &Web, caller: &Caller, place: &Place) -> Result<(App, Endpoint), Problem> {
    let app = web.actions.app(caller, &place.id).await?;
    let of = endpoint(&app, place.endpoint_id.as_deref())?.clone();
    Ok((app, of))
}

fn secret_id(place: &Place) -> &str {
    place.secret_id.as_deref().unwrap_or_default()
}

fn check_urls(web: &Web, of: &Endpoint) -> Result<(), Problem> {
    check_endpoint(&EndpointSettings::of(of), &web.node.catalog, &web.node.targets)?;
    Ok(())
}
