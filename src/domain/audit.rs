//! The audit: who did what, through the admin API or on the command line. An entry is written before the act and
//! completed after it, so that nothing is done unseen; one that was never completed was cut off in the middle.
//!
//! It must not hold what was sent along: bodies carry secrets, and some paths carry users' names.

use super::time::Timestamp;
use super::words::words;

/// One act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// `aud_…`
    pub id: String,
    /// When it began.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What it was: method and path with its placeholders, or the command.
    pub action: String,
    /// What it was done to, as the path names it.
    pub subject: Option<String>,
    /// The id of what it made.
    pub created_id: Option<String>,
    /// How it ended, if it did.
    pub outcome: Option<Outcome>,
}

/// Who acts. The name is kept beside the id, because tokens are deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The token's id; none on the command line.
    pub token_id: Option<String>,
    /// The token's name.
    pub name: String,
    /// The token's role.
    pub role: String,
}

words! {
    /// How an act ended.
    Outcome {
        /// It was done.
        Done = "done",
        /// It was not allowed, not possible or badly asked.
        Refused = "refused",
        /// We failed; whether anything was changed is not known.
        Failed = "failed",
    }
}
