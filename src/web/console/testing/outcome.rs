//! What a test has shown, read from its deliveries: the verdict in a sentence, and both exchanges as they went.

use crate::actions::deliveries::DeliveryDetail;
use crate::actions::refusal::Refusal;
use crate::dispatch::sending::stored_test::{StoredTest, TestedDraft};
use crate::domain::attempt::Attempt;
use crate::domain::delivery::{Delivery, DeliveryKind};
use crate::domain::refusal::may_be_of_a_signature;
use crate::domain::setup::{Setup, Verdict};
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::exchange::Exchange;
use crate::web::console::parts::lines::Link;
use crate::web::console::parts::state::{State, Tone};
use crate::web::console::place::Place;
use crate::web::error::Problem;

/// What came of a test.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) verdict: State,
    /// In sentences.
    pub(super) text: Vec<String>,
    pub(super) exchanges: Vec<(&'static str, Option<Exchange>)>,
    /// Where to go on.
    pub(super) act: Option<Link>,
    /// Where the same is asked for again, while it is still being sent.
    pub(super) again: Option<String>,
}

impl Outcome {
    /// Of the deliveries with these ids; `wrong` was sent with a wrong signature behind the other one, which may have been sent so
    /// alone.
    pub(super) async fn of(
        page: &PageRequest,
        place: &Place,
        sent: &str,
        wrong: Option<&str>,
    ) -> Result<Self, Problem> {
        let right = test(page, place, sent).await?;
        let tampered = match wrong {
            Some(wrong) => Some(test(page, place, wrong).await?),
            None => None,
        };
        let stored = right.0.test.as_deref().and_then(|test| serde_json::from_str::<StoredTest>(test).ok());
        let options = stored.map(|stored| stored.options).unwrap_or_default();
        let by_draft = options.draft.as_ref().and_then(TestedDraft::recipe);
        let signs = by_draft.map_or_else(|| place.recipe(page), Ok)?.signature().is_some();
        let yours = page.caller().reader().server_first();
        let exchange = |(_, attempts): &(Delivery, Vec<Attempt>), is_wrong: bool| {
            attempts
                .last()
                .map(|attempt| if is_wrong { of_wrong_signature(attempt) } else { Exchange::in_sentences(attempt) })
        };
        let label = match (options.tamper, signs) {
            (true, _) => "wrong signature",
            (false, true) => "right signature",
            (false, false) => "callback",
        };
        let mut exchanges = vec![(label, exchange(&right, options.tamper))];
        exchanges.extend(tampered.as_ref().map(|tampered| ("wrong signature", exchange(tampered, true))));
        let is_over = |one: &(Delivery, Vec<Attempt>)| one.0.status.is_ended();
        let all_over = is_over(&right) && tampered.as_ref().is_none_or(is_over);
        let parameters: Vec<(&str, &str)> = [("sent", Some(sent)), ("wrong", wrong), ("part", Some("outcome"))]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect();
        let again = (!all_over).then(|| place.path_with("test", &parameters));
        let (verdict, text) = match (right.1.last(), all_over) {
            (Some(last), true) if options.tamper => said_of_wrong(last, yours),
            (Some(last), true) => {
                let of_wrong = tampered.as_ref().and_then(|tampered| tampered.1.last());
                said(verdict(last, of_wrong, place.endpoint.setup), last, of_wrong, signs, yours)
            }
            (None, true) => (state("Not sent", "dead", Tone::Bad), vec!["Nothing was sent.".to_owned()]),
            (_, false) => {
                (state("Still being sent", "sending", Tone::Accent), vec!["The result follows here.".to_owned()])
            }
        };
        let of_a_signature = |attempt: &Attempt| attempt.status_code.is_some_and(may_be_of_a_signature);
        let refused = verdict.tone == Tone::Bad && signs && right.1.last().is_some_and(of_a_signature);
        let act = refused.then(|| {
            Link::new("Open the doctor with this request ›", &place.path_with("doctor", &[("delivery", sent)]))
        });
        Ok(Self { verdict, text, exchanges, act, again })
    }
}

/// An exchange that has to be refused: an answer from 400 to 499 is how it should be, and success is not.
fn of_wrong_signature(attempt: &Attempt) -> Exchange {
    let exchange = Exchange::in_sentences(attempt);
    match attempt.status_code {
        Some(400..=499) => Exchange {
            answer: format!("{}, refused, as it must be", exchange.answer),
            icon: "delivered",
            tone: Tone::Ok,
            error: None,
            ..exchange
        },
        _ if exchange.tone == Tone::Ok => Exchange {
            answer: format!("{}, accepted, as it must not be", exchange.answer),
            icon: "warning",
            tone: Tone::Bad,
            ..exchange
        },
        _ => exchange,
    }
}

