//! The text of a recipe, for those who write some: the versions of an operator's own, and what can be made of this one.

use super::known::{self, draft_path};
use crate::actions::dialects::Dialect;
use crate::domain::dialect::listed::Listed;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::lines::Link;
use crate::web::console::parts::state::State;
use crate::web::console::words::instants::{self, Moment};
use crate::web::error::Problem;

/// The recipe's own text, and what can be done with it.
pub(super) struct File {
    pub(super) text: String,
    pub(super) versions: Vec<Version>,
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
    let may_withdraw = is_own && !listed.is_withdrawn() && page.can("POST /v1/dialects/{name}/withdraw");
    Ok(Some(File {
        text: recipe.source().to_owned(),
        versions: dialect.versions.iter().rev().filter_map(|one| version(page, listed, one)).collect(),
        draft,
        withdraw: may_withdraw.then(|| format!("/dialects/{}/withdraw", recipe.id())),
    }))
}

fn version(page: &PageRequest, shown: &Listed, one: &Listed) -> Option<Version> {
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
            Some(publishers) => publishers.join(", "),
        },
        first_delivered: publication.first_delivered_at.map(|at| instants::listed(at, now)),
    })
}
