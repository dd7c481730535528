//! What is said of a dialect in a word, whoever looks at it: whether it may be chosen, whether it is known for sure, who made it.

use crate::actions::dialects::Dialect;
use crate::domain::dialect::catalog::is_general;
use crate::domain::dialect::listed::Listed;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::state::{State, Tone};
use crate::web::error::Problem;

/// Where a dialect stands.
pub(super) fn state(listed: &Listed) -> State {
    let state = |word: &str, icon, tone| State { word: word.to_owned(), icon, tone, under: None };
    match (listed.is_withdrawn(), listed.recipe.is_solid()) {
        (true, _) => state("Withdrawn", "canceled", Tone::Idle),
        // Nobody but its author says so.
        (false, true) if !listed.warnings().is_empty() => state("Not seen yet", "warning", Tone::Warn),
        (false, true) if listed.recipe.is_custom() => state("Seen by a receiver", "delivered", Tone::Ok),
        (false, true) if is_general(listed.recipe.name()) => state("General form", "info", Tone::Idle),
        (false, true) => state("Confirmed by vendor", "delivered", Tone::Ok),
        (false, false) => state("Not confirmed", "warning", Tone::Warn),
    }
}

/// Said beside it of one that signs nothing: its callbacks can be made up by whoever knows the URL.
pub(super) fn unsigned(listed: &Listed) -> Option<State> {
    let word = "Not signed".to_owned();
    listed.recipe.signature().is_none().then_some(State { word, icon: "warning", tone: Tone::Warn, under: None })
}

/// Who made it.
pub(super) fn made_by(listed: &Listed) -> &'static str {
    if listed.publication.is_some() { "Own" } else { "Built-in" }
}

/// The dialect of this name, in its newest version or in the one that is named, if somebody may know of it.
pub(super) async fn named(page: &PageRequest, name: &str) -> Result<Dialect, Problem> {
    Ok(page.web.actions.dialect(page.caller(), name).await?)
}

/// The page of a dialect or of one of its versions.
pub(super) fn path(name: &str) -> String {
    format!("/dialects/{name}")
}

/// A page of the draft of a dialect.
pub(super) fn draft_path(name: &str, end: &str) -> String {
    if end.is_empty() { format!("/dialects/{name}/draft") } else { format!("/dialects/{name}/draft/{end}") }
}
