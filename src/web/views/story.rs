//! What is told of a delivery, a completion or a click.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::plan::Planned;
use crate::domain::story::Event;
use crate::domain::time::Timestamp;

/// One thing that happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventView {
    at: Timestamp,
    /// `recorded`, `reversed`, `delivered`, `failed`, `our_fault` (an attempt that is not counted), `dead`, `canceled`, `replayed`
    /// or `clicked`.
    kind: &'static str,
    /// In a sentence, without its instant.
    text: String,
}

impl From<Event> for EventView {
    fn from(Event { at, kind, text }: Event) -> Self {
        Self { at, kind: kind.as_str(), text }
    }
}

/// An attempt that is still to come.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlannedView {
    /// The number that it will have, unless an attempt that is not counted comes before it.
    number: u32,
    /// Not before then; of what is overdue, in the past.
    not_before: Timestamp,
}

impl From<Planned> for PlannedView {
    fn from(Planned { number, not_before }: Planned) -> Self {
        Self { number, not_before }
    }
}
