//! What the form would send, of the sample that is chosen.

use serde_json::{Map, Value};

use super::Place;
use super::sample::{SAMPLE, Sample};
use crate::actions::previews::PreviewAsked;
use crate::actions::refusal::Refusal;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::given;
use crate::domain::invalid::Invalid;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::preview::{self, Preview};
use crate::web::error::Problem;

/// What came of it.
pub(super) struct Previewing {
    /// The choice of a sample.
    pub(super) sample: Field,
    /// What can be shown. While the settings are wrong that is what those would send that are saved.
    pub(super) preview: Preview,
    /// What is wrong with the settings, and with the choice.
    pub(super) wrong: Invalid,
}

impl Previewing {
    /// Of these unsaved settings.
    pub(super) async fn of(
        page: &PageRequest,
        place: &Place,
        recipe: &Recipe,
        chosen: &str,
        given: Map<String, Value>,
    ) -> Result<Self, Problem> {
        let actions = &page.web.actions;
        let newest = actions.newest_completion(&place.app).await?;
        let (read, of_choice) = match Sample::read(chosen, recipe) {
            Ok(sample) => (sample, Invalid::none()),
            Err(wrong) => (Sample::Offer, wrong),
        };
        let earlier = match &read {
            Sample::Recorded(id) if newest.as_ref().is_none_or(|newest| newest.id != *id) => {
                actions.completion_of(&place.app, id).await?
            }
            _ => None,
        };
        let field = Sample::field(recipe, newest.as_ref(), earlier.as_ref(), page.web.node.clock.now());
        let sample = field.value(if of_choice.0.is_empty() { chosen } else { "" });
        let is_changed = !given.is_empty();
        match shown(page, place, recipe, &read, given).await? {
            Ok(preview) => Ok(Self { sample, preview, wrong: of_choice }),
            Err(mut wrong) => {
                wrong.extend(of_choice);
                let saved = if is_changed { shown(page, place, recipe, &read, Map::new()).await?.ok() } else { None };
                Ok(Self { sample, preview: saved.unwrap_or_default(), wrong })
            }
        }
    }
}

/// The callback, or what is wrong with the settings.
async fn shown(
    page: &PageRequest,
    place: &Place,
    recipe: &Recipe,
    sample: &Sample,
    given: Map<String, Value>,
) -> Result<Result<Preview, Invalid>, Problem> {
    // Nobody is told of a URL that was not written yet.
    let is_written = match given.get("callbackUrl") {
        Some(url) => !url.is_null(),
        None => place.settings().callback_url.is_some(),
    };
    let asked =
        PreviewAsked { endpoint_id: Some(place.endpoint.id.clone()), unsaved: Some(given.clone()), ..sample.asked() };
    let wrong = match page.web.actions.preview(page.caller(), &place.app, asked).await {
        Ok(previewed) => {
            // They were read a moment ago, or there would be no preview.
            let settings = given::endpoint(place.settings(), given).map(|given| given.settings);
            let settings = settings.unwrap_or_else(|_: Invalid| place.settings().clone());
            return Ok(Ok(Preview::of(recipe, &settings, previewed, sample.told())));
        }
        Err(Refusal::Invalid(wrong)) => wrong,
        Err(other) => return Err(other.into()),
    };
    let (mut wrong, of_sample) = preview::of_settings(wrong);
    let (of_choice, of_sample): (Vec<_>, Vec<_>) =
        of_sample.0.into_iter().partition(|fault| fault.field == "completionId");
    if !of_choice.is_empty() {
        wrong.push(SAMPLE, "must be a completion of this app");
    }
    if !wrong.0.is_empty() {
        return Ok(Err(wrong));
    }
    Ok(Ok(match is_written {
        true => Preview::refused(&Invalid(of_sample)),
        false => Preview::empty(preview::NO_URL),
    }))
}
