//! Completions, reversals, deliveries and attempts as they are answered: to sources and to the admin API alike.
//!
//! What must not be shown is not in the store either, so nothing is left out here but what is absent.

mod completion;
mod created_by;
mod delivery;
mod delivery_detail;
mod listed_delivery;
mod person;
mod reversal;
mod story;

pub use completion::{CompletionView, CompletionWithDeliveries};
pub use created_by::CreatedBy;
pub use delivery::{AttemptView, DeliveryView, DeliveryWithAttempts, header_map};
pub use delivery_detail::DeliveryDetailView;
pub use listed_delivery::{LastAttemptView, ListedDelivery};
pub use person::{InvitationView, LinkView, SessionView, UserView};
pub use reversal::{ReversalView, ReversedView};
pub use story::{EventView, PlannedView};
