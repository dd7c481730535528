//! Disabling an endpoint whose receiver said that it is there no more, in the commit that settles the answer.
//!
//! It is a change of the configuration, which every node follows, and is made after every other one: so of several answers that
//! say the same the first disables, and the others find that it has. An answer to what was sent before the endpoint was
//! enabled last says nothing about it any more; what it settles is held, found to wait for nothing, and sent again.

use diesel::prelude::*;

use super::settle::{PreparedSettlement, Settled, settle_all};
use crate::domain::app::Disabled;
use crate::domain::settlement::Settlement;
use crate::domain::time::Timestamp;
use crate::store::backend::Conn;
use crate::store::keys::{DeliveryKey, EndpointKey};
use crate::store::schema::{deliveries, endpoints};
use crate::store::{Store, StoreError, revision};

impl Store {
    /// Settles a claimed delivery and disables its endpoint with it. A claim that no longer stands does neither.
    pub async fn settle_and_disable(&self, settlement: &Settlement, disabled: Disabled) -> Result<Settled, StoreError> {
        let sent_at = settlement.attempts.last().map_or(settlement.at, |last| last.started_at);
        let (key, settlement) = (DeliveryKey::of(&settlement.delivery_id), PreparedSettlement::of(settlement));
        self.configure(move |conn| {
            let (settled, _) = settle_all(conn, &[&settlement], &[])?;
            let settled = settled.first().copied().unwrap_or(Settled::Stale);
            if settled == Settled::Done {
                disable(conn, key, disabled, sent_at)?;
            }
            Ok(settled)
        })
        .await
    }
}

fn disable(conn: &mut Conn, delivery: DeliveryKey, disabled: Disabled, sent_at: Timestamp) -> QueryResult<()> {
    let endpoint: EndpointKey = deliveries::table.find(delivery).select(deliveries::endpoint_id).first(conn)?;
    let endpoint = endpoint.id();
    let enabled = endpoints::table.find(&endpoint).filter(endpoints::disabled_at.is_null());
    let since_before = endpoints::enabled_at.is_null().or(endpoints::enabled_at.le(sent_at.as_millis()));
    let changed = diesel::update(enabled.filter(since_before))
        .set((
            endpoints::disabled_at.eq(disabled.at.as_millis()),
            endpoints::disabled_status.eq(i32::from(disabled.status)),
        ))
        .execute(conn)?;
    if changed > 0 {
        let app_id: String = endpoints::table.find(&endpoint).select(endpoints::app_id).first(conn)?;
        revision::stamp_app(conn, &app_id)?;
    }
    Ok(())
}
