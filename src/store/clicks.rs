//! Clicks as rows: looked up when a conversion names one, removed when none can any more. They are written by
//! [`super::queue`].

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::result::OptionalExtension;
use serde::Serialize;

use super::backend::{Conn, Engine, Read, Write};
use super::columns::{in_millis, read_as_row};
use super::id_range::Span;
use super::page::Page;
use super::schema::{click_conversions, clicks};
use super::walk::{Reach, Walk, edge_of};
use super::{Store, StoreError};
use crate::domain::click::{self, Click};
use crate::domain::time::Timestamp;

/// Clicks in one step: a few milliseconds of the writer's time.
const STEP: i64 = 1_000;

/// A row of `clicks`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
// Spelt-out NULLs give every row the same INSERT, which is then prepared once.
#[diesel(table_name = clicks, treat_none_as_default_value = false)]
pub struct Row {
    id: String,
    offer_id: String,
    app_id: String,
    user_id: String,
    sub: Option<String>,
    #[serde(serialize_with = "in_millis")]
    clicked_at: Timestamp,
}

impl From<Click> for Row {
    fn from(click: Click) -> Self {
        Self {
            id: click.id,
            offer_id: click.offer_id,
            app_id: click.app_id,
            user_id: click.user_id,
            sub: click.sub,
            clicked_at: click.clicked_at,
        }
    }
}

impl From<Row> for Click {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            offer_id: row.offer_id,
            app_id: row.app_id,
            user_id: row.user_id,
            sub: row.sub,
            clicked_at: row.clicked_at,
        }
    }
}

read_as_row!(Click, Row);

/// Which clicks are looked for.
#[derive(Clone, Debug)]
pub struct ClickCriteria {
    /// Of these apps; `None`: of any.
    pub app_ids: Option<Vec<String>>,
    /// By what.
    pub by: ClickKey,
}

/// By what clicks are looked for.
#[derive(Clone, Debug)]
pub enum ClickKey {
    /// The one of this id.
    Id(String),
    /// Those of this user.
    User(String),
}

impl Store {
    /// The click of this id.
    pub async fn click(&self, id: String) -> Result<Option<Click>, StoreError> {
        self.look(move |conn| by_id(&id).get_result(conn).optional()).await
    }

    /// Clicks that no report has named, newest first.
    pub async fn unconverted_clicks(&self, wanted: ClickCriteria, page: Page) -> Result<Vec<Click>, StoreError> {
        self.read(move |conn| {
            let edge = |conn: &mut Conn, span: &Span<String>| match &wanted.by {
                ClickKey::Id(_) => Ok(None),
                ClickKey::User(user_id) => {
                    let query = clicks::table.filter(clicks::user_id.eq(user_id)).into_boxed::<Engine>();
                    edge_of!(clicks, span, conn, query)
                }
            };
            let within = |conn: &mut Conn, span: &Span<String>, at_most| unconverted(conn, &wanted, span, at_most);
            let rows = page.limit.saturating_add(1);
            let found = Walk::begin(Reach::InTime).down(conn, &Span::default(), rows, edge, within)?;
            Ok(page.cut(found, |click: &Click| &click.id).items)
        })
        .await
    }

    /// Removes a step of the clicks that were made before `before`, oldest first.
    pub async fn prune_clicks(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.write(move |conn| {
            let old: Vec<String> = oldest(before).load(conn)?;
            removal(&old).execute(conn)
        })
        .await
    }
}

/// The clicks of a span that no report has named, newest first.
fn unconverted(
    conn: &mut Conn,
    wanted: &ClickCriteria,
    span: &Span<String>,
    at_most: usize,
) -> QueryResult<Vec<Click>> {
    let conversions = click_conversions::table.filter(click_conversions::click_id.eq(clicks::id));
    let mut query = clicks::table.filter(not(exists(conversions))).select(Click::as_select()).into_boxed::<Engine>();
    query = match &wanted.by {
        ClickKey::Id(id) => query.filter(clicks::id.eq(id)),
        ClickKey::User(user_id) => query.filter(clicks::user_id.eq(user_id)),
    };
    if let Some(app_ids) = &wanted.app_ids {
        query = query.filter(clicks::app_id.eq_any(app_ids));
    }
    if let Some(lower) = &span.lower {
        query = query.filter(clicks::id.ge(lower));
    }
    if let Some(upper) = &span.upper {
        query = query.filter(clicks::id.lt(upper));
    }
    query.order(clicks::id.desc()).limit(i64::try_from(at_most).unwrap_or(i64::MAX)).load(conn)
}

/// The click of this id.
pub(super) fn by_id(id: &str) -> impl Read<'_, Click> {
    clicks::table.find(id).select(Click::as_select())
}

/// A step of what was clicked before then.
pub(super) fn oldest(before: Timestamp) -> impl Read<'static, String> {
    let old = clicks::table.filter(clicks::id.lt(click::lower_bound(before)));
    old.order(clicks::id).limit(STEP).select(clicks::id)
}

/// Removes these.
pub(super) fn removal(old: &[String]) -> impl Write {
    diesel::delete(clicks::table.filter(clicks::id.eq_any(old)))
}
