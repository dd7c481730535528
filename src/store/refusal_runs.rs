//! Runs of refusals as rows: what every node knows of receivers that turn callbacks away.
//!
//! A row is written while a run becomes a trouble, and not afterwards; it goes with the next acknowledgement. Two nodes that note a
//! refusal at the same instant may count one of them, so that a trouble is raised one refusal later: no row is locked for that.

use diesel::prelude::*;
use diesel::result::OptionalExtension;
use diesel::upsert::excluded;

use super::backend::{Conn, upsert};
use super::schema::refusal_runs;
use super::{Store, StoreError};
use crate::domain::dialect::callback_url::UrlUse;
use crate::domain::refusal_run::{RefusalKind, Refused, Run, RunOf};
use crate::domain::time::Timestamp;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = refusal_runs, treat_none_as_default_value = false)]
struct Row {
    endpoint_id: String,
    url_use: String,
    kind: String,
    recent: String,
    last_at: Timestamp,
    raised_at: Option<Timestamp>,
    in_front: Option<String>,
    allows: Option<String>,
}

impl Row {
    fn new(run: &Run) -> Self {
        let recent: Vec<String> = run.recent.iter().map(|at| at.as_millis().to_string()).collect();
        Self {
            endpoint_id: run.of.endpoint_id.clone(),
            url_use: run.of.url_use.as_str().to_owned(),
            kind: run.of.kind.as_str().to_owned(),
            recent: recent.join(","),
            last_at: run.last_at(),
            raised_at: run.raised_at,
            in_front: run.in_front.clone(),
            allows: run.allows.clone(),
        }
    }

    /// What it says; nothing where a newer version has written a word that this one does not know.
    fn run(self) -> Option<Run> {
        let (url_use, kind) = (UrlUse::parse(&self.url_use)?, RefusalKind::parse(&self.kind)?);
        let recent = self.recent.split(',').filter_map(|ms| ms.parse().ok()).map(Timestamp::from_millis).collect();
        let of = RunOf { endpoint_id: self.endpoint_id, url_use, kind };
        Some(Run { of, recent, raised_at: self.raised_at, in_front: self.in_front, allows: self.allows })
    }
}

impl Store {
    /// Takes note of a refusal; answers the run that it belongs to.
    pub async fn note_refusal(&self, of: RunOf, refused: Refused) -> Result<Run, StoreError> {
        self.write(move |conn| {
            let key = (&of.endpoint_id, of.url_use.as_str(), of.kind.as_str());
            let before: Option<Row> = refusal_runs::table.find(key).select(Row::as_select()).first(conn).optional()?;
            let run = Run::after(before.and_then(Row::run), of.clone(), refused.clone());
            write_rows(conn, &[Row::new(&run)])?;
            Ok(run)
        })
        .await
    }

    /// All runs.
    pub async fn refusal_runs(&self) -> Result<Vec<Run>, StoreError> {
        let rows: Vec<Row> = self.look(|conn| refusal_runs::table.select(Row::as_select()).load(conn)).await?;
        Ok(rows.into_iter().filter_map(Row::run).collect())
    }

    /// Ends the runs of an endpoint at one of its URLs.
    pub async fn end_refusals(&self, endpoint_id: String, url_use: UrlUse) -> Result<(), StoreError> {
        self.write(move |conn| {
            let of_url = refusal_runs::table.filter(refusal_runs::endpoint_id.eq(&endpoint_id));
            diesel::delete(of_url.filter(refusal_runs::url_use.eq(url_use.as_str()))).execute(conn)
        })
        .await
        .map(drop)
    }

    /// Forgets runs that were no trouble and whose last refusal is older than this.
    pub async fn forget_refusals(&self, before: Timestamp) -> Result<(), StoreError> {
        self.write(move |conn| {
            let quiet = refusal_runs::table.filter(refusal_runs::raised_at.is_null());
            diesel::delete(quiet.filter(refusal_runs::last_at.lt(before))).execute(conn)
        })
        .await
        .map(drop)
    }
}

fn write_rows(conn: &mut Conn, rows: &[Row]) -> QueryResult<()> {
    upsert!(conn, rows, |conn, some| diesel::insert_into(refusal_runs::table)
        .values(some)
        .on_conflict((refusal_runs::endpoint_id, refusal_runs::url_use, refusal_runs::kind))
        .do_update()
        .set((
            refusal_runs::recent.eq(excluded(refusal_runs::recent)),
            refusal_runs::last_at.eq(excluded(refusal_runs::last_at)),
            refusal_runs::raised_at.eq(excluded(refusal_runs::raised_at)),
            refusal_runs::in_front.eq(excluded(refusal_runs::in_front)),
            refusal_runs::allows.eq(excluded(refusal_runs::allows)),
        )))
}
