//! What stood in the body of an attempt, for people to see: composed again from what is recorded and from the endpoint as it is
//! now. Nothing of it is kept, and no secret is in it.

use super::job::event_id;
use super::preview::Previews;
use crate::domain::attempt::Attempt;
use crate::domain::delivery::{Delivery, DeliveryKind};
use crate::domain::dialect::callback::Message;
use crate::domain::dialect::compose::draft;
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
        let nothing = || vec![None; attempts.len()];
        let has_body = |attempt: &Attempt| attempt.method.as_deref() == Some(WITH_BODY);
        let app = self.node.directory.app_of_endpoint(&delivery.endpoint_id);
        let endpoint = app.as_ref().and_then(|app| app.endpoint(&delivery.endpoint_id));
        let Some(endpoint) = endpoint.filter(|_| attempts.iter().any(has_body)) else { return Ok(nothing()) };
        let recipe = self.recipe(endpoint, Some(delivery)).ok().filter(|recipe| recipe.id() == delivery.recipe);
        let Some(recipe) = recipe else { return Ok(nothing()) };
        let Some((completion, event)) = self.told_by(delivery).await? else { return Ok(nothing()) };
        let is_test = delivery.kind == DeliveryKind::Test;
        let message = Message { completion: &completion, event: &event, created_at: delivery.created_at, is_test };
        let Ok(draft) = draft(recipe, &endpoint.config, &message) else { return Ok(nothing()) };
        let event_id = event_id(&delivery.id);
        let body = |attempt: &Attempt| draft.shown_body(&event_id, attempt.started_at).map(beginning);
        Ok(attempts.iter().map(|attempt| if has_body(attempt) { body(attempt) } else { None }).collect())
    }
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
