//! The machine: everything that the web floor needs, put together once.

use std::sync::Arc;

use super::directory::Directory;
use super::metrics::Metrics;
use crate::clock::Clock;
use crate::domain::destination::TargetPolicy;
use crate::domain::dialect::catalog::Catalog;
use crate::store::{Store, StoreError};

/// What takes reports in and sends callbacks out.
#[derive(Debug)]
pub struct Machine {
    /// What is remembered.
    pub store: Store,
    /// Apps, sources and egress IPs in memory.
    pub directory: Arc<Directory>,
    /// What time it is.
    pub clock: Clock,
    /// The dialects.
    pub catalog: Catalog,
    /// What may be a target.
    pub targets: TargetPolicy,
    /// What is counted.
    pub metrics: Metrics,
}

impl Machine {
    /// Puts a change of configuration in force.
    pub async fn configuration_changed(&self) -> Result<(), StoreError> {
        self.directory.refresh().await.map(drop)
    }

    /// Whether this node holds an egress IP.
    pub fn holds(&self, _egress_ip_id: &str) -> bool {
        false
    }
}
