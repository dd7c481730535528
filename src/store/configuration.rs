//! The configuration as the directory loads it: whatever changed after a revision, secrets opened.

use crate::domain::app::{App, Assignment, EgressIp};
use crate::domain::source::Source;

use super::{Store, StoreError};

/// What changed since a revision. Apps and sources are the changed ones alone (archived ones too, so that they can be
/// forgotten); egress IPs and assignments are few and always complete.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// The revision that this brings a directory to.
    pub revision: i64,
    /// Apps that changed, with their endpoints and secrets.
    pub apps: Vec<App>,
    /// Sources that changed; `archived` ones by id.
    pub sources: Vec<Source>,
    /// Ids of sources that were archived.
    pub archived_sources: Vec<String>,
    /// All egress IPs.
    pub egress_ips: Vec<EgressIp>,
    /// All assignments, removed ones too.
    pub assignments: Vec<Assignment>,
}

impl Store {
    /// What changed after `revision` (-1 for everything), or `None` if nothing did.
    pub async fn configuration_since(&self, _revision: i64) -> Result<Option<Configuration>, StoreError> {
        unimplemented!()
    }
}
