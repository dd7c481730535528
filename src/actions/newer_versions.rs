//! Whether an endpoint's dialect has a later version: it is bound to the one that it was saved with, so somebody has to be told.

use super::Actions;
use crate::domain::app::{App, Endpoint};
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::naming::version_named;

impl Actions {
    /// The version that an endpoint could go to, as `name@version`; nothing where it speaks the newest that its publisher may
    /// choose, or what ships, which has one version for all.
    pub fn newer_version(&self, app: &App, endpoint: &Endpoint) -> Option<String> {
        newer(&self.node.catalog().open_to(&app.publisher_id), &endpoint.config.settings.dialect)
    }
}

fn newer(dialects: &Catalog, spoken: &str) -> Option<String> {
    let (name, version) = version_named(spoken)?;
    let newest = dialects.listed(name).filter(|newest| !newest.is_withdrawn())?;
    (newest.recipe.version() > version).then(|| newest.recipe.id())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::dialect::listed::{Listed, Publication};
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
        let recipe = Recipe::numbered(&text, version, besitos.vectors().to_vec()).unwrap();
        Listed { recipe: Arc::new(recipe), publication: Some(publication) }
    }

    #[test]
    fn a_later_version_is_told_of_unless_it_was_withdrawn() {
        let told =
            |withdrawn, spoken| newer(&Catalog::builtin().with(vec![version(1, false), version(2, withdrawn)]), spoken);
        assert_eq!(told(false, "x-wall@1").as_deref(), Some("x-wall@2"));
        assert_eq!((told(true, "x-wall@1"), told(false, "x-wall@2"), told(false, "besitos")), (None, None, None));
    }
}
