//! What lists of records are asked by: the parameters that several of them share, limited to what the caller may see.

use crate::actions::caller::Caller;
use crate::domain::delivery::Status;
use crate::store::lookups::Criteria;
use crate::web::Web;
use crate::web::error::Problem;
use crate::web::query::Query;

/// What completions and deliveries are both looked for by, limited to the apps that the caller sees.
pub(super) async fn criteria(web: &Web, caller: &Caller, query: &Query) -> Result<Criteria, Problem> {
    Ok(Criteria {
        app_ids: app_ids(web, caller, query).await?,
        transaction_id: query.text("transactionId").map(str::to_owned),
        from: query.instant("from")?,
        to: query.instant("to")?,
        asked_at: web.node.now(),
        ..Criteria::default()
    })
}

/// The app that is named, else all that the caller sees; `None` for whoever sees all there are.
pub(super) async fn app_ids(web: &Web, caller: &Caller, query: &Query) -> Result<Option<Vec<String>>, Problem> {
    Ok(match (query.text("appId"), caller.limited_to()) {
        (Some(named), _) => Some(vec![web.actions.app(caller, named).await?.id]),
        (None, None) => None,
        (None, Some(publisher)) => Some(web.node.store.app_ids_of(publisher).await?),
    })
}

/// A parameter that names a delivery's state.
pub(super) fn status(query: &Query, name: &str) -> Result<Option<Status>, Problem> {
    let words = || Status::ALL.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(", ");
    let read = |text| Status::parse(text).ok_or_else(|| Problem::field(name, format!("must be one of {}", words())));
    query.text(name).map(read).transpose()
}
