//! First deliveries: that a receiver has acknowledged a callback of a recipe is written down once for each version, by whichever
//! node is the first to see it. Until then people are told that no receiver has seen the recipe yet.
//!
//! Whoever settles a callback must not wait for this, nor pay for it again with each further one.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::Node;
use crate::domain::dialect::naming::{dialect_name, is_custom, version_named};

/// The versions of which this node has written that down, or is doing so.
#[derive(Debug, Default)]
pub struct FirstDeliveries(Mutex<HashSet<String>>);

impl FirstDeliveries {
    fn is_first(&self, recipe: &str) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        !noted.contains(recipe) && noted.insert(recipe.to_owned())
    }

    fn forget(&self, recipe: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(recipe);
    }
}

impl Node {
    /// Whether the endpoint still speaks the dialect: a callback that was replayed after it had changed was told in another.
    fn is_spoken(&self, recipe: &str, endpoint_id: &str) -> bool {
        let app = self.directory.app_of_endpoint(endpoint_id);
        let endpoint = app.as_ref().and_then(|app| app.endpoint(endpoint_id));
        endpoint.is_some_and(|endpoint| dialect_name(&endpoint.config.settings.dialect) == dialect_name(recipe))
    }

    /// A callback that was accepted under this recipe has been acknowledged.
    pub fn note_delivered(self: &Arc<Self>, recipe: &str, endpoint_id: &str) {
        if !is_custom(recipe) || !self.is_spoken(recipe, endpoint_id) || !self.first_deliveries.is_first(recipe) {
            return;
        }
        let awaits_it = self.catalog().listed(recipe).is_some_and(|listed| listed.awaits_first_delivery());
        let Some((name, version)) = version_named(recipe).filter(|_| awaits_it) else { return };
        let (node, recipe, name) = (Arc::clone(self), recipe.to_owned(), name.to_owned());
        self.tasks.start_apart(async move {
            if let Err(error) = node.store.first_delivered(&name, version, node.now()).await {
                tracing::warn!(recipe, %error, "that a recipe was first delivered was not written down; the next one tries");
                node.first_deliveries.forget(&recipe);
            }
        });
    }
}
