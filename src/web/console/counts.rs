//! The numbers behind the links of the rail. They stand on every page, so they cost next to nothing and never keep one away.

use crate::actions::caller::Caller;
use crate::web::Web;

/// What stands behind the links of the rail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Deliveries that need attention; capped by whoever counts.
    pub attention: u64,
    /// Open notices.
    pub notices: u64,
}

impl Counts {
    /// Of all that this caller sees. A page without a number is better than none, and what keeps the number away is logged.
    pub(super) async fn of(web: &Web, caller: &Caller) -> Self {
        match web.actions.needing_attention(caller).await {
            // One more than the cap, where there are more.
            Ok(attention) => Self { attention: attention.count + u64::from(attention.more), notices: 0 },
            Err(refusal) => {
                tracing::warn!(%refusal, "what needs attention could not be counted");
                Self::default()
            }
        }
    }
}
