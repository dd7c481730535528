//! Whether an endpoint's dialect has a later version, or another one in place of one that was withdrawn: it is bound to the one that
//! it was saved with, so somebody has to be told.

use super::Actions;
use crate::domain::app::{App, Endpoint};
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::listed::Listed;
use crate::domain::dialect::naming::version_named;

impl Actions {
    /// The version that an endpoint could go to, as `name@version`: the newest that its publisher may choose, from one that was
    /// withdrawn also back. Nothing where it speaks that one, or what ships, which has one version for all.
    pub fn newer_version(&self, app: &App, endpoint: &Endpoint) -> Option<String> {
        let (catalog, spoken) = (self.node.catalog(), &endpoint.config.settings.dialect);
        let is_withdrawn = catalog.listed(spoken).is_some_and(Listed::is_withdrawn);
        newer(&catalog.open_to(&app.publisher_id), spoken, is_withdrawn)
    }
}

fn newer(dialects: &Catalog, spoken: &str, is_withdrawn: bool) -> Option<String> {
    let (name, version) = version_named(spoken)?;
    let newest = dialects.listed(name).filter(|newest| !newest.is_withdrawn())?;
    (newest.recipe.version() > version || is_withdrawn).then(|| newest.recipe.id())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::dialect::listed::Publication;
    use crate::domain::dialect::recipe::Recipe;
    use crate::domain::made_by::MadeBy;
    use crate::domain::time::Timestamp;

    fn version(version: u32, is_withdrawn: bool) -> Listed {
        let besitos = Catalog::builtin().get("besitos").unwrap().clone();
        let text = besitos.source().replacen("name = \"besitos\"", "name = \"x-wall\"", 1);
        let at = Timestamp::from_millis(0);
        let publication = Publication {
            publishers: None,
            published_at: at,
            published_by: MadeBy { token_id: None, user_id: None, name: "Olga".to_owned() },
            withdrawn_at: is_withdrawn.then_some(at),
            first_delivered_at: None,
        };
        let recipe = Recipe::numbered(&text, version, besitos.vectors()).unwrap();
        Listed { recipe: Arc::new(recipe), publication: Some(publication) }
    }

    #[test]
    fn a_later_version_is_told_of_unless_it_was_withdrawn() {
        let told = |withdrawn, spoken| {
            newer(&Catalog::builtin().with(vec![version(1, false), version(2, withdrawn)]), spoken, false)
        };
        assert_eq!(told(false, "x-wall@1").as_deref(), Some("x-wall@2"));
        assert_eq!((told(true, "x-wall@1"), told(false, "x-wall@2"), told(false, "besitos")), (None, None, None));
    }

    #[test]
    fn from_a_version_that_was_withdrawn_the_way_leads_back_to_the_newest_that_may_be_chosen() {
        let from_withdrawn = |versions| newer(&Catalog::builtin().with(versions), "x-wall@2", true);
        assert_eq!(from_withdrawn(vec![version(1, false), version(2, true)]).as_deref(), Some("x-wall@1"));
        assert_eq!(from_withdrawn(vec![version(1, true), version(2, true)]), None);
    }
}
