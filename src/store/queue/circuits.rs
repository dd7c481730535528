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

    /// Takes the right to send probes, each of a circuit as it is known and as it becomes. Answers those that were taken: the
    /// others were taken by another node, or are closed.
    pub async fn take_probes(
        &self,
        mut probes: Vec<(OpenCircuit, OpenCircuit)>,
    ) -> Result<Vec<OpenCircuit>, StoreError> {
        // Every node locks the rows in the same order.
        probes.sort_by(|(one, _), (other, _)| one.endpoint_id.cmp(&other.endpoint_id));
        self.write(move |conn| {
            let mut taken = Vec::with_capacity(probes.len());
            for (known, probed) in probes {
                let row = Row::from(probed.clone());
                let still = circuits::table.filter(circuits::endpoint_id.eq(&row.endpoint_id));
                let changed = diesel::update(still.filter(circuits::next_probe_at.eq(known.next_probe_at)))
                    .set((
                        circuits::probes.eq(row.probes),
                        circuits::next_probe_at.eq(row.next_probe_at),
                        circuits::app_revision.eq(row.app_revision),
                    ))
                    .execute(conn)?;
                if changed > 0 {
                    taken.push(probed);
                }
            }
            Ok(taken)
        })
        .await
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
