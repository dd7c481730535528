//! Who made something, as it is answered.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::made_by::MadeBy;

/// Who made it: with a token, or as a person who signed in; neither on the command line.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedBy {
    #[serde(skip_serializing_if = "Option::is_none")]
    token_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    /// What the token or the person was called then.
    name: String,
}

impl From<MadeBy> for CreatedBy {
    fn from(made_by: MadeBy) -> Self {
        Self { token_id: made_by.token_id, user_id: made_by.user_id, name: made_by.name }
    }
}
