//! The queue: the hot path of the store.
//!
//! A delivery's life here is `record` (with the claim of the node that will send it, or without) → `claim` (what that node
//! could not take into its line, as `due` finds it from the `fronts` of the queues on) → `begin` (what waited in line) → `settle`. `hold` moves deliveries between waiting and being due, `nodes` knows which nodes
//! live, `rescue` takes back the claims of those that died. `reverse` takes completions back and keeps the order of what is
//! told of both; `review` holds what somebody wants to look at first. `click` writes what the tracking link records, beside
//! everything else that is hot. `work` is what the writer is asked to do, `group` what of it has gathered, `commit` how a group
//! gets to the disk.
//!
//! A claim is a token on the row. Settling names it; if the row bears another one by then, the settlement changes
//! nothing, so a stale worker can never undo what its successor did.

mod begin;
mod circuits;
mod claim;
mod click;
mod commit;
mod disable;
mod due;
mod fronts;
mod group;
mod hold;
mod hot;
mod leap;
mod nodes;
mod rate_slots;
mod record;
mod rescue;
mod reverse;
mod review;
mod rows;
mod settle;
mod work;

pub use begin::ClaimInLine;
pub use claim::{ClaimSeat, Claimed, Unbounded, Wanted};
pub(super) use commit::Session;
pub use due::{Due, DueEndpoint, PendingTest};
pub(super) use fronts::Fronts;
pub use hold::{HeldEndpoint, HeldPlace, Released};
pub(super) use nodes::alive_since;
pub use nodes::{Holding, LiveNode};
pub use rate_slots::WantedSlots;
pub use record::{NewCompletion, Recorded};
pub use rescue::OrphanedClaim;
pub use reverse::{NewReversal, ReversalPlan, Reversed};
pub(super) use reverse::{apply_order, awaited, callbacks_beside, waits_for_completion};
pub use review::Decided;
pub use settle::Settled;
pub(super) use work::Work;

/// The queries themselves, for `inspect::plans`, which has the database explain what runs here and no copies of it.
pub(super) mod queries {
    pub(in crate::store) use super::begin::Beginning;
    pub(in crate::store) use super::claim::{Claim, claim_all, due_and_free, due_of};
    pub(in crate::store) use super::due::{due_endpoints, due_endpoints_from, pending_tests};
    pub(in crate::store) use super::hold::held_endpoints;
    pub(in crate::store) use super::leap::{endpoints_with_any, leaps};
    pub(in crate::store) use super::record::{LookAt, converted, insertion, known, taken};
    pub(in crate::store) use super::rescue::{claimed_by, claims_of};
    pub(in crate::store) use super::review::{ends, over};
    pub(in crate::store) use super::settle::{PreparedSettlement, Update, changes};
}
