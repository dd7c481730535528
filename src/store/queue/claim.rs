//! Claiming: taking due deliveries, endpoint by endpoint, for as many sends as there are permits.
//!
//! It must not wait for a row that another node is claiming, nor decide how many may be sent.

mod change;

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt};

use crate::domain::completion::Completion;
use crate::domain::delivery::{Delivery, DeliveryKind};
use crate::domain::reversal::Reversal;
use crate::domain::time::Timestamp;
use crate::store::backend::{Conn, Read, on_backend};
use crate::store::codes;
use crate::store::deliveries::{is_pending_test, is_to_be_claimed, waiting};
use crate::store::keys::{ClaimKey, CompletionKey, DeliveryKey, EndpointKey, NodeKey, ReversalKey};
use crate::store::schema::deliveries;
use crate::store::unknown_words::{Readable, Words, load_known, load_readable};
use crate::store::{Store, StoreError, completions as completion_rows, reversals as reversal_rows};
pub(in crate::store) use change::{Claim, claim_all};

/// So many deliveries of an endpoint are wanted at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The endpoint.
    pub endpoint_id: String,
    /// When the earliest of them is due, as was found: what lies before it in the index has been claimed.
    pub since: Timestamp,
    /// How many.
    pub at_most: usize,
}

impl Wanted {
    fn at_most(&self) -> i64 {
        i64::try_from(self.at_most).unwrap_or(i64::MAX)
    }
}

/// What a delivery is given before it is claimed: a permit to be sent with, or a place in line.
pub trait ClaimSeat: Send + 'static {
    /// Whether the delivery is begun at once; if not, it waits in this node's line.
    fn begins(&self) -> bool;
}

/// A seat where nothing bounds the sends: the delivery is begun.
#[derive(Clone, Copy, Debug)]
pub struct Unbounded;

impl ClaimSeat for Unbounded {
    fn begins(&self) -> bool {
        true
    }
}

/// A delivery that this node may now send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The delivery, as it was when it was claimed.
    pub delivery: Delivery,
    /// What it tells of; a test carries its own.
    pub completion: Option<Completion>,
    /// What it tells that is taken back of that.
    pub reversal: Option<Reversal>,
    /// The claim's token, which settling must name.
    pub token: String,
    /// Whether it is begun; if not, it waits in line and is begun later.
    pub is_begun: bool,
}

impl Store {
    /// Claims what is due at `now`, in the order it fell due; `token` makes a fresh token for each. What another node is
    /// claiming at this moment is left to it. `seat` is asked, with the endpoint's id, for each delivery that is found to be
    /// due, so that nobody keeps a seat for one that is not; where it has none, the endpoint's others are left as well.
    pub async fn claim<S: ClaimSeat>(
        &self,
        node: String,
        wanted: Vec<Wanted>,
        now: Timestamp,
        token: fn() -> String,
        seat: impl FnMut(&str) -> Option<S> + Send + 'static,
    ) -> Result<Vec<(Claimed, S)>, StoreError> {
        self.write(move |conn| {
            let due = load_known(|words| {
                let due = on_backend!(conn,
                    sqlite(_) => due(conn, &wanted, now, words)?,
                    postgres(conn) => load_readable(due_and_free(&wanted, now, words), conn)?,
                );
                candidates(conn, due, token)
            })?;
            claim(conn, seated(due, seat), NodeKey::of(&node), now)
        })
        .await
    }

    /// Claims a waiting test, unless another node was first.
    pub async fn claim_test(
        &self,
        node: String,
        delivery_id: String,
        now: Timestamp,
        token: fn() -> String,
    ) -> Result<Option<Claimed>, StoreError> {
        self.write(move |conn| {
            let pending = load_known(|words| {
                let pending = deliveries::table
                    .filter(is_pending_test(words))
                    .filter(deliveries::id.eq(DeliveryKey::of(&delivery_id)));
                let pending = load_readable(pending.select(Delivery::as_select()), conn)?;
                candidates(conn, pending, token)
            })?;
            let pending = seated(pending, |_| Some(Unbounded));
            Ok(claim(conn, pending, NodeKey::of(&node), now)?.pop().map(|(claimed, Unbounded)| claimed))
        })
        .await
    }
}

fn due(conn: &mut Conn, wanted: &[Wanted], now: Timestamp, words: Words) -> QueryResult<Readable<Delivery>> {
    let mut due = Readable::default();
    for want in wanted {
        due = due.and(load_readable(due_of(want, now, words), conn)?);
    }
    Ok(due)
}

/// What is due of one endpoint, in the order it fell due.
pub(in crate::store) fn due_of(want: &Wanted, now: Timestamp, words: Words) -> impl Read<'static, Delivery> + use<> {
    deliveries::table
        .filter(is_to_be_claimed(words))
        .filter(deliveries::endpoint_id.eq(EndpointKey::of(&want.endpoint_id)))
        .filter(deliveries::due_at.ge(want.since))
        .filter(deliveries::due_at.le(now))
        .filter(deliveries::kind.ne(DeliveryKind::Test))
        .order(deliveries::due_at)
        .limit(want.at_most())
        .select(Delivery::as_select())
}

