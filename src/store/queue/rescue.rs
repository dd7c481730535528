//! Rescuing: deliveries whose worker died in mid-send get their attempt written down as interrupted and are due again.
//!
//! Whether the request left is unknown, so the receiver may have been told; the attempt is our fault and burns nothing.

use diesel::prelude::*;

use super::settle::{Counters, Next, Settlement, settle};
use crate::domain::decision::fault_pause;
use crate::domain::delivery::{Kind, Outcome, Status, Told};
use crate::domain::time::Timestamp;
use crate::store::backend::Conn;
use crate::store::deliveries::{Attempt, Delivery, Row, is};
use crate::store::schema::deliveries;
use crate::store::{Store, StoreError};

/// Rows in one step: small enough that intake waits for one only a moment.
const STEP: i64 = 500;

impl Store {
    /// Takes back claims whose holder is gone, a step at a time; answers how many. On an embedded store that is every
    /// claim that this process did not make, and it is called before this process makes one.
    pub async fn rescue(&self, now: Timestamp, scale_thousandths: u64) -> Result<usize, StoreError> {
        let mut rescued = 0;
        loop {
            let step = self.write(move |conn| rescue_step(conn, now, scale_thousandths)).await?;
            rescued += step;
            if step == 0 {
                return Ok(rescued);
            }
        }
    }
}

fn rescue_step(conn: &mut Conn, now: Timestamp, scale_thousandths: u64) -> QueryResult<usize> {
    let rows: Vec<Row> =
        deliveries::table.filter(is(Status::Sending)).limit(STEP).select(Row::as_select()).load(conn)?;
    let found = rows.len();
    for row in rows {
        let token = row.claim_token.clone().unwrap_or_default();
        let started_at = Timestamp::from_millis(row.claimed_at.unwrap_or(row.created_at));
        let interrupted = interruption(&Delivery::from(row), token, started_at, now, scale_thousandths);
        settle(conn, &interrupted)?;
    }
    Ok(found)
}

/// The settlement of a send of which nobody knows how it ended.
fn interruption(
    delivery: &Delivery,
    token: String,
    started_at: Timestamp,
    now: Timestamp,
    scale_thousandths: u64,
) -> Settlement {
    // A test is one attempt: whoever made it has long looked elsewhere, and makes another.
    let due = (delivery.kind != Kind::Test).then(|| now.plus(fault_pause(delivery.faults, scale_thousandths)));
    let replaces = (delivery.faults > 0).then_some(delivery.last_number);
    let number = replaces.unwrap_or(delivery.last_number + 1);
    let attempt = Attempt {
        number,
        counted: false,
        started_at,
        duration_ms: u64::try_from(now.since(started_at).as_millis()).unwrap_or(u64::MAX),
        egress_ip: None,
        peer: None,
        method: None,
        url: None,
        headers: Vec::new(),
        signature_start: None,
        secret_id: None,
        outcome: Outcome::Interrupted,
        error: Some("the sending process ended before the outcome was recorded".to_owned()),
        status_code: None,
        response_headers: Vec::new(),
        response_body: None,
        retry_after_seconds: None,
        next_attempt_at: due,
    };
    Settlement {
        delivery_id: delivery.id.clone(),
        token,
        attempts: vec![attempt],
        replaces,
        counters: Counters {
            attempts_made: delivery.attempts_made,
            round_attempts: delivery.round_attempts,
            last_number: number,
            faults: delivery.faults + 1,
        },
        told: delivery.told.max(Told::Maybe),
        next: due.map_or(Next::Dead, Next::Retry),
        at: now,
    }
}
