//! Previews: what a callback would look like, of what is saved and of what is not saved yet. Nothing is sent or stored.

use serde_json::{Map, Value};

use super::Actions;
use super::access::endpoint;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::dispatch::sending::preview::Wanted;
use crate::dispatch::sending::stored_test::whole_reversal;
use crate::domain::app::{App, Endpoint};
use crate::domain::attempt::Attempt;
use crate::domain::completion::Completion;
use crate::domain::delivery::{Delivery, DeliveryKind};
use crate::domain::dialect::callback::{CallbackConfig, CallbackEvent, CallbackRequest};
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::dialect::marked::Marked;
use crate::domain::dialect::recipe::SecretNeed;
use crate::domain::endpoint_rules::{check_active_key, check_endpoint};
use crate::domain::given;
use crate::domain::invalid::Invalid;
use crate::domain::json::Object;
use crate::domain::sample_completion;
use crate::domain::setup::Setup;
use crate::random;

/// Fields of an endpoint that are not saved, as they would be given to change it.
pub type Unsaved = Map<String, Value>;

/// Where unsaved fields stand in what is given.
const UNSAVED: &str = "endpoint";
/// Said of a callback that would be held.
pub const NOT_SIGNED: &str =
    "not signed: the dialect needs a secret and there is none, so callbacks wait until one is added";

/// What is to be previewed: a recorded completion, an invented one, or what a delivery tells.
#[derive(Default)]
pub struct PreviewAsked {
    /// A recorded completion.
    pub completion_id: Option<String>,
    /// Fields of an invented one.
    pub completion: Option<Object>,
    /// A delivery of the app.
    pub delivery_id: Option<String>,
    /// As this attempt of the delivery went out.
    pub attempt: Option<u32>,
    /// The endpoint; the first one where none is named.
    pub endpoint_id: Option<String>,
    /// Tell its reversal instead.
    pub reversal: bool,
    /// Unsaved fields of the endpoint.
    pub unsaved: Option<Unsaved>,
}

/// A callback as it would go out.
#[derive(Debug)]
pub struct Previewed {
    /// The request.
    pub request: CallbackRequest,
    /// Its URL or body in parts.
    pub parts: Vec<Marked>,
    /// What works but deserves a look.
    pub warnings: Vec<String>,
}

/// What a preview tells, and as which delivery.
struct Subject {
    completion: Completion,
    event: CallbackEvent,
    delivery: Option<Delivery>,
    attempt: Option<Attempt>,
}

impl Actions {
    /// The callback of an app's endpoint as it would go out, or went out.
    pub async fn preview(&self, caller: &Caller, app: &App, asked: PreviewAsked) -> Result<Previewed, Refusal> {
        let (named, is_changed) = (asked.endpoint_id.clone(), asked.unsaved.is_some());
        let (subject, unsaved) = self.told_of(app, asked).await?;
        let of_delivery = subject.delivery.as_ref().map(|delivery| delivery.endpoint_id.clone());
        let saved = in_field(app, named.or(of_delivery).as_deref())?;
        let dialect = unsaved.as_ref().and_then(|unsaved| unsaved.get("dialect")).and_then(Value::as_str);
        let dialects = self.dialects_for(&app.publisher_id, dialect.unwrap_or_default()).await?;
        let changed = unsaved.map(|unsaved| self.changed(&dialects, saved, unsaved)).transpose()?;
        let endpoint = changed.as_ref().unwrap_or(saved);
        let mut warnings = self.warnings(endpoint);
        // What was signed with a secret that is gone can only be shown with another one.
        let signed_with = subject.attempt.as_ref().and_then(|attempt| attempt.secret_id.as_deref());
        let known = signed_with.filter(|id| endpoint.secrets.iter().any(|secret| secret.id == *id));
        if let (Some(gone), None) = (signed_with, known) {
            warnings.push(format!(
                "the secret {gone}, which signed this attempt, is gone: it is signed with the active one"
            ));
        }
        let wanted = Wanted {
            endpoint,
            completion: &subject.completion,
            event: &subject.event,
            delivery: subject.delivery.as_ref(),
            attempted_at: subject.attempt.as_ref().map(|attempt| attempt.started_at),
            secret_id: known,
            is_test: subject.delivery.as_ref().is_some_and(|delivery| delivery.kind == DeliveryKind::Test),
            recipe: None,
        };
        let previews = &self.dispatcher.previews;
        let lacks_secret = known.is_none() && endpoint.active_secret().is_none();
        let (request, parts) =
            if lacks_secret && previews.recipe(endpoint, wanted.delivery)?.secret() == SecretNeed::Required {
                warnings.push(NOT_SIGNED.to_owned());
                previews.unsigned(&wanted)?
            } else {
                previews.preview(&wanted)?
            };
        let completion = &subject.completion.id;
        tracing::info!(app = app.id, token = caller.id(), completion, is_changed, "a callback was previewed");
        Ok(Previewed { request, parts, warnings })
    }

