//! A sequence of tests: a completion, the same once more, its reversal. A step that is not acknowledged is the last one, since no
//! balance can be told after it.

use std::sync::Arc;

use super::Actions;
use super::access::endpoint;
use super::caller::Caller;
use super::refusal::Refusal;
use super::testing::TestAsked;
use crate::dispatch::sending::stored_test::{Repeated, StoredTest, TestOptions};
use crate::domain::app::{App, Endpoint};
use crate::domain::attempt::Attempt;
use crate::domain::completion::Completion;
use crate::domain::delivery::{Delivery, DeliveryKind, Status};
use crate::domain::dialect::compose::reversal_silence;
use crate::domain::receiver_code::{self, Landmarks};
use crate::domain::test_sequence::{Balance, Reckoning, Step, StepState};
use crate::random;

/// A sequence that was sent, as far as it came.
#[derive(Debug)]
pub struct Sequence {
    /// The endpoint that it went to.
    pub endpoint_id: String,
    /// The user whose balance is to be looked at.
    pub user_id: Option<String>,
    /// Its steps, in order.
    pub steps: Vec<StepSent>,
}

/// A step of a sequence.
#[derive(Debug)]
pub struct StepSent {
    /// Which one.
    pub step: Step,
    /// What became of it.
    pub state: StepState,
    /// Why it was not acknowledged, or not sent.
    pub reason: Option<String>,
    /// Its delivery and its attempts, where it was sent.
    pub delivery: Option<(Delivery, Vec<Attempt>)>,
    /// What the balance has to be by now; nothing where nobody can say.
    pub balance: Option<Balance>,
    /// What a wrong one means.
    pub wrong: Vec<Balance>,
}

/// The deliveries of a sequence, by its steps.
type Deliveries = Vec<(Delivery, Vec<Attempt>)>;

impl Sequence {
    /// Whether a step is still being sent.
    pub fn is_under_way(&self) -> bool {
        self.steps.iter().any(|step| step.state == StepState::UnderWay)
    }

    /// Whether it ended before its end.
    pub fn stopped(&self) -> bool {
        self.steps.iter().any(|step| !matches!(step.state, StepState::Acknowledged | StepState::Skipped))
    }
}

impl Actions {
    /// Sends a sequence to an endpoint of an app, one step after the other.
    pub async fn test_sequence(&self, caller: &Caller, app: App, asked: TestAsked) -> Result<Sequence, Refusal> {
        // A draft is tried by single tests.
        let TestAsked { completion, endpoint_id, recipe: _, options } = asked;
        Self::may_choose_egress(caller, &options)?;
        let completion = self.invented(&app.id, completion.as_ref())?;
        let app = Arc::new(app);
        let (first, is_done) =
            self.send_test(&app, endpoint_id.as_deref(), completion.clone(), options.clone(), None).await?;
        let endpoint = endpoint(&app, endpoint_id.as_deref())?;
        let repeats = Repeated { delivery_id: first.0.id.clone(), created_at: first.0.created_at };
        let later =
            [TestOptions { repeats: Some(repeats), ..options.clone() }, TestOptions { reversal: true, ..options }];
        let steps = if self.untold(endpoint).is_some() { &later[..1] } else { &later[..] };
        let (mut deliveries, mut goes_on) = (vec![first], is_done);
        let mut refused = None;
        for options in steps {
            if !goes_on || deliveries.last().is_some_and(|(delivery, _)| delivery.status != Status::Delivered) {
                break;
            }
            // Of each completion a delivery tells once; to a receiver it is the same one all the same.
            let completion = Completion { id: random::new_id("cmp"), ..completion.clone() };
            match self.send_test(&app, Some(&endpoint.id), completion, options.clone(), None).await {
                Ok((sent, is_done)) => {
                    deliveries.push(sent);
                    goes_on = is_done;
                }
                // What was sent before may have been credited, and is to be seen whatever happens to this step.
                Err(refusal) => {
                    refused = Some(refusal.of_a_part());
                    break;
                }
            }
        }
        Ok(self.sequence(endpoint, deliveries, refused))
    }

