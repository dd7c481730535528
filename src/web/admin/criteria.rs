//! What lists of records are asked by: the parameters that several of them share. What the caller may see of it, the actions
//! say.

use crate::actions::scope::Filter;
use crate::domain::delivery::Status;
use crate::web::error::Problem;
use crate::web::query::Query;

/// What completions and deliveries are both looked for by.
pub(super) fn filter(query: &Query) -> Result<Filter, Problem> {
    Ok(Filter {
        app: query.text("appId").map(str::to_owned),
        transaction_id: query.text("transactionId").map(str::to_owned),
        from: query.instant("from")?,
        to: query.instant("to")?,
        ..Filter::default()
    })
}

/// A parameter that names a delivery's state.
pub(super) fn status(query: &Query, name: &str) -> Result<Option<Status>, Problem> {
    let words = || Status::ALL.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(", ");
    let read = |text| Status::parse(text).ok_or_else(|| Problem::field(name, format!("must be one of {}", words())));
    query.text(name).map(read).transpose()
}
