//! Settling: an attempt's record, the delivery's new state and its next due time, in one transaction, if the claim still
//! stands.

mod at_once;
mod one;
mod prepared;

use std::collections::HashSet;

use diesel::prelude::*;

use super::begin::{Beginning, begin_each};
use super::reverse::apply_order;
use crate::domain::delivery::Delivery;
use crate::store::backend::{Conn, on_backend};
use crate::store::keys::ClaimKey;
use crate::store::schema::deliveries;
use crate::store::unknown_words::load_readable;
pub(in crate::store) use at_once::changes;
pub(in crate::store) use one::Update;
pub(in crate::store) use prepared::PreparedSettlement;

/// Whether a settlement took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is on disk.
    Done,
    /// The claim was taken over; nothing was changed.
    Stale,
}

/// The settlements that took effect, by the tokens of their claims.
#[derive(Debug, Default)]
struct Changed {
    tokens: HashSet<ClaimKey>,
    /// Those of them whose completion has been taken back meanwhile.
    reversed: HashSet<ClaimKey>,
}

/// Settles a whole group, and begins what waits in line; answers both in order, the latter by whether the claims still stood.
pub(super) fn settle_all(
    conn: &mut Conn,
    group: &[&PreparedSettlement],
    beginnings: &[&Beginning],
) -> QueryResult<(Vec<Settled>, Vec<bool>)> {
    let (changed, begun): (Changed, Vec<bool>) = on_backend!(conn,
        sqlite(conn) => (one::change(conn, group)?, begin_each(conn, beginnings)?),
        postgres(conn) => at_once::change(conn, group, beginnings)?,
    );
    for settlement in group.iter().filter(|settlement| changed.reversed.contains(&settlement.change.token)) {
        // A word that a newer node wrote meanwhile must not undo the settlement: that node keeps the order.
        let delivery = deliveries::table.find(&settlement.change.id).select(Delivery::as_select());
        for delivery in load_readable(delivery, conn)?.or_log() {
            apply_order(conn, &delivery, settlement.at)?;
        }
    }
    let settled = |settlement: &&PreparedSettlement| {
        if changed.tokens.contains(&settlement.change.token) { Settled::Done } else { Settled::Stale }
    };
    Ok((group.iter().map(settled).collect(), begun))
}
