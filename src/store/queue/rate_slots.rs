//! Time that is handed out to whoever sends for an app with a rate: each slice begins where the last one of any node ended.
//!
//! One row per app holds the end of what was handed out. On PostgreSQL its times are the database's own, so nodes whose clocks
//! differ share one rate; a slice is answered as the time until it begins.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};

use crate::domain::time::Timestamp;
use crate::store::backend::on_backend;
use crate::store::{Store, StoreError};

/// So many slots of an app are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedSlots {
    /// The app.
    pub app_id: String,
    /// How many.
    pub slots: u32,
    /// Of how many in a second.
    pub per_second: u32,
}

impl WantedSlots {
    /// The time that they span, in microseconds.
    fn length(&self) -> i64 {
        i64::from(self.slots) * 1_000_000 / i64::from(self.per_second.max(1))
    }
}

#[derive(QueryableByName)]
struct HandedOut {
    #[diesel(sql_type = Text)]
    app_id: String,
    /// From now until the end of what was handed out, in microseconds.
    #[diesel(sql_type = BigInt)]
    until_end: i64,
}

impl Store {
    /// Hands the next slots of these apps out; answers, in the order of `wanted`, how long it is until each slice begins. `now`
    /// is the time of a store that one process works on.
    pub async fn hand_out_slots(
        &self,
        mut wanted: Vec<WantedSlots>,
        now: Timestamp,
    ) -> Result<Vec<(WantedSlots, Duration)>, StoreError> {
        // Every node locks the rows in the same order.
        wanted.sort_by(|one, other| one.app_id.cmp(&other.app_id));
        let asked = wanted.clone();
        let handed_out: Vec<HandedOut> = self
            .write(move |conn| {
                on_backend!(conn,
                    sqlite(conn) => {
                        let mut handed_out = Vec::with_capacity(asked.len());
                        for want in &asked {
                            let now = now.as_millis().saturating_mul(1_000);
                            let one: HandedOut = diesel::sql_query(ON_SQLITE)
                                .bind::<Text, _>(&want.app_id)
                                .bind::<BigInt, _>(want.length())
                                .bind::<BigInt, _>(now)
                                .get_result(conn)?;
                            handed_out.push(one);
                        }
                        Ok(handed_out)
                    },
                    postgres(conn) => {
                        let apps: Vec<&str> = asked.iter().map(|want| want.app_id.as_str()).collect();
                        let lengths: Vec<i64> = asked.iter().map(WantedSlots::length).collect();
                        diesel::sql_query(ON_POSTGRES)
                            .bind::<Array<Text>, _>(apps)
                            .bind::<Array<BigInt>, _>(lengths)
                            .load(conn)
                    },
                )
            })
            .await?;
        let begins = |want: WantedSlots| {
            let end = handed_out.iter().find(|one| one.app_id == want.app_id)?.until_end;
            let from = u64::try_from(end - want.length()).unwrap_or(0);
            Some((want, Duration::from_micros(from)))
        };
        Ok(wanted.into_iter().filter_map(begins).collect())
    }
}

// What ends further ahead than a minute was handed out before the clock was set back, or by the clock of another server.
const ON_SQLITE: &str = "INSERT INTO rate_slots (app_id, ends_at) VALUES (?1, ?3 + ?2)
     ON CONFLICT (app_id) DO UPDATE
         SET ends_at = CASE WHEN ends_at BETWEEN ?3 AND ?3 + 60000000 THEN ends_at ELSE ?3 END + ?2
     RETURNING app_id, ends_at - ?3 AS until_end";

const ON_POSTGRES: &str = "WITH moment AS (
         SELECT (extract(epoch FROM statement_timestamp()) * 1000000)::bigint AS now
     ), handed_out AS (
         INSERT INTO rate_slots AS r (app_id, ends_at)
         SELECT w.app_id, moment.now + w.length FROM unnest($1, $2) AS w (app_id, length), moment ORDER BY w.app_id
         ON CONFLICT (app_id) DO UPDATE
             SET ends_at = CASE WHEN r.ends_at BETWEEN (SELECT now FROM moment) AND (SELECT now + 60000000 FROM moment)
                                THEN r.ends_at - (SELECT now FROM moment) ELSE 0 END + excluded.ends_at
         RETURNING r.app_id, r.ends_at
     )
     SELECT handed_out.app_id, handed_out.ends_at - moment.now AS until_end FROM handed_out, moment";
