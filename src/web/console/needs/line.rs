//! An app that needs somebody: one row, with why in a few words.

use std::collections::HashMap;

use crate::actions::Actions;
use crate::actions::setup_steps::SetupStep;
use crate::actions::standing::{AppStanding, needs_somebody};
use crate::domain::delivery::Outcome;
use crate::domain::health::rollup::LastFailure;
use crate::domain::health::{Capped, Condition};
use crate::domain::time::Timestamp;
use crate::web::console::app_line;
use crate::web::console::parts::state::State;
use crate::web::console::sections;
use crate::web::console::words::amounts;
use crate::web::console::words::cuts::{self, Long, OF_A_NAME};
use crate::web::console::words::instants;

/// Such a row.
#[derive(Debug)]
pub(super) struct Line {
    /// Of the app: what the row is told apart by.
    pub(super) id: String,
    pub(super) state: State,
    pub(super) app: Long,
    pub(super) publisher: Long,
    pub(super) why: String,
    pub(super) href: String,
}

impl Line {
    pub(super) fn of(actions: &Actions, one: &AppStanding, names: &HashMap<String, String>, now: Timestamp) -> Self {
        let app = &one.app;
        let why = if needs_somebody(one.condition) { why(actions, one, now) } else { "Needs nobody now.".to_owned() };
        Self {
            id: app.id.clone(),
            state: app_line::state(one.condition),
            app: cuts::text(&app.settings.name, OF_A_NAME),
            publisher: cuts::text(names.get(&app.publisher_id).map_or("", String::as_str), OF_A_NAME),
            why,
            href: sections::path(app, ""),
        }
    }
}

fn why(actions: &Actions, one: &AppStanding, now: Timestamp) -> String {
    let health = &one.health;
    let mut parts = Vec::new();
    if one.condition == Condition::NotSetUp {
        let steps = actions.setup_steps(&one.app);
        let lacks = |step| steps.contains(&(step, false));
        let lacking = [(SetupStep::CallbackUrl, "callback URL missing"), (SetupStep::Secret, "secret missing")];
        parts.extend(lacking.into_iter().filter(|(step, _)| lacks(*step)).map(|(_, words)| words.to_owned()));
    }
    if health.dead > 0 {
        parts.push(format!("{} dead in 24 h", amounts::count(health.dead)));
    }
    if let Some(failure) = health.last_failure.filter(|failure| Some(failure.at) > health.last_delivered_at) {
        parts.push(failed(&failure, now));
    }
    parts.extend(some(health.held, "held"));
    let waits = Capped { count: health.waiting.count.saturating_sub(health.held.count), ..health.waiting };
    parts.extend(some(waits, "waiting"));
    if let Some(due) = health.oldest_due_at {
        parts.push(format!("oldest due since {} UTC", instants::listed(due, now).shown));
    }
    if parts.is_empty() {
        // The last attempts are older than what is added up, or its receiver says that it takes no more.
        parts.push("its server takes nothing at the moment".to_owned());
    }
    let text = parts.join(", ");
    crate::web::console::words::sentences::of(&text)
}

fn some(number: Capped, word: &str) -> Option<String> {
    (number.count > 0).then(|| format!("{} {word}", app_line::capped(number)))
}

fn failed(failure: &LastFailure, now: Timestamp) -> String {
    let at = instants::listed(failure.at, now).shown;
    match (failure.status, failure.outcome) {
        (Some(status), Outcome::HttpStatus | Outcome::Redirect | Outcome::BodyMismatch) => {
            format!("last answer {status} at {at} UTC")
        }
        (_, outcome) => format!("last attempt failed at {at} UTC: {}", words(outcome)),
    }
}

fn words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Timeout => "no answer in time",
        Outcome::Connect => "no connection",
        Outcome::Tls => "no TLS",
        Outcome::Dns => "its name was not found",
        Outcome::Protocol => "the answer broke off",
        Outcome::BlockedTarget => "its address is not public",
        Outcome::EgressUnavailable => "the egress IP could not be used",
        Outcome::Interrupted => "the send was interrupted",
        Outcome::HttpStatus | Outcome::Redirect | Outcome::BodyMismatch | Outcome::Delivered => "another answer",
    }
}
