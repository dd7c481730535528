//! What stood in the body of an attempt, for people to see: composed again from what is recorded and from the endpoint as it is
//! now. Nothing of it is kept, and no secret is in it.

use std::sync::Arc;

use super::job::told_as_stored;
use super::preview::Previews;
use crate::domain::app::App;
use crate::domain::attempt::Attempt;
use crate::domain::delivery::{Delivery, DeliveryKind};
use crate::domain::dialect::callback::Message;
use crate::domain::dialect::compose::{CallbackDraft, draft};
use crate::domain::dialect::naming::of_draft;
use crate::domain::dialect::recipe::Recipe;
use crate::store::StoreError;

/// Bytes that are shown of a body (the contract).
const SHOWN: usize = 4 * 1024;
/// The method of a request that has a body.
const WITH_BODY: &str = "POST";

impl Previews {
    /// The beginning of each attempt's body; nothing of one that had none, nor where the endpoint speaks another dialect by
    /// now, or can no longer be composed for.
    pub async fn shown_bodies(
        &self,
        delivery: &Delivery,
        attempts: &[Attempt],
    ) -> Result<Vec<Option<String>>, StoreError> {
        let has_body = |attempt: &Attempt| attempt.method.as_deref() == Some(WITH_BODY);
        let drafted = if attempts.iter().any(has_body) { self.drafted(delivery).await? } else { None };
        let Some((_, draft)) = drafted else { return Ok(vec![None; attempts.len()]) };
        let (event_id, _) = told_as_stored(delivery);
        let body = |attempt: &Attempt| draft.shown_body(&event_id, attempt.started_at).map(beginning);
        Ok(attempts.iter().map(|attempt| if has_body(attempt) { body(attempt) } else { None }).collect())
    }

    /// The text that was signed of each attempt, by the secret that signed it; nothing where that is gone or nothing was signed,
    /// nor where the callback can no longer be composed.
    pub async fn signed_texts(
        &self,
        delivery: &Delivery,
        attempts: &[Attempt],
    ) -> Result<Vec<Option<String>>, StoreError> {
        let is_signed = |attempt: &Attempt| attempt.secret_id.is_some() && attempt.url.is_some();
        let drafted = if attempts.iter().any(is_signed) { self.drafted(delivery).await? } else { None };
        let Some((app, draft)) = drafted else { return Ok(vec![None; attempts.len()]) };
        let secrets = app.endpoint(&delivery.endpoint_id).map_or(&[][..], |endpoint| &endpoint.secrets);
        let (event_id, _) = told_as_stored(delivery);
        let text = |attempt: &Attempt| {
            let signed_with = attempt.secret_id.as_ref()?;
            let secret = secrets.iter().find(|secret| secret.id == *signed_with)?;
            draft.finish(&event_id, attempt.started_at, &[&secret.text]).ok()?.signed_text
        };
        Ok(attempts.iter().map(|attempt| if is_signed(attempt) { text(attempt) } else { None }).collect())
    }

    /// What a delivery sends, composed again, with the app that it is of.
    async fn drafted(&self, delivery: &Delivery) -> Result<Option<(Arc<App>, CallbackDraft)>, StoreError> {
        let Some(app) = self.node.directory.app_of_endpoint(&delivery.endpoint_id) else { return Ok(None) };
        let Some(endpoint) = app.endpoint(&delivery.endpoint_id) else { return Ok(None) };
        let recipe = self.recipe(endpoint, Some(delivery)).ok().filter(|recipe| is_of(recipe, delivery));
        let Some(recipe) = recipe else { return Ok(None) };
        let Some((completion, event)) = self.told_by(delivery).await? else { return Ok(None) };
        let is_test = delivery.kind == DeliveryKind::Test;
        let (_, created_at) = told_as_stored(delivery);
        let message = Message { completion: &completion, event: &event, created_at, is_test };
        let draft = draft(&recipe, &endpoint.config, &message).ok();
        Ok(draft.map(|draft| (Arc::clone(&app), draft)))
    }
}

/// Whether a delivery was accepted under this very recipe; of a draft there is no other.
fn is_of(recipe: &Recipe, delivery: &Delivery) -> bool {
    of_draft(&delivery.recipe).is_some() || recipe.id() == delivery.recipe
}

/// As many whole characters as fit.
fn beginning(mut body: String) -> String {
    let end = (0..=SHOWN.min(body.len())).rfind(|at| body.is_char_boundary(*at)).unwrap_or(0);
    body.truncate(end);
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_cut_between_two_characters() {
        assert_eq!(beginning("{}".to_owned()), "{}");
        let long = beginning(format!("x{}", "é".repeat(SHOWN)));
        assert_eq!((long.len(), long.ends_with('é')), (SHOWN - 1, true));
    }
}
