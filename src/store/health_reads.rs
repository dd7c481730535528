//! How apps are doing, read from roll-ups: a sum for each bucket of a series. What is added up app by app is `tallies`' to say.
//!
//! Hours that are folded are read as hours ([`Series::pieces`]), so that a year of a chart is thousands of rows.

use std::collections::BTreeMap;
use std::time::Duration;

use diesel::prelude::*;

use super::backend::Engine;
use super::deadline::Deadline;
use super::keys::AppKey;
use super::rollups::{self, Row, stored};
use super::schema::rollups as table;
use super::{Store, StoreError};
use crate::domain::health::rollup::Rollup;
use crate::domain::health::series::{Piece, Series};
use crate::domain::time::Timestamp;

/// Apps in one query: far below what the engines take as parameters.
const CHUNK: usize = 500;
/// What is read in one query at most: of all apps of an installation, some ten thousand rows.
const WINDOW: Duration = Duration::from_secs(6 * 3_600);

impl Store {
    /// What became of the callbacks of these apps, or of all, in each bucket of a series that has any.
    pub async fn health_series(
        &self,
        app_ids: Option<Vec<String>>,
        series: Series,
    ) -> Result<BTreeMap<Timestamp, Rollup>, StoreError> {
        let apps = keys(app_ids);
        self.walk_at_once(move |conn| {
            let mut buckets: BTreeMap<Timestamp, Rollup> = BTreeMap::new();
            let pieces = series.pieces(rollups::folded_until(conn)?);
            each_part(apps.as_deref(), &pieces, |some, part| {
                let rows: Vec<Row> = match some {
                    Some(some) => of_apps(some, part).load(conn)?,
                    None => of_all(part).load(conn)?,
                };
                for row in rows {
                    buckets.entry(series.bucket_of(row.at)).or_default().merge(&row.rollup());
                }
                Ok(())
            })?;
            Ok(buckets)
        })
        .await
    }
}

pub(super) fn keys(app_ids: Option<Vec<String>>) -> Option<Vec<AppKey>> {
    app_ids.map(|ids| ids.iter().map(|id| AppKey::of(id)).collect())
}

/// Reads pieces part by part, of these apps or of all: a part is what one query answers.
pub(super) fn each_part(
    apps: Option<&[AppKey]>,
    pieces: &[Piece],
    mut read: impl FnMut(Option<&[AppKey]>, &Piece) -> QueryResult<()>,
) -> QueryResult<()> {
    let deadline = Deadline::begin();
    for piece in pieces {
        match apps {
            Some(apps) => {
                for some in apps.chunks(CHUNK) {
                    // Of few apps a longer time is as many rows.
                    let window = WINDOW * (CHUNK / some.len().max(1)).max(1).try_into().unwrap_or(u32::MAX);
                    in_windows(piece, window, &deadline, |part| read(Some(some), part))?;
                }
            }
            None => in_windows(piece, WINDOW, &deadline, |part| read(None, part))?,
        }
    }
    Ok(())
}

/// Reads a piece window by window: a query that has begun cannot be ended on SQLite, and holds what it answers in memory.
fn in_windows(
    piece: &Piece,
    window: Duration,
    deadline: &Deadline,
    mut read: impl FnMut(&Piece) -> QueryResult<()>,
) -> QueryResult<()> {
    // An hour is as many rows as a twelfth of it.
    let window = window.saturating_mul(piece.step.seconds() / 300);
    let mut from = piece.from;
    while from < piece.to {
        deadline.check()?;
        let to = from.plus(window).min(piece.to);
        read(&Piece { from, to, ..*piece })?;
        from = to;
    }
    Ok(())
}

/// A query of roll-ups.
type Rows =
    diesel::dsl::IntoBoxed<'static, diesel::dsl::Select<table::table, diesel::dsl::AsSelect<Row, Engine>>, Engine>;

/// The roll-ups of a piece.
pub(super) fn of_all(piece: &Piece) -> Rows {
    let rows = table::table.select(Row::as_select()).into_boxed();
    rows.filter(table::step.eq(stored(piece.step))).filter(table::at.ge(piece.from)).filter(table::at.lt(piece.to))
}

/// The same of these apps.
pub(super) fn of_apps(apps: &[AppKey], piece: &Piece) -> Rows {
    of_all(piece).filter(table::app_id.eq_any(apps.to_vec()))
}
