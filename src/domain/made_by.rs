//! Who made something or did it. The name is kept beside the id, because tokens and people are deleted.

/// Whoever made something: by a token, as a person, or at the command line, which has neither.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeBy {
    /// The token that it was done with.
    pub token_id: Option<String>,
    /// The person who did it.
    pub user_id: Option<String>,
    /// What that token or person was called.
    pub name: String,
}