    /// The callback of an endpoint before there is an app: without a signature, since there is no secret.
    pub fn preview_without_app(
        &self,
        caller: &Caller,
        unsaved: Unsaved,
        completion: Option<&Object>,
    ) -> Result<Previewed, Refusal> {
        let none_yet = Endpoint {
            id: random::new_id("end"),
            config: CallbackConfig { app_label: random::new_id("app"), settings: EndpointSettings::default() },
            disabled: None,
            secrets: Vec::new(),
            setup: Setup::default(),
        };
        let endpoint = self.changed(&self.dialects_open_to(caller), &none_yet, unsaved)?;
        let completion = self.invented("app_preview", completion)?;
        let wanted = Wanted {
            endpoint: &endpoint,
            completion: &completion,
            event: &CallbackEvent::Completed,
            delivery: None,
            attempted_at: None,
            secret_id: None,
            is_test: false,
            recipe: None,
        };
        let (request, parts) = self.dispatcher.previews.unsigned(&wanted)?;
        Ok(Previewed { request, parts, warnings: self.warnings(&endpoint) })
    }

    /// The newest completion of an app that the caller may know of, to preview it: the same as the first of their list.
    /// Nothing where there is none, or where its user was erased.
    pub async fn newest_completion(&self, app: &App) -> Result<Option<Completion>, Refusal> {
        Ok(self.node.store.newest_completion(app.id.clone()).await?)
    }

    /// A completion of an app that the caller may know of, by its id.
    pub async fn completion_of(&self, app: &App, id: &str) -> Result<Option<Completion>, Refusal> {
        let found = self.node.store.completion(id.to_owned()).await?;
        Ok(found.filter(|completion| completion.app_id == app.id))
    }

    /// An invented completion of an app, with these fields.
    pub(super) fn invented(&self, app_id: &str, fields: Option<&Object>) -> Result<Completion, Invalid> {
        sample_completion::from_fields(fields, app_id, random::new_id("cmp"), self.node.clock.now())
    }

    /// What is asked for, which must be exactly one thing.
    async fn told_of(&self, app: &App, asked: PreviewAsked) -> Result<(Subject, Option<Unsaved>), Refusal> {
        let PreviewAsked { completion_id, completion, delivery_id, attempt, endpoint_id, reversal, unsaved } = asked;
        let plain = |completion: Completion, delivery| {
            let event = if reversal { whole_reversal(&completion) } else { CallbackEvent::Completed };
            Subject { completion, event, delivery, attempt: None }
        };
        if attempt.is_some() && delivery_id.is_none() {
            return Err(Refusal::field("attempt", "is one of a delivery's; name that by deliveryId"));
        }
        let subject = match (completion_id, completion, delivery_id) {
            (Some(_), Some(_), _) => return Err(Refusal::field("completion", "must not stand beside completionId")),
            (Some(_), None, Some(_)) => return Err(Refusal::field("deliveryId", "must not stand beside completionId")),
            (None, Some(_), Some(_)) => return Err(Refusal::field("deliveryId", "must not stand beside completion")),
            (None, None, Some(_)) if reversal => {
                return Err(Refusal::field("reversal", "must not stand beside deliveryId, which says what is told"));
            }
            (None, None, Some(delivery_id)) => self.of_delivery(app, delivery_id, attempt).await?,
            (Some(completion_id), None, None) => {
                let endpoint_id = in_field(app, endpoint_id.as_deref())?.id.clone();
                let (completion, delivery) = self.recorded(app, &endpoint_id, completion_id).await?;
                // The delivery of a completion says nothing of its reversal.
                plain(completion, delivery.filter(|_| !reversal))
            }
            (None, Some(fields), None) => plain(self.invented(&app.id, Some(&fields))?, None),
            // Whoever tries fields out need not invent a completion as well.
            (None, None, None) if unsaved.is_some() => plain(self.invented(&app.id, None)?, None),
            (None, None, None) => return Err(Refusal::field("completionId", "is required, or else completion")),
        };
        Ok((subject, unsaved))
    }

