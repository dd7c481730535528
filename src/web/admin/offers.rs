//! `/v1/offers`: what tracking links lead to. Account managers keep them; a publisher reads them, to show them to its
//! users.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::domain::invalid::Invalid;
use crate::domain::offer::{Goal, Offer, OfferSettings};
use crate::domain::patch::Patch;
use crate::domain::time::Timestamp;
use crate::web::json::Body;
use crate::web::list::{self, PageOf};
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/offers").post(create).get(list))
        .service(resource("/v1/offers/{id}").get(read).patch(change));
}

/// An offer, or a change of one. Creating needs `name`, `destinationUrl`, `payoutMinor` and `currency`. In a change, what
/// is left out stays and null goes back to the default.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OfferBody {
    /// For people; the `offerName` of conversions that give none.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Patch<String>,
    /// Your own name for it, accepted wherever the id is; receivers know the offer by it.
    #[serde(default, rename = "ref")]
    #[schema(value_type = Option<String>)]
    reference: Patch<String>,
    /// Where the tracking link leads: a template with `{click_id}` exactly once, in its path or query. It may also have
    /// `{offer_id}`, `{app_id}` and, in its query, `{sub}`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    destination_url: Patch<String>,
    /// What the publisher is paid, in minor units.
    #[serde(default)]
    #[schema(value_type = Option<u64>)]
    payout_minor: Patch<u64>,
    /// ISO 4217, of the offer's and its goals' payouts.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    currency: Patch<String>,
    /// Steps that are paid for each by itself: at most 100.
    #[serde(default)]
    #[schema(value_type = Option<Vec<GoalBody>>)]
    goals: Patch<Vec<GoalBody>>,
    /// From then on the link works; default: at once.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    active_from: Patch<Timestamp>,
    /// From then on it works no more; default: for ever.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    active_until: Patch<Timestamp>,
}

/// A goal of an offer.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GoalBody {
    /// What conversions call it (`goalId`).
    id: String,
    /// For people.
    name: String,
    /// What the publisher is paid for it, in minor units.
    payout_minor: u64,
}

/// An offer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferView {
    id: String,
    #[serde(rename = "ref")]
    reference: Option<String>,
    name: String,
    destination_url: String,
    payout_minor: i64,
    currency: String,
    goals: Vec<GoalView>,
    active_from: Option<Timestamp>,
    active_until: Option<Timestamp>,
    /// The tracking link, which needs `?app=…&user=…` and takes `&sub=…`.
    tracking_url: String,
    created_at: Timestamp,
}

/// A goal.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GoalView {
    id: String,
    name: String,
    payout_minor: i64,
}

impl From<Offer> for OfferView {
    fn from(offer: Offer) -> Self {
        Self {
            tracking_url: format!("/c/{}", offer.id),
            id: offer.id,
            reference: offer.reference,
            name: offer.name,
            destination_url: offer.destination.as_str().to_owned(),
            payout_minor: offer.payout_minor,
            currency: offer.currency,
            goals: offer.goals.into_iter().map(GoalView::from).collect(),
            active_from: offer.active_from,
            active_until: offer.active_until,
            created_at: offer.created_at,
        }
    }
}

impl From<Goal> for GoalView {
    fn from(goal: Goal) -> Self {
        Self { id: goal.id, name: goal.name, payout_minor: goal.payout_minor }
    }
}

impl OfferBody {
    /// The settings of a new offer.
    fn into_new(self) -> Result<OfferSettings, Invalid> {
        let mut invalid = Invalid::none();
        for (field, is_given) in [
            ("name", matches!(self.name, Patch::Set(_))),
            ("destinationUrl", matches!(self.destination_url, Patch::Set(_))),
            ("payoutMinor", matches!(self.payout_minor, Patch::Set(_))),
            ("currency", matches!(self.currency, Patch::Set(_))),
        ] {
            if !is_given {
                invalid.push(field, "is required");
            }
        }
        invalid.into_result()?;
        let mut settings = OfferSettings::default();
        self.apply(&mut settings).map(|()| settings)
    }

    /// Changes the settings of an offer.
    fn apply(self, settings: &mut OfferSettings) -> Result<(), Invalid> {
        let mut invalid = Invalid::none();
        required("name", self.name, &mut settings.name, &mut invalid);
        required("destinationUrl", self.destination_url, &mut settings.destination_url, &mut invalid);
        required("currency", self.currency, &mut settings.currency, &mut invalid);
        required("payoutMinor", self.payout_minor, &mut settings.payout_minor, &mut invalid);
        self.reference.apply_optional(&mut settings.reference);
        let parts =
            |goals: Vec<GoalBody>| goals.into_iter().map(|goal| (goal.id, goal.name, goal.payout_minor)).collect();
        self.goals.map(parts).apply(&mut settings.goals, Vec::new());
        self.active_from.apply_optional(&mut settings.active_from);
        self.active_until.apply_optional(&mut settings.active_until);
        invalid.into_result()
    }
}

/// Creates an offer.
#[utoipa::path(post, path = "/v1/offers", tag = "offers", request_body = OfferBody, responses(
    (status = 201, description = "Created.", body = OfferView),
))]
pub(in crate::web) async fn create(_: Caller, web: Data<Web>, body: Body) -> Answer {
    let given: OfferBody = body.read()?;
    let created = web.actions.create_offer(given.into_new()?).await?;
    Ok(respond::created(&OfferView::from(created.made)))
}

/// Lists offers.
#[utoipa::path(get, path = "/v1/offers", tag = "offers",
    params(("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page.", body = PageOf<OfferView>)))]
pub(in crate::web) async fn list(_: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let page = list::only_page(request.query_string())?;
    let listed = web.actions.offers(page).await?;
    Ok(respond::ok(&PageOf::from(listed.map(OfferView::from))))
}

/// Reads an offer.
#[utoipa::path(get, path = "/v1/offers/{id}", tag = "offers", params(("id" = String, Path)), responses(
    (status = 200, description = "The offer.", body = OfferView),
))]
pub(in crate::web) async fn read(_: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    Ok(respond::ok(&OfferView::from(web.actions.offer(&id).await?)))
}

/// Changes an offer: what is left out stays, null goes back to the default. Holds for clicks that were made before, too.
#[utoipa::path(patch, path = "/v1/offers/{id}", tag = "offers", params(("id" = String, Path)),
    request_body = OfferBody,
    responses((status = 200, description = "Changed.", body = OfferView)))]
pub(in crate::web) async fn change(_: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let given: OfferBody = body.read()?;
    let offer = web.actions.change_offer(&id, |settings| given.clone().apply(settings)).await?;
    Ok(respond::ok(&OfferView::from(offer)))
}

/// Applies a field that has no default to go back to.
fn required<T>(name: &str, given: Patch<T>, setting: &mut T, invalid: &mut Invalid) {
    match given {
        Patch::Kept => {}
        Patch::Reset => invalid.push(name, "must not be null"),
        Patch::Set(value) => *setting = value,
    }
}
