//! Rates: asks the store for slots of the apps that are limited and have something to send on this node.
//!
//! One question for all apps that need slots, some moments before they have none; nothing is asked while no app is limited or
//! nothing of it is to be sent. It must not decide who uses a slot.

use std::sync::Arc;
use std::time::Duration;

use super::pace::Slice;
use super::pacing::Pacing;
use crate::dispatch::node::Node;
use crate::store::StoreError;
use crate::store::queue::WantedSlots;

/// How often it is looked who will need slots soon: less than half of the time for which they ask ahead.
pub const EVERY: Duration = Duration::from_millis(100);

/// Hands the store's slots on.
#[derive(Debug)]
pub struct Rates {
    node: Arc<Node>,
    pacing: Arc<Pacing>,
}

impl Rates {
    /// Of this node.
    pub fn new(node: Arc<Node>, pacing: Arc<Pacing>) -> Self {
        Self { node, pacing }
    }

    /// Gets slots for whoever needs some now.
    pub async fn step(&self) -> Result<(), StoreError> {
        let (paces, now) = (self.pacing.paces(), self.node.now());
        let nodes = self.node.cluster.view().iter().filter(|node| node.role.sends()).count();
        let wanted = paces.iter().filter_map(|(app_id, pace)| {
            pace.share_with(nodes);
            let (slots, per_second) = pace.needs(now)?;
            Some(WantedSlots { app_id: app_id.clone(), slots, per_second })
        });
        let wanted: Vec<WantedSlots> = wanted.collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let handed_out = self.node.store.hand_out_slots(wanted, now).await?;
        // From the moment of the answer: a store that takes its time must not hand out what is lost already.
        let now = self.node.now();
        for (given, begins_in) in handed_out {
            let slice = Slice { from: now.plus(begins_in), slots: given.slots, per_second: given.per_second };
            if let Some(pace) = paces.get(&given.app_id) {
                pace.give(slice);
            }
        }
        self.pacing.freed().notify_one();
        Ok(())
    }
}
