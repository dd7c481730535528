//! What a person credits or takes back by hand, as support does every day: recorded like anything that an offer system
//! reports, and marked with who did it and why.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::source::Source;

/// Longest reason, in characters.
pub const LONGEST_REASON: usize = 500;

/// The mark of what was done by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manual {
    /// The id of the token that it was done with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_id: Option<String>,
    /// The id of the person who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Why, in a person's words.
    pub reason: String,
}

/// Whoever reports a completion.
#[derive(Clone, Debug)]
pub enum Reporter {
    /// An offer system.
    Source(Arc<Source>),
    /// A person, for a user of this app.
    Person {
        /// The app, by id.
        app_id: String,
        /// Who and why.
        mark: Manual,
    },
}

impl Reporter {
    /// The source, where it is one.
    pub fn source_id(&self) -> Option<&str> {
        match self {
            Self::Source(source) => Some(&source.id),
            Self::Person { .. } => None,
        }
    }

    /// The one app that a report without `appId` means.
    pub fn only_app(&self) -> Option<&str> {
        match self {
            Self::Source(source) => source.only_app(),
            Self::Person { app_id, .. } => Some(app_id),
        }
    }

    /// Whether it may report for this app.
    pub fn may_report_for(&self, app_id: &str) -> bool {
        match self {
            Self::Source(source) => source.may_report_for(app_id),
            Self::Person { app_id: own, .. } => own == app_id,
        }
    }

    /// Put before `externalId` where a report gives no transaction id.
    pub fn transaction_prefix(&self) -> Option<&str> {
        match self {
            Self::Source(source) => source.transaction_prefix.as_deref(),
            Self::Person { .. } => None,
        }
    }

    /// The mark of a person.
    pub fn mark(&self) -> Option<&Manual> {
        match self {
            Self::Source(_) => None,
            Self::Person { mark, .. } => Some(mark),
        }
    }
}