    /// The sequence that these tests were, in the order of its steps.
    pub async fn sequence_sent(&self, caller: &Caller, endpoint: &Endpoint, ids: &[&str]) -> Result<Sequence, Refusal> {
        let mut deliveries = Vec::new();
        for id in ids.iter().take(Step::ALL.len()) {
            let found = self.delivery(caller, id).await?;
            if found.delivery.kind != DeliveryKind::Test || found.delivery.endpoint_id != endpoint.id {
                return Err(Refusal::Unknown("delivery"));
            }
            deliveries.push((found.delivery, found.attempts.into_iter().map(|(attempt, _)| attempt).collect()));
        }
        Ok(self.sequence(endpoint, deliveries, None))
    }

    /// Why an endpoint is never told of a reversal.
    fn untold(&self, endpoint: &Endpoint) -> Option<&'static str> {
        let catalog = self.node.catalog();
        let recipe = catalog.get(&endpoint.config.settings.dialect)?;
        reversal_silence(recipe, &endpoint.config)
    }

    /// What these deliveries come to; `refused`: why the step behind them was not sent.
    fn sequence(&self, endpoint: &Endpoint, deliveries: Deliveries, refused: Option<String>) -> Sequence {
        let stored = deliveries.first().and_then(|(first, _)| first.test.as_deref());
        let completion = stored.and_then(|test| serde_json::from_str::<StoredTest>(test).ok());
        let landmarks = self.landmarks(endpoint);
        let reward = completion.as_ref().and_then(|test| test.completion.user_reward.as_ref());
        let reckoning = Reckoning { reward, landmarks: &landmarks };
        let mut deliveries = deliveries.into_iter();
        let mut steps: Vec<StepSent> = Vec::new();
        for &step in Step::ALL {
            let delivery = deliveries.next();
            let (state, reason) = match (&delivery, steps.last()) {
                (Some(sent), _) => became(sent),
                (None, _) if step == Step::Reversal && self.untold(endpoint).is_some() => {
                    let why = self.untold(endpoint).unwrap_or_default();
                    (StepState::Skipped, Some(format!("The endpoint is not told of reversals: {why}.")))
                }
                (None, Some(before)) if before.state == StepState::Acknowledged => {
                    let reason =
                        refused.clone().unwrap_or_else(|| "It could not be sent; send the sequence again.".into());
                    (StepState::NotSent, Some(reason))
                }
                (None, before) => {
                    let became = match before.map(|before| before.state) {
                        Some(StepState::UnderWay) => "is still being sent",
                        Some(StepState::NotSent) => "was not sent",
                        _ => "was not acknowledged",
                    };
                    let before = before.map_or("step", |before| before.step.as_str());
                    (StepState::NotSent, Some(format!("The sequence ended before it: the {before} {became}.")))
                }
            };
            let is_known = state == StepState::Acknowledged;
            let balance = is_known.then(|| reckoning.right(step));
            let wrong = if is_known { reckoning.wrong(step) } else { Vec::new() };
            steps.push(StepSent { step, state, reason, delivery, balance, wrong });
        }
        let user_id = completion.map(|test| test.completion.user_id);
        Sequence { endpoint_id: endpoint.id.clone(), user_id, steps }
    }

    fn landmarks(&self, endpoint: &Endpoint) -> Landmarks {
        let catalog = self.node.catalog();
        let Some(recipe) = catalog.get(&endpoint.config.settings.dialect) else {
            return Landmarks::default();
        };
        let (config, success) = (&endpoint.config, endpoint.config.settings.success.as_ref());
        Landmarks::of(&receiver_code::Endpoint { recipe, config, success })
    }
}

/// What became of a step that was sent, and why it is no acknowledgement.
fn became((delivery, attempts): &(Delivery, Vec<Attempt>)) -> (StepState, Option<String>) {
    if delivery.status == Status::Delivered {
        return (StepState::Acknowledged, None);
    }
    if !delivery.status.is_ended() {
        return (StepState::UnderWay, Some("It is still being sent; the sequence ends with it.".to_owned()));
    }
    let why = match attempts.last() {
        Some(last) => match (&last.error, last.status_code) {
            (Some(error), _) => error.clone(),
            (None, Some(status)) => format!("it was answered {status}"),
            (None, None) => "there was no answer".to_owned(),
        },
        None => "nothing was sent".to_owned(),
    };
    (StepState::NotAcknowledged, Some(format!("Not acknowledged, so the sequence ends here: {why}.")))
}
