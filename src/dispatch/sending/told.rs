//! What a delivery tells, whichever kind it is: its completion, given or taken back.

use super::preview::Previews;
use super::stored_test::{StoredTest, whole_reversal};
use crate::domain::completion::Completion;
use crate::domain::delivery::Delivery;
use crate::domain::dialect::callback::CallbackEvent;
use crate::store::StoreError;

impl Previews {
    /// What this delivery tells; nothing if that is not known any more.
    pub async fn told_by(&self, delivery: &Delivery) -> Result<Option<(Completion, CallbackEvent)>, StoreError> {
        if let Some(stored) = &delivery.test {
            let stored: Option<StoredTest> = serde_json::from_str(stored).ok();
            return Ok(stored.map(|StoredTest { completion, options }| {
                let event = if options.reversal { whole_reversal(&completion) } else { CallbackEvent::Completed };
                (completion, event)
            }));
        }
        let store = &self.node.store;
        let Some(completion) = store.completion(delivery.completion_id.clone()).await? else { return Ok(None) };
        let Some(reversal_id) = &delivery.reversal_id else { return Ok(Some((completion, CallbackEvent::Completed))) };
        let reversals = store.reversals_of(completion.id.clone()).await?;
        let own = reversals.into_iter().find(|reversal| reversal.id == *reversal_id);
        Ok(own.map(|reversal| (completion, CallbackEvent::Reversed(reversal.taken))))
    }
}
