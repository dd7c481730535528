//! Telling of a reversal: the deliveries that go beside those that told of the completion.
//!
//! How an endpoint can be told is given, because only the floor above knows dialects; whether it still is so is asked
//! here, where nobody can change it any more.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::domain::completion::Completion;
use crate::domain::delivery::{Delivery, DeliveryKind, WaitingFor};
use crate::domain::dialect::naming::speaks;
use crate::domain::new_delivery::{NewDelivery, Start};
use crate::domain::reversal::Reversal;
use crate::store::backend::Conn;
use crate::store::deliveries::Row;
use crate::store::keys::{CompletionKey, ReversalKey};
use crate::store::schema::{apps, deliveries, endpoints};

/// How an endpoint is told of a reversal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReversalPlan {
    /// The endpoint.
    pub endpoint_id: String,
    /// The new delivery's id.
    pub delivery_id: String,
    /// name@version of its dialect.
    pub recipe: String,
    /// Whether it is told at all.
    pub is_told: bool,
    /// Whether its dialect can tell a part.
    pub knows_parts: bool,
}

impl ReversalPlan {
    /// Adds the delivery that tells of the reversal, beside the one that tells of the completion. It waits for that one;
    /// [`apply_order`](super::apply_order) says whether it has to.
    pub(super) fn enqueue(&self, conn: &mut Conn, completion: &Completion, reversal: &Reversal) -> QueryResult<()> {
        let new = NewDelivery {
            id: self.delivery_id.clone(),
            endpoint_id: self.endpoint_id.clone(),
            recipe: self.recipe.clone(),
            start: Start::Held(WaitingFor::Completion),
        };
        let (delivery, start) = new.begin(completion);
        let delivery = Delivery {
            kind: DeliveryKind::Reversal,
            reversal_id: Some(reversal.id.clone()),
            created_at: reversal.recorded_at,
            ..delivery
        };
        diesel::insert_into(deliveries::table).values(Row::new(delivery, start)).execute(conn).map(drop)
    }
}

/// The deliveries that tell of a completion itself, one for each endpoint, in the order of their ids.
pub(super) fn callbacks_of(conn: &mut Conn, completion_id: &str) -> QueryResult<Vec<Delivery>> {
    deliveries::table
        .filter(deliveries::completion_id.eq(CompletionKey::of(completion_id)))
        .filter(deliveries::kind.eq(DeliveryKind::Completion))
        .order(deliveries::id)
        .select(Delivery::as_select())
        .load(conn)
}

/// The deliveries that tell of a reversal.
pub(super) fn deliveries_of(conn: &mut Conn, reversal: &Reversal) -> QueryResult<Vec<Delivery>> {
    deliveries::table
        .filter(deliveries::completion_id.eq(CompletionKey::of(&reversal.completion_id)))
        .filter(deliveries::reversal_id.eq(ReversalKey::of(&reversal.id)))
        .order(deliveries::id)
        .select(Delivery::as_select())
        .load(conn)
}

/// Whether the endpoints still are what they were when it was found out how they are told. None of an archived app is.
pub(super) fn are_current(conn: &mut Conn, plans: &[ReversalPlan]) -> QueryResult<bool> {
    let ids = plans.iter().map(|plan| plan.endpoint_id.as_str());
    let known: HashMap<String, String> = endpoints::table
        .inner_join(apps::table)
        .filter(endpoints::id.eq_any(ids))
        .filter(endpoints::archived_at.is_null())
        .filter(apps::archived_at.is_null())
        .select((endpoints::id, endpoints::dialect))
        .load(conn)?
        .into_iter()
        .collect();
    let is_current =
        |plan: &ReversalPlan| known.get(&plan.endpoint_id).is_some_and(|dialect| speaks(dialect, &plan.recipe));
    Ok(plans.iter().all(is_current))
}
