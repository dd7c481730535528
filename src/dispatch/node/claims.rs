//! The claims that this node is working on.
//!
//! A claim is known here until its settlement is on disk, one of a report from before it reaches the store, and one that was
//! made in the store within a moment of its commit. So whatever the store has held for longer than that under this node's name,
//! and nobody here knows of, has been orphaned.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The tokens of all claims that are being worked on.
#[derive(Debug, Default)]
pub struct Claims(Mutex<HashSet<Arc<str>>>);

/// A claim of this node on a delivery. It is known for as long as this lives.
#[derive(Debug)]
pub struct Claim {
    /// The name that this node had when it claimed the delivery.
    pub node: Arc<str>,
    /// What tells this claim from every other one of the delivery.
    pub token: Arc<str>,
    claims: Arc<Claims>,
}

impl Claims {
    /// A claim that is being worked on from here on.
    pub fn work_on(self: &Arc<Self>, node: Arc<str>, token: &str) -> Claim {
        let token: Arc<str> = token.into();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(Arc::clone(&token));
        Claim { node, token, claims: Arc::clone(self) }
    }

    /// Leaves of these those that nobody works on; `token` names each one's token.
    pub fn retain_unknown<T>(&self, claims: &mut Vec<T>, token: impl Fn(&T) -> &str) {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        claims.retain(|claim| !known.contains(token(claim)));
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.claims.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_known_until_it_is_dropped() {
        let claims = Arc::new(Claims::default());
        let unknown = || {
            let mut tokens = vec!["one", "other"];
            claims.retain_unknown(&mut tokens, |token| *token);
            tokens
        };
        let claim = claims.work_on("nod_1".into(), "one");
        assert_eq!(unknown(), ["other"]);
        drop(claim);
        assert_eq!(unknown(), ["one", "other"]);
    }
}