/// Endpoint by endpoint along the index, in one statement; rows that another node has locked are passed over.
pub(in crate::store) fn due_and_free(
    wanted: &[Wanted],
    now: Timestamp,
    words: Words,
) -> impl Read<'static, Delivery, PgConnection> + use<> {
    let endpoints: Vec<EndpointKey> = wanted.iter().map(|want| EndpointKey::of(&want.endpoint_id)).collect();
    let since: Vec<Timestamp> = wanted.iter().map(|want| want.since).collect();
    let at_most: Vec<i64> = wanted.iter().map(Wanted::at_most).collect();
    let (waits, is_no_test) = (waiting("d"), codes::is_not("d.kind", DeliveryKind::Test));
    let are_known = words.condition_with_told("d");
    diesel::sql_query(format!(
        "SELECT due.* FROM unnest($1, $2, $3) AS wanted (endpoint_id, since, at_most)
         CROSS JOIN LATERAL (
             SELECT * FROM deliveries d
             WHERE {waits} AND d.endpoint_id = wanted.endpoint_id AND d.due_at >= wanted.since AND d.due_at <= $4
               AND {is_no_test}{are_known}
             ORDER BY d.due_at LIMIT wanted.at_most
             FOR UPDATE SKIP LOCKED
         ) due"
    ))
    .bind::<Array<BigInt>, _>(endpoints)
    .bind::<Array<BigInt>, _>(since)
    .bind::<Array<BigInt>, _>(at_most)
    .bind::<BigInt, _>(now)
}

/// What would be claimed of these deliveries: each with what it tells of, under a fresh token. A delivery is left alone if
/// this version cannot read its completion or its reversal.
fn candidates(conn: &mut Conn, due: Readable<Delivery>, token: fn() -> String) -> QueryResult<Readable<Claimed>> {
    let keys: Vec<CompletionKey> = due.rows.iter().map(|delivery| CompletionKey::of(&delivery.completion_id)).collect();
    let completions = load_readable(completion_rows::with_keys(&keys), conn)?;
    let keys: Vec<ReversalKey> =
        due.rows.iter().filter_map(|delivery| delivery.reversal_id.as_deref().map(ReversalKey::of)).collect();
    let reversals =
        if keys.is_empty() { Readable::default() } else { load_readable(reversal_rows::with_keys(&keys), conn)? };
    let by_id: HashMap<&str, &Completion> = completions.rows.iter().map(|one| (one.id.as_str(), one)).collect();
    let candidate = |delivery: Delivery| {
        let completion = by_id.get(delivery.completion_id.as_str()).map(|completion| Completion::clone(completion));
        let told = |reversal: &&Reversal| Some(&reversal.id) == delivery.reversal_id.as_ref();
        let reversal = reversals.rows.iter().find(told).cloned();
        let lacks_completion = delivery.kind != DeliveryKind::Test && completion.is_none();
        let lacks_reversal = delivery.reversal_id.is_some() && reversal.is_none();
        let is_left_alone = (completions.unreadable.is_some() && lacks_completion)
            || (reversals.unreadable.is_some() && lacks_reversal);
        (!is_left_alone).then(|| Claimed { delivery, completion, reversal, token: token(), is_begun: true })
    };
    let rows = due.rows.into_iter().filter_map(candidate).collect();
    Ok(Readable { rows, unreadable: due.unreadable.or(completions.unreadable).or(reversals.unreadable) })
}

/// Gives each its seat, in the order in which they fell due, as long as there are any for its endpoint.
fn seated<S: ClaimSeat>(claims: Vec<Claimed>, mut seat: impl FnMut(&str) -> Option<S>) -> Vec<(Claimed, S)> {
    let mut full: HashSet<String> = HashSet::new();
    let give = |mut claim: Claimed| {
        let endpoint_id = &claim.delivery.endpoint_id;
        if full.contains(endpoint_id) {
            return None;
        }
        let Some(seat) = seat(endpoint_id) else {
            full.insert(endpoint_id.clone());
            return None;
        };
        claim.is_begun = seat.begins();
        Some((claim, seat))
    };
    claims.into_iter().filter_map(give).collect()
}

/// Claims what is known to wait; answers what still did.
fn claim<S>(
    conn: &mut Conn,
    candidates: Vec<(Claimed, S)>,
    node: NodeKey,
    now: Timestamp,
) -> QueryResult<Vec<(Claimed, S)>> {
    let claimed: HashSet<DeliveryKey> = on_backend!(conn,
        sqlite(conn) => {
            let mut claimed = HashSet::new();
            for (one, _) in &candidates {
                let (delivery, token) = (DeliveryKey::of(&one.delivery.id), ClaimKey::of(&one.token));
                if (Claim { delivery, node, token, at: now, is_begun: one.is_begun }).execute(conn)? > 0 {
                    claimed.insert(delivery);
                }
            }
            claimed
        },
        postgres(conn) => {
            let keys = candidates.iter().map(|(one, _)| DeliveryKey::of(&one.delivery.id)).collect();
            let tokens = candidates.iter().map(|(one, _)| ClaimKey::of(&one.token)).collect();
            let begun = candidates.iter().map(|(one, _)| one.is_begun).collect();
            claim_all(node, now, keys, tokens, begun).load(conn)?.into_iter().map(|claimed| claimed.id).collect()
        },
    );
    Ok(candidates.into_iter().filter(|(one, _)| claimed.contains(&DeliveryKey::of(&one.delivery.id))).collect())
}