    /// A recorded completion and this endpoint's delivery of it.
    async fn recorded(
        &self,
        app: &App,
        endpoint_id: &str,
        completion_id: String,
    ) -> Result<(Completion, Option<Delivery>), Refusal> {
        let found = self.completion_of(app, &completion_id).await?;
        let completion = found.ok_or_else(|| Refusal::field("completionId", "the app has no such completion"))?;
        let deliveries = self.node.store.deliveries_of(completion.id.clone()).await?;
        let is_own =
            |delivery: &Delivery| delivery.kind == DeliveryKind::Completion && delivery.endpoint_id == endpoint_id;
        Ok((completion, deliveries.into_iter().find(is_own)))
    }

    /// What a delivery tells, as it goes out now or as an attempt went out.
    async fn of_delivery(&self, app: &App, id: String, number: Option<u32>) -> Result<Subject, Refusal> {
        let found = self.node.store.delivery(id).await?.filter(|(delivery, _)| delivery.app_id == app.id);
        let unknown = || Refusal::field("deliveryId", "the app has no such delivery");
        let (delivery, attempts) = found.ok_or_else(unknown)?;
        let attempt = match number {
            Some(number) => {
                let found = attempts.into_iter().find(|attempt| attempt.number == number);
                Some(found.ok_or_else(|| Refusal::field("attempt", "the delivery has no such attempt"))?)
            }
            None => None,
        };
        let (completion, event) = self.dispatcher.previews.told_by(&delivery).await?.ok_or_else(unknown)?;
        Ok(Subject { completion, event, delivery: Some(delivery), attempt })
    }

    /// An endpoint with unsaved fields, which must be what could be saved.
    fn changed(&self, dialects: &Catalog, saved: &Endpoint, unsaved: Unsaved) -> Result<Endpoint, Invalid> {
        let settings = self.could_be_saved(dialects, saved, unsaved).map_err(|invalid| invalid.below(UNSAVED))?;
        let config = CallbackConfig { app_label: saved.config.app_label.clone(), settings };
        Ok(Endpoint { config, ..saved.clone() })
    }

    fn could_be_saved(
        &self,
        dialects: &Catalog,
        saved: &Endpoint,
        unsaved: Unsaved,
    ) -> Result<EndpointSettings, Invalid> {
        let standing = &saved.config.settings;
        let given = given::endpoint(standing, unsaved)?;
        if standing.dialect.is_empty() {
            given.check_complete()?;
        }
        given.faults.into_result()?;
        let settings = self.settled(dialects, given.settings, Some(&standing.dialect))?;
        check_active_key(&settings.dialect, dialects, saved)?;
        Ok(settings)
    }

    /// What deserves a look about an endpoint.
    fn warnings(&self, endpoint: &Endpoint) -> Vec<String> {
        let checked = check_endpoint(&endpoint.config.settings, &self.node.catalog(), &self.node.targets);
        checked.unwrap_or_else(|Invalid(faults)| {
            faults.into_iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect()
        })
    }
}

/// The endpoint that a field names, else the first.
pub(super) fn in_field<'a>(app: &'a App, named: Option<&str>) -> Result<&'a Endpoint, Refusal> {
    match endpoint(app, named) {
        Err(_) if named.is_some() => Err(Refusal::field("endpointId", "the app has no such endpoint")),
        Err(_) => Err(Refusal::field("appId", "the app has no endpoint")),
        found => found,
    }
}
