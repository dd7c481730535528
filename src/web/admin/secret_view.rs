//! A secret as it is shown: never its text, and in lists when it was last used.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::app::Secret;
use crate::domain::secret::SecretState;
use crate::domain::time::Timestamp;
use crate::store::rollups::SecretUse;

/// A secret, without its text.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecretView {
    pub(super) id: String,
    /// `next`, `active` or `retired`.
    #[schema(value_type = String)]
    pub(super) state: SecretState,
    pub(super) created_at: Timestamp,
    pub(super) activated_at: Option<Timestamp>,
    /// Until then it may be tried after a 401 or 422.
    pub(super) overlap_until: Option<Timestamp>,
    /// When a test that was signed with it was last acknowledged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tested_at: Option<Timestamp>,
    /// When a wrong signature in place of its own was last refused after that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) verified_at: Option<Timestamp>,
}

impl From<&Secret> for SecretView {
    fn from(secret: &Secret) -> Self {
        Self {
            id: secret.id.clone(),
            state: secret.state,
            created_at: secret.created_at,
            activated_at: secret.activated_at,
            overlap_until: secret.overlap_until,
            tested_at: secret.setup.tested_at,
            verified_at: secret.setup.verified_at,
        }
    }
}

impl SecretView {
    /// `sec_…`
    pub fn id(&self) -> &str {
        &self.id
    }
}

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
