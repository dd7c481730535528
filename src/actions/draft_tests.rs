//! Tests by a recipe that is not published yet: what its author sees of a real receiver before anybody may choose it.
//!
//! The recipe must be as good as a published one, and the endpoint must be one that could be saved with it, since its URL, secrets
//! and settings are what the test is sent with. Each node sends one at a time: a draft is
//! nobody's load test.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

use super::Actions;
use super::caller::Caller;
use super::previews::in_field;
use super::refusal::Refusal;
use crate::dispatch::sending::stored_test::TestedDraft;
use crate::domain::app::App;
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::dialect::listed::Listed;
use crate::domain::dialect::naming::of_draft;
use crate::domain::endpoint_rules::{check_active_key, check_endpoint};

/// The field that names the draft.
const RECIPE: &str = "recipe";

impl Actions {
    /// The draft that a test is to be sent by, and the turn to send it; other tests of drafts are refused while it is held.
    pub(super) async fn test_of_draft(
        &self,
        caller: &Caller,
        app: &App,
        endpoint_id: Option<&str>,
        named: &str,
    ) -> Result<(TestedDraft, OwnedSemaphorePermit), Refusal> {
        if caller.limited_to().is_some() {
            return Err(Refusal::forbidden("Only an account manager or operator may send a test by a draft."));
        }
        let name = of_draft(named).ok_or_else(|| Refusal::field(RECIPE, "must name a draft, as x-name#draft"))?;
        let turn = Arc::clone(&self.draft_tests).try_acquire_owned().map_err(|_| {
            Refusal::TooMany("One test by a draft is sent at a time; wait for the one under way.".to_owned())
        })?;
        let (draft, version) = self.draft_to_test(name).await.map_err(|refusal| match refusal {
            Refusal::Unknown(_) => Refusal::field(RECIPE, "names no draft"),
            Refusal::Invalid(invalid) => invalid.below(RECIPE).into(),
            other => other,
        })?;
        if draft.publishers.as_ref().is_some_and(|publishers| !publishers.contains(&app.publisher_id)) {
            return Err(Refusal::field(RECIPE, "names a draft that the app's publisher may not choose (`publishers`)"));
        }
        let tested = TestedDraft { name: draft.name, text: draft.text, version };
        let recipe = tested.recipe().ok_or_else(|| Refusal::field(RECIPE, "cannot be read"))?;
        let endpoint = in_field(app, endpoint_id)?;
        let settings = EndpointSettings { dialect: recipe.id(), ..endpoint.config.settings.clone() };
        let dialects = self.node.catalog().with(vec![Listed { recipe, publication: None }]);
        check_endpoint(&settings, &dialects, &self.node.targets)?;
        check_active_key(&settings.dialect, &dialects, endpoint)?;
        Ok((tested, turn))
    }
}
