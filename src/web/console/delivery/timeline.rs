//! What happened to a delivery, oldest first, and what is planned: attempts with what was sent and answered, the newest open.

use crate::actions::deliveries::DeliveryDetail;
use crate::domain::app::App;
use crate::domain::attempt::Attempt;
use crate::domain::plan::Planned;
use crate::domain::story::{Event, EventKind};
use crate::domain::time::Timestamp;
use crate::web::console::parts::exchange::Exchange;
use crate::web::console::parts::happened::Happened;
use crate::web::console::parts::state::Tone;
use crate::web::console::words::cuts::{self, Long};
use crate::web::console::words::instants::{self, Moment};

/// Attempts that are shown whole, the newest: a page of more would be long to load. Any other one is shown by its link.
const WHOLE: usize = 6;
/// Attempts to come that are named.
const PLANNED: usize = 4;

/// Items, in order.
pub(super) struct Timeline {
    pub(super) items: Vec<Item>,
    pub(super) planned: Vec<ToCome>,
    /// What follows the last that is named: `2 more, the last not before …, then dead`.
    pub(super) then: Option<String>,
}

/// One thing that happened.
pub(super) struct Item {
    pub(super) at: Moment,
    pub(super) icon: &'static str,
    pub(super) tone: Tone,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) attempt: Option<Shown>,
}

/// An attempt.
pub(super) struct Shown {
    pub(super) number: u32,
    pub(super) is_newest: bool,
    /// What was sent and answered; else there is a link to it.
    pub(super) whole: Option<Whole>,
    /// That link.
    pub(super) href: String,
}

/// What of an attempt is kept, and what is computed again.
pub(super) struct Whole {
    /// What it came to, in a sentence.
    pub(super) said: String,
    pub(super) exchange: Exchange,
    /// Why there is no request, where there is none.
    pub(super) no_request: &'static str,
    pub(super) body: Option<String>,
    pub(super) signed_text: Option<String>,
    pub(super) signature: Option<String>,
    /// The secret that signed, and what it is now.
    pub(super) secret: Option<(Long, &'static str)>,
}

/// An attempt to come.
pub(super) struct ToCome {
    pub(super) number: u32,
    pub(super) not_before: Moment,
}

impl Timeline {
    /// `show` begins the link that shows an attempt, whose number it ends with.
    pub(super) fn of(
        app: &App,
        detail: DeliveryDetail,
        signed: Vec<Option<String>>,
        named: Option<u32>,
        is_erased: bool,
        show: &str,
        now: Timestamp,
    ) -> Self {
        let DeliveryDetail { delivery, attempts, plan, story, .. } = detail;
        let count = attempts.len();
        let mut attempts = attempts.into_iter().zip(signed).enumerate();
        let secrets = app.endpoint(&delivery.endpoint_id).map_or(&[][..], |endpoint| &endpoint.secrets);
        let mut items = Vec::new();
        for event in story.events {
            let made = is_attempt(event.kind).then(|| attempts.next()).flatten();
            let Some((place, ((attempt, body), signed_text))) = made else {
                items.push(Item::of(event, now));
                continue;
            };
            let is_whole = place + WHOLE >= count || named == Some(attempt.number);
            let secret = attempt.secret_id.as_deref().map(|id| {
                let known = secrets.iter().find(|secret| secret.id == id);
                (cuts::id(id), known.map_or("deleted since", |known| known.state.as_str()))
            });
            let exchange = Exchange::of(&attempt);
            // What says no more than the sentence before it is left out.
            let is_more =
                |error: &String| attempt.status_code.is_none_or(|status| !error.ends_with(&status.to_string()));
            let whole = Whole {
                said: event.text.clone(),
                exchange: Exchange { error: exchange.error.clone().filter(is_more), ..exchange },
                no_request: if is_erased {
                    "What was sent and answered was erased with its user."
                } else {
                    "Nobody knows what of it left."
                },
                body: body.filter(|_| !is_erased),
                signed_text: signed_text.filter(|_| !is_erased),
                signature: attempt.signature_start.clone(),
                secret,
            };
            let shown = Shown {
                number: attempt.number,
                is_newest: place + 1 == count,
                whole: is_whole.then_some(whole),
                href: format!("{show}{0}#attempt-{0}", attempt.number),
            };
            items.push(Item { attempt: Some(shown), ..Item::of_attempt(&event, &attempt, now) });
        }
        let then = then(&plan, now);
        let to_come = |planned: &Planned| ToCome {
            number: planned.number,
            not_before: instants::listed(planned.not_before, now),
        };
        Self { items, planned: plan.iter().take(PLANNED).map(to_come).collect(), then }
    }
}

fn is_attempt(kind: EventKind) -> bool {
    matches!(kind, EventKind::Delivered | EventKind::Failed | EventKind::OurFault)
}

/// What follows the attempts that are named.
fn then(plan: &[Planned], now: Timestamp) -> Option<String> {
    let last = plan.last()?;
    let at = instants::listed(last.not_before, now).shown;
    Some(match plan.len().saturating_sub(PLANNED) {
        0 => "then dead".to_owned(),
        1 => format!("1 more, not before {at}, then dead"),
        more => format!("{more} more, the last not before {at}, then dead"),
    })
}

impl Item {
    fn of(event: Event, now: Timestamp) -> Self {
        let Happened { at, icon, tone, title, text } = Happened::of(event, now);
        Self { at, icon, tone, title: title.to_owned(), text, attempt: None }
    }

    fn of_attempt(event: &Event, attempt: &Attempt, now: Timestamp) -> Self {
        let exchange = Exchange::of(attempt);
        let counts = if attempt.counted { "" } else { " · not counted" };
        Self {
            title: format!("Attempt {}", attempt.number),
            text: format!("{} · {}{counts}", exchange.answer, exchange.addresses),
            ..Self::of(event.clone(), now)
        }
    }
}
