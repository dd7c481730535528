//! Which dialects a caller may know of, and which one an endpoint may be given.
//!
//! An endpoint is bound to the version of an operator's own dialect that it is saved with: whoever publishes a later one moves
//! nobody. What is limited to other publishers is answered like what does not exist, here as everywhere, so an endpoint is checked
//! against the dialects that its own publisher may know of.

use super::Actions;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::dialect::naming::{dialect_name, is_custom};
use crate::domain::endpoint_rules::check_endpoint;
use crate::domain::invalid::Invalid;

const DIALECT: &str = "dialect";

impl Actions {
    /// The dialects that a caller may know of.
    pub fn dialects_open_to(&self, caller: &Caller) -> Catalog {
        let all = self.node.catalog();
        match caller.limited_to() {
            Some(publisher_id) => all.open_to(publisher_id),
            None => Catalog::clone(&all),
        }
    }

    /// The dialects that an endpoint of this publisher may be given. One of an operator's own may have been published on another
    /// node a moment ago.
    pub(super) async fn dialects_for(&self, publisher_id: &str, dialect: &str) -> Result<Catalog, Refusal> {
        if is_custom(dialect) {
            self.in_force().await?;
        }
        Ok(self.node.catalog().open_to(publisher_id))
    }

    /// An endpoint's settings as they are to be saved, if there is no fault in them; `standing` is the dialect that it has.
    pub(super) fn settled(
        &self,
        dialects: &Catalog,
        settings: EndpointSettings,
        standing: Option<&str>,
    ) -> Result<EndpointSettings, Invalid> {
        let dialect = chosen(dialects, &settings.dialect, standing)?;
        let settings = EndpointSettings { dialect, ..settings };
        check_endpoint(&settings, dialects, &self.node.targets).map(|_| settings)
    }
}

/// The dialect that an endpoint gets that is to have this one: what ships by its name alone, an operator's own bound to a version.
/// What is unknown stays as it is, for whoever checks the endpoint to say so.
fn chosen(dialects: &Catalog, given: &str, standing: Option<&str>) -> Result<String, Invalid> {
    // What it has it may keep, withdrawn or not.
    if standing == Some(given) {
        return Ok(given.to_owned());
    }
    let Some(listed) = dialects.listed(given) else { return Ok(given.to_owned()) };
    if listed.publication.is_none() {
        let name = dialect_name(given);
        if name == given {
            return Ok(given.to_owned());
        }
        let mut invalid = Invalid::none();
        let message = format!("ships with Ringback, in one version for all endpoints; write {name}");
        invalid.push_with(DIALECT, message, Some(name.to_owned()));
        return Err(invalid);
    }
    let id = listed.recipe.id();
    if listed.is_withdrawn() && standing != Some(id.as_str()) {
        let message = format!("{id} was withdrawn: endpoints that have it keep it, and no other may choose it");
        return Err(Invalid::field(DIALECT, message));
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::dialect::listed::{Listed, Publication};
    use crate::domain::dialect::recipe::Recipe;
    use crate::domain::made_by::MadeBy;
    use crate::domain::time::Timestamp;

    const RECIPE: &str = include_str!("../domain/dialect/catalog/kiwiwall.toml");

    fn version(number: u32, is_withdrawn: bool, publishers: Option<&[&str]>) -> Listed {
        let text = RECIPE.replacen("name = \"kiwiwall\"", "name = \"x-wall\"", 1);
        let vectors = Catalog::builtin().get("kiwiwall").unwrap().vectors();
        let recipe = Arc::new(Recipe::numbered(&text, number, vectors).unwrap());
        let now = Timestamp::from_millis(1);
        let publication = Publication {
            publishers: publishers.map(|publishers| publishers.iter().map(|&one| one.to_owned()).collect()),
            published_at: now,
            published_by: MadeBy { token_id: None, user_id: None, name: "ops".to_owned() },
            withdrawn_at: is_withdrawn.then_some(now),
            first_delivered_at: None,
        };
        Listed { recipe, publication: Some(publication) }
    }

    fn told(dialects: &Catalog, given: &str, standing: Option<&str>) -> Result<String, String> {
        chosen(dialects, given, standing).map_err(|invalid| invalid.to_string())
    }

    #[test]
    fn an_operators_own_dialect_is_bound_to_the_newest_version_that_was_not_withdrawn() {
        let dialects = Catalog::builtin().with(vec![version(1, false, None), version(2, false, None)]);
        assert_eq!(told(&dialects, "x-wall", None).unwrap(), "x-wall@2");
        assert_eq!(told(&dialects, "x-wall@1", None).unwrap(), "x-wall@1");
        let dialects = dialects.with(vec![version(2, true, None)]);
        assert_eq!(told(&dialects, "x-wall", Some("x-wall@2")).unwrap(), "x-wall@1");
        assert!(told(&dialects, "x-wall@2", Some("x-wall@1")).unwrap_err().contains("was withdrawn"));
        assert_eq!(told(&dialects, "x-wall@2", Some("x-wall@2")).unwrap(), "x-wall@2");
        assert_eq!(told(&dialects, "x-wall@3", None).unwrap(), "x-wall@3");
    }

    #[test]
    fn what_ships_is_bound_to_no_version() {
        let dialects = Catalog::builtin();
        assert_eq!(told(&dialects, "besitos", None).unwrap(), "besitos");
        assert!(told(&dialects, "besitos@1", None).unwrap_err().ends_with("write besitos"));
    }

    #[test]
    fn what_is_limited_to_others_is_not_there() {
        let dialects = Catalog::builtin().with(vec![version(1, false, Some(&["pub_1"])), version(2, true, None)]);
        assert_eq!(told(&dialects.open_to("pub_1"), "x-wall", None).unwrap(), "x-wall@1");
        assert!(dialects.open_to("pub_2").listed("x-wall@1").is_none());
        assert!(told(&dialects.open_to("pub_2"), "x-wall", None).unwrap_err().contains("x-wall@2 was withdrawn"));
    }
}
