//! What is remembered of endpoints' tests, one row for each secret that an endpoint was ever tested with.

use diesel::prelude::*;
use diesel::result::OptionalExtension;
use diesel::upsert::excluded;

use super::backend::{Conn, upsert};
use super::schema::endpoint_tests;
use super::{Store, StoreError};
use crate::domain::setup::{Remembered, Setup, TestResult, Tested};
use crate::domain::time::Timestamp;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = endpoint_tests)]
struct Row {
    endpoint_id: String,
    /// Empty where nothing was signed.
    secret_id: String,
    dialect: String,
    tested_at: Option<Timestamp>,
    verified_at: Option<Timestamp>,
}

impl Row {
    fn new(tested: Tested, setup: Setup) -> Self {
        let Tested { endpoint_id, dialect, secret_id } = tested;
        let secret_id = secret_id.unwrap_or_default();
        Self { endpoint_id, secret_id, dialect, tested_at: setup.tested_at, verified_at: setup.verified_at }
    }
}

impl From<Row> for Remembered {
    fn from(row: Row) -> Self {
        let Row { endpoint_id, secret_id, dialect, tested_at, verified_at } = row;
        let secret_id = Some(secret_id).filter(|id| !id.is_empty());
        Self { tested: Tested { endpoint_id, dialect, secret_id }, setup: Setup { tested_at, verified_at } }
    }
}

impl Store {
    /// Remembers how a test ended. What was tested otherwise before counts no more.
    pub async fn remember_test(&self, tested: Tested, result: TestResult, at: Timestamp) -> Result<(), StoreError> {
        self.write(move |conn| {
            let known = of(conn, &tested)?.filter(|known| known.tested == tested);
            let setup = known.map(|known| known.setup).unwrap_or_default().after(result, at);
            write(conn, &[Row::new(tested, setup)])
        })
        .await
    }
}

fn write(conn: &mut Conn, rows: &[Row]) -> QueryResult<()> {
    upsert!(conn, rows, |conn, some| diesel::insert_into(endpoint_tests::table)
        .values(some)
        .on_conflict((endpoint_tests::endpoint_id, endpoint_tests::secret_id))
        .do_update()
        .set((
            endpoint_tests::dialect.eq(excluded(endpoint_tests::dialect)),
            endpoint_tests::tested_at.eq(excluded(endpoint_tests::tested_at)),
            endpoint_tests::verified_at.eq(excluded(endpoint_tests::verified_at)),
        )))
}

/// What is remembered of these endpoints' tests, in no order.
pub(super) fn of_endpoints<'a>(
    conn: &mut Conn,
    endpoint_ids: impl Iterator<Item = &'a String>,
) -> QueryResult<Vec<Remembered>> {
    let of_these = endpoint_tests::table.filter(endpoint_tests::endpoint_id.eq_any(endpoint_ids));
    let rows: Vec<Row> = of_these.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Remembered::from).collect())
}

fn of(conn: &mut Conn, tested: &Tested) -> QueryResult<Option<Remembered>> {
    let key = (&tested.endpoint_id, tested.secret_id.as_deref().unwrap_or_default());
    let row: Option<Row> = endpoint_tests::table.find(key).select(Row::as_select()).first(conn).optional()?;
    Ok(row.map(Remembered::from))
}

/// Forgets what tests have shown of a secret.
pub(super) fn forget(conn: &mut Conn, endpoint_id: &str, secret_id: &str) -> QueryResult<()> {
    diesel::delete(endpoint_tests::table.find((endpoint_id, secret_id))).execute(conn).map(drop)
}
