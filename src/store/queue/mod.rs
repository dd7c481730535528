//! The queue: the hot path of the store.
//!
//! A delivery's life here is `record` (with the claim of the node that will send it at once, or without) → `claim` (what
//! was not sent at once) → `settle`. `hold` moves deliveries between waiting and being due, `rescue` takes back the
//! claims of a process that died.
//!
//! A claim is a token on the row. Settling names it; if the row bears another one by then, the settlement changes
//! nothing, so a stale worker can never undo what its successor did.

mod claim;
mod hold;
#[cfg(test)]
mod plans;
mod record;
mod rescue;
mod settle;

pub use claim::{Claimed, DueEndpoint, Wanted};
pub use hold::HeldEndpoint;
pub use record::{NewCompletion, NewDelivery, Recorded, Start};
pub use settle::{Counters, Next, Settled, Settlement};
