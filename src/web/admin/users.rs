//! `DELETE /v1/apps/{id}/users/{userId}`: a user's wish to be forgotten.

use actix_web::web::{Data, Path, ServiceConfig};

use crate::actions::caller::Caller;
use crate::random;
use crate::store::Store;
use crate::store::erasure::{Erased, Erasure};
use crate::web::error::Problem;
use crate::web::{Answer, Web, resource, respond};

/// What a user is called afterwards, before something that means nothing.
const PSEUDONYM: &str = "erased";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/apps/{id}/users/{userId}").delete(erase));
}

/// Takes a user's name out of everything that was recorded of it. Amounts stay, and what was reported stays a duplicate.
#[utoipa::path(delete, path = "/v1/apps/{id}/users/{userId}", tag = "apps",
    params(("id" = String, Path), ("userId" = String, Path)), responses(
    (status = 204, description = "Nothing bears the user's name any more."),
    (status = 409, description = "Deliveries of this user are open; what had ended may be erased already."),
))]
pub(in crate::web) async fn erase(caller: Caller, web: Data<Web>, path: Path<(String, String)>) -> Answer {
    let (app, user_id) = path.into_inner();
    // Of an archived app as well, whose records stay; that one is named by its id.
    let app_id = match web.actions.app(&caller, &app).await {
        Ok(app) => app.id,
        Err(_) if web.actions.may_know_of(&caller, &app).await? => app,
        Err(refusal) => return Err(refusal.into()),
    };
    let erasure = Erasure { app_id, user_id, pseudonym: random::new_id(PSEUDONYM), now: web.node.clock.now() };
    let store = &web.node.store;
    if store.has_open_deliveries(erasure.clone()).await? {
        return Err(open());
    }
    store.erase_tests(erasure.clone()).await?;
    erase_completions(store, &erasure).await?;
    while store.erase_clicks(erasure.clone()).await? > 0 {}
    // What a report has made of one of those clicks meanwhile.
    erase_completions(store, &erasure).await?;
    tracing::info!(app = erasure.app_id, by = caller.id(), "a user was erased");
    Ok(respond::deleted())
}

async fn erase_completions(store: &Store, erasure: &Erasure) -> Result<(), Problem> {
    loop {
        match store.erase_user(erasure.clone()).await? {
            Erased::Completions(0) => return Ok(()),
            Erased::Completions(_) => {}
            Erased::OpenDeliveries => return Err(open()),
        }
    }
}

fn open() -> Problem {
    Problem::conflict("Deliveries of this user are open; wait, or cancel them.")
}
