//! Whether the next secret can sign from now on without a refusal: said by what tests have shown, and by nothing else.

use crate::domain::app::Secret;
use crate::domain::secret::SecretState;

/// *Safe to switch*, for the newest secret that is next.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Safety {
    /// Both are known.
    pub(super) is_safe: bool,
    /// In a sentence: why it is, or which is lacking.
    pub(super) text: &'static str,
}

impl Safety {
    /// Of these secrets, newest first; nothing where none is next.
    pub(super) fn of(secrets: &[Secret]) -> Option<Self> {
        let next = secrets.iter().find(|secret| secret.state == SecretState::Next)?;
        let text = match (next.setup.tested_at, next.setup.verified_at) {
            (Some(_), Some(_)) => {
                "Yes: a test signed with the next secret was acknowledged, and a wrong signature was refused."
            }
            (Some(_), None) => {
                "No: a test signed with the next secret was acknowledged, but no wrong signature was refused since."
            }
            (None, _) => "No: no test signed with the next secret was acknowledged yet.",
        };
        Some(Self { is_safe: next.setup.verified_at.is_some(), text })
    }
}
