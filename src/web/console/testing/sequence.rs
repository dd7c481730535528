//! A sequence of tests on the page: what became of each step, and what the balance has to be after it.

use crate::actions::refusal::Refusal;
use crate::actions::sequences::{Sequence, StepSent};
use crate::domain::test_sequence::{Balance, Step, StepState};
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::exchange::Exchange;
use crate::web::console::parts::state::{State, Tone};
use crate::web::console::place::Place;

/// What came of a sequence.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) steps: Vec<StepShown>,
    /// Whose balance is to be looked at.
    pub(super) user: Option<String>,
    /// Where the same is asked for again, while a step is still being sent.
    pub(super) again: Option<String>,
    /// The last balance that can be told, where the sequence came to its end.
    pub(super) end: Option<Balance>,
}

/// What came of a step.
#[derive(Debug)]
pub(super) struct StepShown {
    pub(super) title: &'static str,
    pub(super) state: State,
    pub(super) reason: Option<String>,
    pub(super) exchange: Option<Exchange>,
    pub(super) balance: Option<Balance>,
    pub(super) wrong: Vec<Balance>,
}

impl Shown {
    /// Of the sequence whose deliveries the query names, if it names any.
    pub(super) async fn asked(
        page: &PageRequest,
        place: &Place,
        id_of: impl Fn(Step) -> Option<String>,
    ) -> Result<Option<Self>, Refusal> {
        let ids: Vec<String> = Step::ALL.iter().map_while(|step| id_of(*step)).collect();
        if ids.is_empty() {
            return Ok(None);
        }
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let sequence = page.web.actions.sequence_sent(page.caller(), &place.endpoint, &ids).await?;
        Ok(Some(Self::of(place, sequence)))
    }

    fn of(place: &Place, sequence: Sequence) -> Self {
        let stopped = sequence.stopped();
        let again = sequence.is_under_way().then(|| place.path_with("test", &parameters(&sequence)));
        let user = sequence.user_id.clone();
        let steps: Vec<StepShown> = sequence.steps.into_iter().map(StepShown::of).collect();
        let last = steps.iter().filter_map(|step| step.balance.as_ref()).next_back();
        Self { end: last.filter(|_| !stopped).cloned(), steps, user, again }
    }
}

impl StepShown {
    fn of(sent: StepSent) -> Self {
        let StepSent { step, state, reason, delivery, balance, wrong } = sent;
        let last = delivery.as_ref().and_then(|(_, attempts)| attempts.last());
        let exchange = last.map(Exchange::in_sentences);
        Self { title: title(step), state: worded(state), reason, exchange, balance, wrong }
    }
}

fn title(step: Step) -> &'static str {
    match step {
        Step::Completion => "Completion",
        Step::Repetition => "The same once more",
        Step::Reversal => "Reversal",
    }
}

fn worded(state: StepState) -> State {
    let (word, icon, tone) = match state {
        StepState::Acknowledged => ("Acknowledged", "delivered", Tone::Ok),
        StepState::NotAcknowledged => ("Not acknowledged", "dead", Tone::Bad),
        StepState::UnderWay => ("Still being sent", "sending", Tone::Accent),
        StepState::Skipped => ("Skipped", "canceled", Tone::Idle),
        StepState::NotSent => ("Not sent", "canceled", Tone::Idle),
    };
    State { word: word.to_owned(), icon, tone, under: None }
}

/// The parameters that name what was sent.
pub(super) fn parameters(sequence: &Sequence) -> Vec<(&'static str, &str)> {
    let sent = sequence.steps.iter().filter_map(|one| Some((one.step.as_str(), one.delivery.as_ref()?.0.id.as_str())));
    sent.collect()
}

/// Why a step was not sent that nothing before it kept back: it is in no delivery.
pub(super) fn not_sent(sequence: &Sequence) -> Option<&str> {
    let mut pairs = sequence.steps.iter().zip(sequence.steps.iter().skip(1));
    let kept = pairs.find(|(before, one)| before.state == StepState::Acknowledged && one.state == StepState::NotSent);
    kept.and_then(|(_, one)| one.reason.as_deref())
}
