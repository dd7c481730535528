//! The configuration as the directory loads it: whatever changed after a revision, secrets opened.

use diesel::prelude::*;

use crate::domain::app::App;
use crate::domain::dialect::listed::PublishedRecipe;
use crate::domain::egress::{Assignment, EgressIp};
use crate::domain::offer::Offer;
use crate::domain::source::Source;

use super::app_rows::{AppRow, AppRows};
use super::offers::OfferRow;
use super::recipes::RecipeRow;
use super::schema::{apps, offers, sources};
use super::sources::SourceRow;
use super::{Store, StoreError, egress, recipes, revision};

/// What changed since a revision. Recipes, apps, offers and sources are the changed ones alone (archived ones too, so that they can
/// be forgotten); egress IPs and assignments are few and always complete.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// The revision that this brings a directory to.
    pub revision: i64,
    /// Published recipes that changed: new ones, and those of which something became known.
    pub recipes: Vec<PublishedRecipe>,
    /// Apps that changed, with their endpoints and secrets.
    pub apps: Vec<App>,
    /// Offers that changed.
    pub offers: Vec<Offer>,
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
    pub async fn configuration_since(&self, revision: i64) -> Result<Option<Configuration>, StoreError> {
        let found = self
            .look_at_once(move |conn| {
                let current = revision::current(conn)?;
                if current == revision {
                    return Ok(None);
                }
                let changed = apps::table.filter(apps::revision.gt(revision)).select(AppRow::as_select());
                let changed = changed.load(conn)?;
                let apps = AppRows::load(conn, changed)?;
                let offers = offers::table.filter(offers::revision.gt(revision));
                let offers: Vec<OfferRow> = offers.select(OfferRow::as_select()).load(conn)?;
                let sources = sources::table.filter(sources::revision.gt(revision));
                let sources: Vec<SourceRow> = sources.select(SourceRow::as_select()).load(conn)?;
                let recipes = recipes::changed_since(conn, revision)?;
                Ok(Some((current, recipes, apps, offers, sources, egress::everything(conn)?)))
            })
            .await?;
        let Some((revision, recipes, apps, offers, changed, (egress_ips, assignments))) = found else {
            return Ok(None);
        };
        let (mut sources, mut archived_sources) = (Vec::new(), Vec::new());
        for row in changed {
            match row.open(self.key())? {
                Ok(source) => sources.push(source),
                Err(archived) => archived_sources.push(archived),
            }
        }
        Ok(Some(Configuration {
            revision,
            recipes: recipes.into_iter().filter_map(readable).collect(),
            apps: apps.open(self.key())?,
            offers: offers.into_iter().map(OfferRow::open).collect::<Result<_, _>>()?,
            sources,
            archived_sources,
            egress_ips: egress_ips.into_iter().map(|row| row.open(self.key())).collect::<Result<_, _>>()?,
            assignments,
        }))
    }
}

/// A published recipe; a row that cannot be read keeps nothing else from coming into force.
fn readable(row: RecipeRow) -> Option<PublishedRecipe> {
    let opened = row.open();
    opened
        .inspect_err(
            |error| tracing::error!(%error, "a published recipe cannot be read from the store; it is left out"),
        )
        .ok()
}
