//! What lists of records are asked by: the parameters that several of them share. What the caller may see of it, the actions
//! say.

use crate::actions::scope::Filter;
use crate::web::error::Problem;
use crate::web::list;
use crate::web::query::Query;

/// Among which records a list is whose ids have this prefix.
pub(super) fn among(prefix: &str, query: &Query) -> Result<Filter, Problem> {
    Ok(Filter {
        app: text(query, "appId"),
        publisher: text(query, "publisherId"),
        from: query.instant("from")?,
        to: query.instant("to")?,
        after: list::after(prefix, query)?,
    })
}

/// A parameter's text.
pub(super) fn text(query: &Query, name: &str) -> Option<String> {
    query.text(name).map(str::to_owned)
}
