//! What tests have shown of an endpoint, as it is shown.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::setup::Setup;
use crate::domain::time::Timestamp;

/// What tests have shown of an endpoint's receiver. Another dialect or active secret voids both.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SetupPart {
    /// When a test was last acknowledged with success.
    #[serde(skip_serializing_if = "Option::is_none")]
    tested_at: Option<Timestamp>,
    /// When a wrong signature was last refused with a status from 400 to 499, after a right one had been acknowledged.
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_at: Option<Timestamp>,
}

impl From<Setup> for SetupPart {
    fn from(setup: Setup) -> Self {
        Self { tested_at: setup.tested_at, verified_at: setup.verified_at }
    }
}
