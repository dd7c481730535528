//! When a secret was last used, beside what its view says.

use serde::Serialize;
use utoipa::ToSchema;

use super::secrets::SecretView;
use crate::domain::time::Timestamp;
use crate::store::rollups::SecretUse;

/// A secret, without its text, and when it was last used.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsedSecretView {
    #[serde(flatten)]
    secret: SecretView,
    /// When it last signed a callback, a test among them; at most five seconds behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Timestamp>,
    /// When a callback that it signed was last acknowledged.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_acknowledged_at: Option<Timestamp>,
}

impl UsedSecretView {
    /// A secret with what is known of its use.
    pub fn new(secret: SecretView, used: Option<&SecretUse>) -> Self {
        Self {
            secret,
            last_used_at: used.map(|used| used.last_used_at),
            last_acknowledged_at: used.and_then(|used| used.last_acknowledged_at),
        }
    }
}
