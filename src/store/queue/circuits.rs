//! Open circuits as rows: what every node knows of receivers that are down.
//!
//! A row is there while the circuit is open. It changes with every probe, so it must not count up the revision of the
//! configuration. Which node may send a probe is decided here: whoever moves the time of the next one.

use diesel::prelude::*;

use crate::domain::circuit::OpenCircuit;
use crate::domain::time::Timestamp;
use crate::store::backend::on_backend;
use crate::store::schema::circuits;
use crate::store::{Hint, Store, StoreError};

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = circuits)]
struct Row {
    endpoint_id: String,
    opened_at: Timestamp,
    probes: i64,
    next_probe_at: Timestamp,
    app_revision: i64,
}

impl From<OpenCircuit> for Row {
    fn from(circuit: OpenCircuit) -> Self {
        let OpenCircuit { endpoint_id, opened_at, probes, next_probe_at, app_revision } = circuit;
        Self { endpoint_id, opened_at, probes: i64::from(probes), next_probe_at, app_revision }
    }
}

impl From<Row> for OpenCircuit {
    fn from(row: Row) -> Self {
        let Row { endpoint_id, opened_at, probes, next_probe_at, app_revision } = row;
        Self { endpoint_id, opened_at, probes: u32::try_from(probes).unwrap_or(u32::MAX), next_probe_at, app_revision }
    }
}

impl Store {
    /// All open circuits.
    pub async fn open_circuits(&self) -> Result<Vec<OpenCircuit>, StoreError> {
        let rows = self.look(|conn| circuits::table.select(Row::as_select()).load(conn)).await?;
        Ok(rows.into_iter().map(OpenCircuit::from).collect())
    }

    /// Remembers that a circuit is open; if another node was first, its row stands.
    pub async fn open_circuit(&self, circuit: OpenCircuit) -> Result<(), StoreError> {
        let row = Row::from(circuit);
        self.write(move |conn| {
            on_backend!(conn,
                sqlite(conn) => diesel::insert_into(circuits::table).values(&row).on_conflict_do_nothing().execute(conn),
                postgres(conn) => diesel::insert_into(circuits::table).values(&row).on_conflict_do_nothing().execute(conn),
            )
        })
        .await?;
        self.hint(Hint::Work);
        Ok(())
    }

    /// Takes the right to send a probe, unless another node took it or the circuit is closed; `probed` is what it becomes.
    pub async fn take_probe(&self, known: &OpenCircuit, probed: OpenCircuit) -> Result<bool, StoreError> {
        let (was_due, row) = (known.next_probe_at, Row::from(probed));
        self.write(move |conn| {
            let still = circuits::table.filter(circuits::endpoint_id.eq(&row.endpoint_id));
            diesel::update(still.filter(circuits::next_probe_at.eq(was_due)))
                .set((
                    circuits::probes.eq(row.probes),
                    circuits::next_probe_at.eq(row.next_probe_at),
                    circuits::app_revision.eq(row.app_revision),
                ))
                .execute(conn)
        })
        .await
        .map(|changed| changed > 0)
    }

    /// Closes a circuit.
    pub async fn close_circuit(&self, endpoint_id: String) -> Result<(), StoreError> {
        self.write(move |conn| {
            diesel::delete(circuits::table.filter(circuits::endpoint_id.eq(&endpoint_id))).execute(conn)
        })
        .await?;
        self.hint(Hint::Work);
        Ok(())
    }
}
