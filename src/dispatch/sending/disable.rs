//! The sender and a receiver that says that it is there no more: the answer is settled and the endpoint disabled in one commit,
//! and this node follows before it sends anything else.
//!
//! Every other settlement goes the hot way. The other nodes follow as they do any change of the configuration.

use super::sender::Sender;
use crate::domain::app::Disabled;
use crate::domain::settlement::{Next, Settlement};
use crate::store::StoreError;
use crate::store::queue::{ClaimInLine, Settled};

impl Sender {
    /// Writes a settlement down, and what it means for its endpoint or for whoever is next in line; answers whether that one
    /// may be sent.
    pub(super) async fn write_down(
        &self,
        settlement: &Settlement,
        next: Option<ClaimInLine>,
    ) -> Result<(Settled, bool), StoreError> {
        let Next::Disabled { status } = settlement.next else {
            return self.node.store.settle_and_begin(settlement, next).await;
        };
        tracing::warn!(
            delivery = settlement.delivery_id,
            status,
            "a receiver is there no more; its endpoint is disabled"
        );
        let disabled = Disabled { at: settlement.at, status };
        let settled = self.node.store.settle_and_disable(settlement, disabled).await?;
        if let Err(error) = self.node.reconfigure().await {
            tracing::warn!(%error, "an endpoint that is disabled is found to be so a moment later");
        }
        Ok((settled, false))
    }
}
