//! A list of deliveries: its rows, and what is told of newer ones. Rows have two lines whatever becomes of them, so that none
//! moves when another one changes.

use super::state::State;
use crate::web::console::words::cuts::Long;
use crate::web::console::words::instants::Moment;

/// One delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Where it stands, and why.
    pub state: State,
    /// When it was accepted.
    pub created: Moment,
    /// Its app.
    pub app: String,
    /// Its publisher.
    pub publisher: String,
    /// What receivers tell it apart by.
    pub transaction: Long,
    /// Said beside it of what is no completion's: `reversal`, `test`.
    pub kind: Option<&'static str>,
    /// Which of its app's endpoints it goes to, where there are several: `endpoint 2`.
    pub endpoint: Option<String>,
    /// Of whom it tells; none of a test.
    pub user: Option<Whom>,
    /// The offer and the reward: `Family Island · 60`.
    pub offer: String,
    /// `500 · 84 ms`; none until it was tried.
    pub answer: Option<String>,
    /// When it is tried next, if that is known.
    pub next: Option<Moment>,
}

/// Of whom a delivery tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// This user.
    Known(Long),
    /// Somebody who was erased.
    Erased,
}

/// Which columns a list has beside those that every one has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// The app, where there are several.
    pub app: bool,
    /// The publisher, where there are several.
    pub publisher: bool,
}

/// A list that renews itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryList {
    /// Newest first.
    pub rows: Vec<Row>,
    /// Its columns.
    pub columns: Columns,
    /// Where the same rows are asked for again.
    pub again: Option<String>,
    /// What newer ones there are, where they would stand above these.
    pub newer: Option<Newer>,
    /// Whether these are the newest, as far as is known.
    pub is_newest: bool,
}

/// Newer ones than a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newer {
    /// `4 newer deliveries. Show them`
    pub words: String,
    /// Where they are shown.
    pub href: String,
}