/// A test of this endpoint; any other delivery is none.
async fn test(page: &PageRequest, place: &Place, id: &str) -> Result<(Delivery, Vec<Attempt>), Refusal> {
    let found = page.web.actions.delivery(page.caller(), id).await?;
    let DeliveryDetail { delivery, attempts, .. } = found;
    let is_its_own = delivery.kind == DeliveryKind::Test && delivery.endpoint_id == place.endpoint.id;
    let attempts = attempts.into_iter().map(|(attempt, _)| attempt).collect();
    if is_its_own { Ok((delivery, attempts)) } else { Err(Refusal::Unknown("delivery")) }
}

fn verdict(right: &Attempt, wrong: Option<&Attempt>, known: Setup) -> Verdict {
    let of_right = Verdict::on(false, right.outcome, right.status_code, Setup { verified_at: None, ..known });
    match wrong {
        Some(wrong) if of_right == Verdict::Answered => {
            Verdict::on(true, wrong.outcome, wrong.status_code, Setup { tested_at: Some(right.started_at), ..known })
        }
        _ => of_right,
    }
}

fn state(word: &str, icon: &'static str, tone: Tone) -> State {
    State { word: word.to_owned(), icon, tone, under: None }
}

/// The verdict on a wrong signature that was sent alone: it has to be refused. Nothing is known of a right one.
fn said_of_wrong(attempt: &Attempt, yours: &str) -> (State, Vec<String>) {
    let answered = attempt.status_code.map(|status| format!("{yours} answered {status} to a wrong signature"));
    match (Verdict::on(true, attempt.outcome, attempt.status_code, Setup::default()), answered, attempt.status_code) {
        (Verdict::NotChecked, Some(answered), _) => (
            state("Not checked", "warning", Tone::Warn),
            vec![format!("{answered}. Anybody who knows the URL can credit users.")],
        ),
        (_, Some(answered), Some(400..=499)) => (
            state("Wrong signature refused", "delivered", Tone::Ok),
            vec![format!("{answered}, as it has to. Whether it accepts a right one, another test shows.")],
        ),
        (_, Some(answered), _) => (
            state("Not sure", "warning", Tone::Warn),
            vec![format!("{answered}: a refusal is a status from 400 to 499.")],
        ),
        (_, None, _) => {
            let error = Exchange::in_sentences(attempt).error.unwrap_or_else(|| format!("{yours} gave no answer."));
            (state("No answer", "dead", Tone::Bad), vec![error, format!("{}.", Exchange::of(attempt).addresses)])
        }
    }
}

/// The verdict in words.
fn said(verdict: Verdict, right: &Attempt, wrong: Option<&Attempt>, signs: bool, yours: &str) -> (State, Vec<String>) {
    let status =
        |attempt: &Attempt| attempt.status_code.map_or_else(|| "nothing".to_owned(), |status| status.to_string());
    match verdict {
        Verdict::Verified => (
            state("Verified", "delivered", Tone::Ok),
            vec![format!("{yours} accepts what we sign and refuses what we do not.")],
        ),
        Verdict::Answered if !signs => (
            state("Answered", "delivered", Tone::Ok),
            vec![format!("{yours} answered {}. Nothing is signed, so there is nothing to check.", status(right))],
        ),
        Verdict::Answered => (
            state("Answered", "delivered", Tone::Ok),
            vec![format!("{yours} answered {}. Whether it refuses a wrong signature was not tried.", status(right))],
        ),
        Verdict::NotChecked => (
            state("Not checked", "warning", Tone::Warn),
            vec![format!(
                "{yours} answered {} to a wrong signature. Anybody who knows the URL can credit users.",
                wrong.map(status).unwrap_or_default()
            )],
        ),
        Verdict::Refused if right.outcome == crate::domain::delivery::Outcome::Delivered => (
            state("Not sure", "warning", Tone::Warn),
            vec![format!(
                "{yours} accepts what we sign, but answered {} to a wrong signature: a refusal is a status from 400 to 499.",
                wrong.map(status).unwrap_or_default()
            )],
        ),
        Verdict::Refused => match right.status_code {
            Some(400..=499) => (
                state(&format!("Refused with {}", status(right)), "dead", Tone::Bad),
                vec![
                    Exchange::in_sentences(right)
                        .error
                        .unwrap_or_else(|| format!("{yours} answered {}.", status(right))),
                ],
            ),
            Some(500..) => (
                state(&format!("Answered {}", status(right)), "dead", Tone::Bad),
                vec![format!("{yours} answered {}. Fix it, then test again.", status(right))],
            ),
            _ => (
                state(&format!("Answered {}", status(right)), "dead", Tone::Bad),
                vec![
                    Exchange::in_sentences(right)
                        .error
                        .unwrap_or_else(|| format!("{yours} answered {}: that is no success.", status(right))),
                ],
            ),
        },
        Verdict::NoAnswer => (
            state("No answer", "dead", Tone::Bad),
            vec![
                Exchange::in_sentences(right).error.unwrap_or_else(|| format!("{yours} gave no answer.")),
                format!("{}.", Exchange::of(right).addresses),
            ],
        ),
    }
}
