//! Test callbacks: real ones that mean nothing, rightly signed or on purpose wrongly, and what they show of a receiver.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

use super::Actions;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::dispatch::sending::stored_test::TestOptions;
use crate::dispatch::sending::test_callback::Tested;
use crate::domain::app::App;
use crate::domain::attempt::Attempt;
use crate::domain::completion::Completion;
use crate::domain::delivery::Delivery;
use crate::domain::json::Object;
use crate::domain::setup::{Setup, Verdict};

/// What a test is to send.
#[derive(Debug, Default)]
pub struct TestAsked {
    /// Fields of the invented completion.
    pub completion: Option<Object>,
    /// The endpoint; the first one where none is named.
    pub endpoint_id: Option<String>,
    /// The draft of a recipe to send by, instead of the endpoint's dialect.
    pub recipe: Option<String>,
    /// What it asks for besides.
    pub options: TestOptions,
}

/// A test that was sent, or still is.
#[derive(Debug)]
pub struct TestSent {
    /// Its delivery and its attempt.
    pub delivery: (Delivery, Vec<Attempt>),
    /// What it shows; nothing while it is still being sent, or could not be.
    pub verdict: Option<Verdict>,
    /// Whether it has ended.
    pub is_done: bool,
}

impl Actions {
    /// Sends a test of an app and waits for its outcome as long as the endpoint's time-out allows.
    pub async fn test(&self, caller: &Caller, app: App, asked: TestAsked) -> Result<TestSent, Refusal> {
        let TestAsked { completion, endpoint_id, recipe, mut options } = asked;
        Self::may_choose_egress(caller, &options)?;
        let of_draft = match recipe {
            Some(named) => Some(self.test_of_draft(caller, &app, endpoint_id.as_deref(), &named).await?),
            None => None,
        };
        let (draft, turn) = of_draft.unzip();
        options.draft = draft;
        let completion = self.invented(&app.id, completion.as_ref())?;
        // What the endpoint's own dialect has shown says nothing of a draft.
        let known = match &options.draft {
            Some(_) => Setup::default(),
            None => known_before(&app, endpoint_id.as_deref(), options.secret_id.as_deref()),
        };
        let is_wrong = options.tamper;
        let (delivery, is_done) =
            self.send_test(&app.into(), endpoint_id.as_deref(), completion, options, turn).await?;
        let last = delivery.1.last().filter(|_| is_done);
        let verdict = last.map(|attempt| Verdict::on(is_wrong, attempt.outcome, attempt.status_code, known));
        Ok(TestSent { delivery, verdict, is_done })
    }

    /// Refuses a choice that is not the caller's to make.
    pub(super) fn may_choose_egress(caller: &Caller, options: &TestOptions) -> Result<(), Refusal> {
        if options.egress_ip_id.is_some() && caller.limited_to().is_some() {
            let detail = "Only an account manager or operator may choose the egress IP of a test.";
            return Err(Refusal::forbidden(detail));
        }
        Ok(())
    }

    /// Sends a test; answers its delivery, and whether that has ended.
    pub(super) async fn send_test(
        &self,
        app: &Arc<App>,
        endpoint_id: Option<&str>,
        completion: Completion,
        options: TestOptions,
        turn: Option<OwnedSemaphorePermit>,
    ) -> Result<((Delivery, Vec<Attempt>), bool), Refusal> {
        let (delivery_id, is_done) =
            match self.dispatcher.tests.send(app, endpoint_id, completion, options, turn).await? {
                Tested::Done { delivery_id } => (delivery_id, true),
                Tested::UnderWay { delivery_id } => (delivery_id, false),
                Tested::Refused(invalid) => return Err(invalid.into()),
                Tested::TooMany => {
                    let detail =
                        "At most 2 tests at a time are sent to an endpoint, and 64 in all; wait for those under way.";
                    return Err(Refusal::TooMany(detail.to_owned()));
                }
            };
        let delivery = self.node.store.delivery(delivery_id).await?.ok_or(Refusal::Unknown("delivery"))?;
        Ok((delivery, is_done))
    }
}

/// What tests had shown of the endpoint until now, with the secret that is named, else with the one that signs.
fn known_before(app: &App, endpoint_id: Option<&str>, secret_id: Option<&str>) -> Setup {
    let endpoint = endpoint_id.map_or_else(|| app.first_endpoint(), |id| app.endpoint(id));
    let Some(endpoint) = endpoint else { return Setup::default() };
    match secret_id {
        None => endpoint.setup,
        Some(id) => {
            endpoint.secrets.iter().find(|secret| secret.id == id).map(|secret| secret.setup).unwrap_or_default()
        }
    }
}
