//! The audit: who did what, through the admin API or on the command line. An entry is written before the act and
//! completed after it, so that nothing is done unseen; one that was never completed was cut off in the middle.
//!
//! It must not hold what was sent along: bodies carry secrets, and some paths carry users' names. A recipe is neither, and
//! whoever asks why callbacks changed has to see it.

use super::made_by::MadeBy;
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
    /// What that was called then: it may be called otherwise, or be gone, when somebody reads this.
    pub subject_name: Option<String>,
    /// The id of what it made.
    pub created_id: Option<String>,
    /// How it ended, if it did.
    pub outcome: Option<Outcome>,
    /// The text of the recipe that it was about, as it was then: no secret, and gone where a draft is replaced.
    pub recipe: Option<String>,
}

/// What is written down of an act when it has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// The id of what it made.
    pub created_id: Option<String>,
    /// The text of the recipe that it was about.
    pub recipe: Option<String>,
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// With which token or as which person; neither on the command line, nor of somebody who is not known.
    pub by: MadeBy,
    /// In which role.
    pub role: String,
}

impl Actor {
    /// Somebody who tries to sign in or to join, and is nobody that we know.
    pub fn nobody_known() -> Self {
        Self { by: MadeBy { token_id: None, user_id: None, name: "nobody known".to_owned() }, role: "none".to_owned() }
    }
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
