//! Rescuing: deliveries whose node died in mid-send get their attempt written down as interrupted and are due again. Those that
//! waited in its line are due at once, since nothing of them had left.
//!
//! What an interrupted send means is the domain's to say ([`Settlement::interrupted`]). Any node may rescue, several at a
//! time: each row is settled under its claim, and only one can do that.

use diesel::dsl::AsSelect;
use diesel::prelude::*;

use super::begin::{ClaimInLine, give_back};
use super::nodes::{alive_since, delete_dead_nodes};
use super::settle::{PreparedSettlement, settle_all};
use crate::domain::delivery::{Delivery, Status};
use crate::domain::settlement::Settlement;
use crate::domain::time::Timestamp;
use crate::store::backend::{Conn, Engine, Read};
use crate::store::deliveries::is_claimed;
use crate::store::keys::{ClaimKey, DeliveryKey, NodeKey};
use crate::store::schema::{deliveries, nodes};
use crate::store::unknown_words::{Words, load_known, load_readable};
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
        let (mut rescued, mut done) = (0, Vec::new());
        loop {
            let but = done.clone();
            let Some(node) = self.look(move |conn| dead_claimant(conn, &but)).await? else { break };
            loop {
                let of_node = node.clone();
                let step = self.write(move |conn| rescue_step(conn, &of_node, now, scale_thousandths)).await?;
                if step == 0 {
                    break;
                }
                rescued += step;
                self.shared.fronts.forget();
            }
            // What it still claims is left alone.
            done.push(node);
        }
        self.write(delete_dead_nodes).await?;
        Ok(rescued)
    }

    /// The claims of a node that are older than `before`.
    pub async fn claims_of(&self, node: String, before: Timestamp) -> Result<Vec<OrphanedClaim>, StoreError> {
        self.look(move |conn| {
            let claims = claims_of(&node, before).load(conn)?;
            let claim = |(delivery, token): (DeliveryKey, Option<ClaimKey>)| {
                Some(OrphanedClaim { delivery_id: delivery.id(), token: token?.id() })
            };
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
        let work = move |conn: &mut Conn| {
            let keys: Vec<DeliveryKey> = orphaned.iter().map(|orphan| DeliveryKey::of(&orphan.delivery_id)).collect();
            let mut claims: Vec<ClaimOf> = load_known(|words| {
                let found = deliveries::table.filter(is_claimed(words)).filter(deliveries::id.eq_any(&keys));
                load_readable(found.select(claim()), conn)
            })?;
            claims.retain(|(_, token, ..)| orphaned.iter().any(|orphan| *token == Some(ClaimKey::of(&orphan.token))));
            take_back(conn, claims, now, scale_thousandths)
        };
        let rescued = self.write(work).await?;
        self.shared.fronts.forget();
        Ok(rescued)
    }
}

/// A node that has claims, does not live, and is none of those named. Claims are read before nodes: a node registers before
/// its first claim, so each claimant that is seen here is either registered or dead.
fn dead_claimant(conn: &mut Conn, but: &[String]) -> QueryResult<Option<String>> {
    let claimed = deliveries::table.filter(is_claimed(Words::Any)).select(deliveries::claimed_by).distinct();
    let claimants: Vec<Option<NodeKey>> = claimed.load(conn)?;
    let alive_since = alive_since(conn)?;
    let living: Vec<String> = nodes::table.filter(nodes::seen_at.gt(alive_since)).select(nodes::id).load(conn)?;
    let is_dead = |claimant: &String| !living.contains(claimant) && !but.contains(claimant);
    Ok(claimants.into_iter().flatten().map(NodeKey::id).find(is_dead))
}

fn rescue_step(conn: &mut Conn, node: &str, now: Timestamp, scale_thousandths: u64) -> QueryResult<usize> {
    let claims = load_known(|words| load_readable(claimed_by(node, words), conn))?;
    take_back(conn, claims, now, scale_thousandths)
}

/// A claimed delivery, the claim's token, and when it was made.
type ClaimOf = (Delivery, Option<ClaimKey>, Option<Timestamp>);

#[diesel::dsl::auto_type(no_type_alias)]
fn claim() -> _ {
    let delivery: AsSelect<Delivery, Engine> = Delivery::as_select();
    (delivery, deliveries::claim_token, deliveries::claimed_at)
}

/// A node's older claims, with their tokens.
pub(in crate::store) fn claims_of(
    node: &str,
    before: Timestamp,
) -> impl Read<'static, (DeliveryKey, Option<ClaimKey>)> + use<> {
    deliveries::table
        .filter(is_claimed(Words::Any))
        .filter(deliveries::claimed_by.eq(NodeKey::of(node)))
        .filter(deliveries::claimed_at.lt(before))
        .select((deliveries::id, deliveries::claim_token))
}

/// A step of a node's claims.
pub(in crate::store) fn claimed_by(node: &str, words: Words) -> impl Read<'static, ClaimOf> + use<> {
    deliveries::table
        .filter(is_claimed(words))
        .filter(deliveries::claimed_by.eq(NodeKey::of(node)))
        .order(deliveries::id)
        .limit(STEP)
        .select(claim())
}

fn take_back(conn: &mut Conn, claims: Vec<ClaimOf>, now: Timestamp, scale_thousandths: u64) -> QueryResult<usize> {
    let (begun, in_line): (Vec<ClaimOf>, Vec<ClaimOf>) =
        claims.into_iter().partition(|(delivery, ..)| delivery.status == Status::Sending);
    let in_line: Vec<ClaimInLine> = (in_line.into_iter())
        .map(|(delivery, token, _)| ClaimInLine {
            delivery_id: delivery.id,
            token: token.map(ClaimKey::id).unwrap_or_default(),
        })
        .collect();
    give_back(conn, &in_line)?;
    interrupt(conn, &begun, now, scale_thousandths)?;
    Ok(begun.len() + in_line.len())
}

fn interrupt(conn: &mut Conn, begun: &[ClaimOf], now: Timestamp, scale_thousandths: u64) -> QueryResult<()> {
    let interruption = |(delivery, token, claimed_at): &ClaimOf| {
        let (token, started_at) =
            (token.map(ClaimKey::id).unwrap_or_default(), claimed_at.unwrap_or(delivery.created_at));
        Settlement::interrupted(delivery, token, started_at, NOT_RECORDED, scale_thousandths, now)
    };
    let interrupted: Vec<_> = begun.iter().map(|one| PreparedSettlement::of(&interruption(one))).collect();
    settle_all(conn, &interrupted.iter().collect::<Vec<_>>(), &[]).map(drop)
}
