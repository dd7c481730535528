//! Rescuing: deliveries whose node died in mid-send get their attempt written down as interrupted and are due again.
//!
//! What an interrupted send means is the domain's to say ([`Settlement::interrupted`]). Any node may rescue, several at a
//! time: each row is settled under its claim, and only one can do that.

use diesel::prelude::*;

use super::nodes::{alive_since, delete_dead_nodes};
use super::settle::settle_all;
use crate::domain::delivery::{Delivery, Status};
use crate::domain::settlement::Settlement;
use crate::domain::time::Timestamp;
use crate::store::backend::{Conn, Read};
use crate::store::deliveries::{Row, is};
use crate::store::schema::{deliveries, nodes};
use crate::store::{Store, StoreError};

/// Rows in one step: small enough that intake waits for one only a moment.
const STEP: i64 = 500;
/// What the attempt of an interrupted send says.
const NOT_RECORDED: &str = "the sending process ended before the outcome was recorded";

/// A claim of which its own node knows nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OrphanedClaim {
    /// The delivery.
    pub delivery_id: String,
    /// The claim's token.
    pub token: String,
}

impl Store {
    /// Takes back claims whose node is dead or gone, a step at a time; answers how many.
    pub async fn rescue(&self, now: Timestamp, scale_thousandths: u64) -> Result<usize, StoreError> {
        let mut rescued = 0;
        while let Some(node) = self.read(dead_claimant).await? {
            loop {
                let of_node = node.clone();
                let step = self.write(move |conn| rescue_step(conn, &of_node, now, scale_thousandths)).await?;
                if step == 0 {
                    break;
                }
                rescued += step;
            }
        }
        self.write(delete_dead_nodes).await?;
        Ok(rescued)
    }

    /// The claims of a node that are older than `before`.
    pub async fn claims_of(&self, node: String, before: Timestamp) -> Result<Vec<OrphanedClaim>, StoreError> {
        self.read(move |conn| {
            let claims = claims_of(&node, before).load(conn)?;
            let claim =
                |(delivery_id, token): (String, Option<String>)| Some(OrphanedClaim { delivery_id, token: token? });
            Ok(claims.into_iter().filter_map(claim).collect())
        })
        .await
    }

    /// Takes back these claims, where they still stand.
    pub async fn rescue_orphaned(
        &self,
        orphaned: Vec<OrphanedClaim>,
        now: Timestamp,
        scale_thousandths: u64,
    ) -> Result<usize, StoreError> {
        self.write(move |conn| {
            let ids = orphaned.iter().map(|orphan| &orphan.delivery_id);
            let found = deliveries::table.filter(is(Status::Sending)).filter(deliveries::id.eq_any(ids));
            let mut rows: Vec<Row> = found.select(Row::as_select()).load(conn)?;
            rows.retain(|row| orphaned.iter().any(|orphan| row.claim_token.as_ref() == Some(&orphan.token)));
            interrupt(conn, rows, now, scale_thousandths)
        })
        .await
    }
}

/// A node that has claims and does not live. The claims are looked at before the nodes: whoever has claimed by then was
/// known by then.
fn dead_claimant(conn: &mut Conn) -> QueryResult<Option<String>> {
    let claimed = deliveries::table.filter(is(Status::Sending)).select(deliveries::claimed_by).distinct();
    let claimants: Vec<Option<String>> = claimed.load(conn)?;
    let alive_since = alive_since(conn)?;
    let living: Vec<String> = nodes::table.filter(nodes::seen_at.gt(alive_since)).select(nodes::id).load(conn)?;
    Ok(claimants.into_iter().flatten().find(|claimant| !living.contains(claimant)))
}

fn rescue_step(conn: &mut Conn, node: &str, now: Timestamp, scale_thousandths: u64) -> QueryResult<usize> {
    let rows = claimed_by(node).load(conn)?;
    interrupt(conn, rows, now, scale_thousandths)
}

/// A node's older claims, with their tokens.
pub(in crate::store) fn claims_of<'a>(node: &'a str, before: Timestamp) -> impl Read<'a, (String, Option<String>)> {
    deliveries::table
        .filter(is(Status::Sending))
        .filter(deliveries::claimed_by.eq(node))
        .filter(deliveries::claimed_at.lt(before.as_millis()))
        .select((deliveries::id, deliveries::claim_token))
}

/// A step of a node's claims.
pub(in crate::store) fn claimed_by<'a>(node: &'a str) -> impl Read<'a, Row> {
    deliveries::table
        .filter(is(Status::Sending))
        .filter(deliveries::claimed_by.eq(node))
        .order(deliveries::id)
        .limit(STEP)
        .select(Row::as_select())
}

fn interrupt(conn: &mut Conn, rows: Vec<Row>, now: Timestamp, scale_thousandths: u64) -> QueryResult<usize> {
    let interrupted: Vec<Settlement> = rows
        .into_iter()
        .map(|row| {
            let token = row.claim_token.clone().unwrap_or_default();
            let started_at = Timestamp::from_millis(row.claimed_at.unwrap_or(row.created_at));
            Settlement::interrupted(&Delivery::from(row), token, started_at, NOT_RECORDED, scale_thousandths, now)
        })
        .collect();
    settle_all(conn, &interrupted.iter().collect::<Vec<_>>())?;
    Ok(interrupted.len())
}
