//! Sources: the reporting credentials of offer systems. Operators alone.

use std::time::Duration;

use super::Actions;
use super::admission::Created;
use super::generate;
use super::refusal::Refusal;
use crate::domain::invalid::Invalid;
use crate::domain::naming;
use crate::domain::source::Source;
use crate::random;
use crate::store::page::{Listed, Page};
use crate::store::sources::SourceCreated;

/// Hours for which both secrets verify after a rotation, unless the caller says otherwise: a working day's margin.
const DEFAULT_OVERLAP: u64 = 24;
/// Longest overlap: thirty days. A secret that verifies for longer was not rotated.
pub const LONGEST_OVERLAP: u64 = 720;
/// Most apps of one source.
pub const MOST_APPS: usize = 1_000;

/// A source as it is asked for.
#[derive(Clone, Debug)]
pub struct NewSource {
    /// For people.
    pub name: String,
    /// The apps that it may report for, by id or `ref`; `None`: all of them.
    pub apps: Option<Vec<String>>,
    /// Put before `externalId` where a report gives no transaction id.
    pub transaction_prefix: Option<String>,
}

impl Actions {
    /// Creates a source, whose secret is to be shown this once.
    pub async fn create_source(&self, new: NewSource) -> Result<Created<Source>, Refusal> {
        let mut invalid = Invalid::none();
        let name = invalid.take(naming::name(&new.name));
        let prefix = invalid.take(new.transaction_prefix.as_deref().map(naming::transaction_prefix).transpose());
        if new.apps.as_ref().is_some_and(|apps| apps.is_empty() || apps.len() > MOST_APPS) {
            invalid.push("appIds", format!("must name 1 to {MOST_APPS} apps; leave it out for all of them"));
        }
        invalid.into_result()?;
        let source = Source {
            id: random::new_id("src"),
            surface_id: random::new_id("srf"),
            name: name.unwrap_or_default(),
            app_ids: new.apps,
            transaction_prefix: prefix.flatten(),
            secret: generate::secret(""),
            previous: None,
            created_at: self.node.clock.now(),
        };
        match self.node.store.create_source(source).await? {
            SourceCreated::Created(source) => {
                self.in_force().await?;
                Ok(Created::new(source.id.clone(), source))
            }
            SourceCreated::UnknownApps(places) => {
                let mut invalid = Invalid::none();
                for place in places {
                    invalid.push(format!("appIds[{place}]"), "names no app");
                }
                Err(invalid.into())
            }
        }
    }

    /// All sources.
    pub async fn sources(&self, page: Page) -> Result<Listed<Source>, Refusal> {
        Ok(self.node.store.sources(page).await?)
    }

    /// Deletes a source: its reports are refused from then on.
    pub async fn delete_source(&self, id: &str) -> Result<(), Refusal> {
        if !self.node.store.archive_source(id, self.node.clock.now()).await? {
            return Err(Refusal::Unknown("source"));
        }
        Ok(self.in_force().await?)
    }

    /// Gives a source a new secret, to be shown this once; the present one goes on verifying for so many hours.
    pub async fn rotate_source(&self, id: &str, overlap_hours: Option<u64>) -> Result<Source, Refusal> {
        let hours = overlap_hours.unwrap_or(DEFAULT_OVERLAP);
        if hours > LONGEST_OVERLAP {
            return Err(Refusal::field("overlapHours", format!("must be a number from 0 to {LONGEST_OVERLAP}")));
        }
        let overlap = Duration::from_secs(hours * 3_600);
        let now = self.node.clock.now();
        let rotated = self.node.store.rotate_source(id, &generate::secret(""), overlap, now).await?;
        let source = rotated.ok_or(Refusal::Unknown("source"))?;
        self.in_force().await?;
        Ok(source)
    }
}
