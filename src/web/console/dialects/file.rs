//! The text of a recipe, for those who write some: the versions of an operator's own, and what can be made of this one.

use std::collections::HashMap;
use std::time::Duration;

use super::known::{self, draft_path};
use crate::actions::dialects::Dialect;
use crate::actions::recipe_health::sum;
use crate::domain::dialect::listed::Listed;
use crate::domain::dialect::naming::version_named;
use crate::domain::health::recipes::{RecipeRollup, RefusedCounts};
use crate::domain::health::series::Series;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::lines::Link;
use crate::web::console::parts::state::State;
use crate::web::console::words::amounts;
use crate::web::console::words::instants::{self, Moment};
use crate::web::error::Problem;

const DAY: Duration = Duration::from_secs(86_400);
const HOUR: u32 = 3_600;

/// The recipe's own text, and what can be done with it.
pub(super) struct File {
    pub(super) text: String,
    pub(super) versions: Vec<Version>,
    /// How first attempts went within the last day, of each version that had any.
    pub(super) health: Vec<Health>,
    /// Where it becomes a draft, or the draft that it became.
    pub(super) draft: Link,
    /// Where this version is withdrawn.
    pub(super) withdraw: Option<String>,
}

/// A version of an operator's own dialect.
pub(super) struct Version {
    pub(super) link: Link,
    pub(super) is_shown: bool,
    pub(super) state: State,
    pub(super) published: Moment,
    pub(super) by: String,
    /// Who alone may choose it.
    pub(super) open_to: String,
    /// When a receiver first took a callback of it.
    pub(super) first_delivered: Option<Moment>,
}

/// How first attempts by a version went.
pub(super) struct Health {
    pub(super) id: String,
    pub(super) first_attempts: String,
    pub(super) delivered: String,
    /// By how they were turned away.
    pub(super) refused: [String; 5],
}

/// The recipe's text, for those who may write one.
pub(super) async fn of(page: &PageRequest, dialect: &Dialect) -> Result<Option<File>, Problem> {
    let Some(drafts) = page.web.actions.recipe_drafts(page.caller()).await? else { return Ok(None) };
    let (listed, recipe) = (&dialect.listed, &dialect.listed.recipe);
    let is_own = listed.publication.is_some();
    let draft = match drafts.iter().any(|draft| is_own && draft.name == recipe.name()) {
        true => Link::new("Open its draft", &draft_path(recipe.name(), "")),
        false => {
            let label = if is_own { "New version" } else { "Copy as a draft" };
            Link::new(label, &format!("/dialects/drafts/new?from={}", recipe.id()))
        }
    };
    let limited = dialect.versions.iter().filter_map(Listed::limited_to).flatten();
    let names = page.web.actions.names_of_publishers(page.caller(), limited.map(String::as_str)).await?;
    let may_withdraw = is_own && !listed.is_withdrawn() && page.can("POST /v1/dialects/{name}/withdraw");
    Ok(Some(File {
        text: recipe.source().to_owned(),
        versions: dialect.versions.iter().rev().filter_map(|one| version(page, listed, one, &names)).collect(),
        health: health(page, recipe.name()).await?,
        draft,
        withdraw: may_withdraw.then(|| format!("/dialects/{}/withdraw", recipe.id())),
    }))
}

/// How first attempts by the versions of a dialect went, the newest version first.
async fn health(page: &PageRequest, name: &str) -> Result<Vec<Health>, Problem> {
    let now = page.web.node.clock.now();
    let series = Series::asked(Some(now.minus(DAY)), None, Some(HOUR), now)?;
    let found = page.web.actions.recipe_health(page.caller(), name, series).await?;
    let row = |(id, rollup): (String, RecipeRollup)| {
        let RefusedCounts { unauthorized, forbidden, method_not_allowed, unprocessable, unwanted_body } =
            rollup.refused;
        let refused = [unauthorized, forbidden, method_not_allowed, unprocessable, unwanted_body].map(amounts::count);
        let (first_attempts, delivered) = (amounts::count(rollup.first_attempts), amounts::count(rollup.delivered));
        Health { id, first_attempts, delivered, refused }
    };
    let mut sums: Vec<(String, RecipeRollup)> = found.into_iter().map(|(id, buckets)| (id, sum(&buckets))).collect();
    sums.sort_by_key(|(id, _)| std::cmp::Reverse(version_named(id).map(|(_, version)| version)));
    Ok(sums.into_iter().map(row).collect())
}

fn version(page: &PageRequest, shown: &Listed, one: &Listed, names: &HashMap<String, String>) -> Option<Version> {
    let name = |id: &String| names.get(id).unwrap_or(id).clone();
    let publication = one.publication.as_ref()?;
    let (id, now) = (one.recipe.id(), page.web.node.clock.now());
    Some(Version {
        link: Link::new(&id, &known::path(&id)),
        is_shown: id == shown.recipe.id(),
        state: known::state(one),
        published: instants::listed(publication.published_at, now),
        by: publication.published_by.name.clone(),
        open_to: match &publication.publishers {
            None => "everybody".to_owned(),
            Some(publishers) => publishers.iter().map(name).collect::<Vec<_>>().join(", "),
        },
        first_delivered: publication.first_delivered_at.map(|at| instants::listed(at, now)),
    })
}
