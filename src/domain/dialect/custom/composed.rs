//! The standard cases composed by the engine and read back: what a recipe signs, the diagnosis must verify from the request
//! alone. A recipe that fails that could never be verified by a receiver either.

use std::sync::Arc;

use super::cases::{Sample, samples};
use super::checked::{Case, HeaderShown, RequestShown};
use super::{Finding, sample};
use crate::domain::dialect::callback::{Callback, CallbackConfig, CallbackRequest, Header, MASK};
use crate::domain::dialect::compose::{ComposeError, compose};
use crate::domain::dialect::diagnose::verifies;
use crate::domain::dialect::received::Received;
use crate::domain::dialect::recipe::{Findings, Recipe, WHOLE};
use crate::domain::dialect::requirements::check_report;
use crate::domain::dialect::sample_report;
use crate::domain::secret::SecretText;

/// The event of every case, and how long after the completion it is told.
const EVENT_ID: &str = "evt_0000000000000000000000000sample0";
const LATER: std::time::Duration = std::time::Duration::from_secs(60);

/// What became of one case at one endpoint.
enum Outcome {
    Told(Box<CallbackRequest>, bool),
    /// Never sent, and no fault of the recipe's.
    Refused(String),
    Fault(String),
}

/// Every case, and what keeps the recipe from being published.
pub(super) fn cases(recipe: &Arc<Recipe>) -> (Vec<Case>, Vec<Finding>) {
    let endpoints = match sample::endpoints(recipe) {
        Ok(endpoints) => endpoints,
        Err(finding) => return (Vec::new(), vec![finding]),
    };
    let stage = Stage { recipe, endpoints, secret: sample_report::secret(recipe) };
    let mut findings = Findings::default();
    let samples = samples(recipe);
    let cases: Vec<Case> = samples.iter().map(|sample| stage.case(sample)).collect();
    for case in &cases {
        if let Some(fault) = &case.fault {
            findings.push(WHOLE, format!("the standard case {} fails: {fault}", case.name));
        }
    }
    if let Some(refused) = cases.first().and_then(|plain| plain.refused.as_ref()) {
        findings.push(WHOLE, format!("even the plain standard case is never sent: {refused}"));
    }
    // The cases are of one event type; the lists and words of the others are told and read back as well.
    for event_type in recipe.event_types() {
        let plain = samples.first().map(|plain| plain.of_type(event_type));
        if let Some(fault) = plain.and_then(|sample| stage.case(&sample).fault) {
            findings.push(WHOLE, format!("the plain case of the event type {event_type} fails: {fault}"));
        }
    }
    (cases, findings.into_vec())
}

struct Stage<'a> {
    recipe: &'a Arc<Recipe>,
    endpoints: Vec<CallbackConfig>,
    secret: SecretText,
}

impl Stage<'_> {
    /// The case as the first endpoint is told of it; what is wrong at the others is said too.
    fn case(&self, sample: &Sample) -> Case {
        let mut case = Case { name: sample.name, ..Case::default() };
        for (at, endpoint) in self.endpoints.iter().enumerate() {
            match self.outcome(endpoint, sample) {
                Outcome::Told(request, read_back) if at == 0 => {
                    case.read_back = read_back;
                    case.request = Some(self.shown(&request));
                    (case.signed_text, case.signature) = (request.signed_text, request.signature);
                }
                Outcome::Refused(why) if at == 0 => case.refused = Some(why),
                Outcome::Fault(fault) if case.fault.is_none() => case.fault = Some(fault),
                Outcome::Told(..) | Outcome::Refused(_) | Outcome::Fault(_) => {}
            }
        }
        case
    }

    fn outcome(&self, endpoint: &CallbackConfig, sample: &Sample) -> Outcome {
        let completion = &sample.completion;
        if let Err(faults) = check_report(self.recipe, endpoint, completion) {
            return Outcome::Refused(faults.to_string());
        }
        let callback = Callback {
            event_id: EVENT_ID,
            completion,
            event: &sample.event,
            attempted_at: completion.recorded_at.plus(LATER),
            created_at: completion.recorded_at,
            is_test: sample.is_test,
        };
        match compose(self.recipe, endpoint, &callback, &[&self.secret]) {
            Ok(request) => self.read_back(endpoint, Box::new(request)),
            Err(
                error @ (ComposeError::NoCallbackUrl
                | ComposeError::NoReversalUrl
                | ComposeError::NoSecret
                | ComposeError::Unsigned(_)),
            ) => Outcome::Fault(error.to_string()),
            Err(
                error @ (ComposeError::ReversalNotTold
                | ComposeError::PartNotTold
                | ComposeError::ReversalUnmarked
                | ComposeError::Invalid(_)
                | ComposeError::BodyTooLong { .. }
                | ComposeError::UrlTooLong { .. }),
            ) => Outcome::Refused(error.to_string()),
        }
    }

    fn read_back(&self, endpoint: &CallbackConfig, request: Box<CallbackRequest>) -> Outcome {
        if self.recipe.signature().is_none() {
            return Outcome::Told(request, false);
        }
        if request.signature.is_none() {
            return Outcome::Fault("it goes out unsigned although there is a secret".to_owned());
        }
        let headers = request.headers.iter().map(|header| (header.name.clone(), header.value.clone()));
        let received = Received {
            method: request.method.to_owned(),
            url: request.url.clone(),
            headers: headers.collect(),
            body: request.body.clone(),
        };
        let keys = [("sample".to_owned(), self.secret.clone())];
        if verifies(self.recipe, endpoint, &received, &keys) {
            Outcome::Told(request, true)
        } else {
            let fault = "its signature does not verify from the request alone, so no receiver could verify it";
            Outcome::Fault(fault.to_owned())
        }
    }

    /// The request with the secret masked where it travels itself.
    fn shown(&self, request: &CallbackRequest) -> RequestShown {
        let mut url = request.url.clone();
        if request.shows_secret {
            let mut encoded = String::new();
            self.recipe.encoding().encode_onto(&mut encoded, self.secret.expose());
            url = url.replace(&encoded, MASK).replace(self.secret.expose(), MASK);
        }
        let header = |header: &Header| HeaderShown { name: header.name.clone(), value: header.value.clone() };
        RequestShown {
            method: request.method,
            url,
            headers: request.headers.iter().map(header).collect(),
            body: request.body.clone(),
        }
    }
}
