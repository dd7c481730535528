//! Why an app needs somebody, in a few words: the same on Home, on its Overview and in the list of apps.

use crate::actions::Actions;
use crate::actions::standing::needs_somebody;
use crate::domain::app::App;
use crate::domain::delivery::Outcome;
use crate::domain::health::tally::LastFailure;
use crate::domain::health::{AppHealth, Capped, Condition};
use crate::domain::time::Timestamp;
use crate::web::console::words::amounts::capped;
use crate::web::console::words::{amounts, instants, sentences, setup, waits};

/// In a sentence; nothing where it needs nobody.
pub(super) fn sentence(
    actions: &Actions,
    app: &App,
    health: &AppHealth,
    condition: Condition,
    now: Timestamp,
) -> Option<String> {
    if !needs_somebody(condition) {
        return None;
    }
    let mut parts = Vec::new();
    if condition == Condition::NotSetUp {
        let lacking = actions.setup_steps(app).into_iter().filter(|(_, done)| !done);
        parts.extend(lacking.filter_map(|(step, _)| setup::of(step).missing).map(str::to_owned));
    }
    if health.dead > 0 {
        parts.push(format!("{} dead in 24 h", amounts::count(health.dead)));
    }
    if let Some(failure) = not_over(health) {
        let at = instants::listed(failure.at, now).shown;
        parts.push(match answer(&failure) {
            Some(status) => format!("last answer {status} at {at} UTC"),
            None => format!("last attempt failed at {at} UTC ({})", waits::outcome(failure.outcome)),
        });
    }
    let waiting = Capped { count: health.waiting.count.saturating_sub(health.held.count), ..health.waiting };
    let counts: Vec<String> = [(health.held, "held"), (waiting, "waiting")]
        .into_iter()
        .filter(|(number, _)| number.count > 0)
        .map(|(number, word)| format!("{} {word}", capped(number)))
        .collect();
    // What an app lacks that is not set up is said already.
    let cause = cause(actions, app).filter(|_| condition != Condition::NotSetUp);
    parts.extend(match (counts.join(", "), cause) {
        (counts, Some(cause)) if counts.is_empty() => Some(cause),
        (counts, Some(cause)) => Some(format!("{counts}: {cause}")),
        (counts, None) => Some(counts).filter(|counts| !counts.is_empty()),
    });
    if let Some(due) = health.oldest_due_at {
        parts.push(format!("oldest due since {} UTC", instants::listed(due, now).shown));
    }
    if parts.is_empty() {
        // The last attempts are older than what is added up, or its receiver says that it takes no more.
        parts.push("its server takes nothing at the moment".to_owned());
    }
    Some(sentences::of(&parts.join(", ")))
}

/// The cause alone, beside columns that have the numbers.
pub(super) fn short(actions: &Actions, app: &App, health: &AppHealth, condition: Condition) -> Option<String> {
    match condition {
        Condition::Failing => Some(match not_over(health) {
            Some(failure) => match answer(&failure) {
                Some(status) => format!("last answer {status}"),
                None => waits::outcome(failure.outcome).to_owned(),
            },
            None => cause(actions, app).unwrap_or_else(|| "some were given up".to_owned()),
        }),
        Condition::Waiting => Some(cause(actions, app).unwrap_or_else(|| match health.held.count {
            0 => "overdue".to_owned(),
            _ => "some are held".to_owned(),
        })),
        Condition::NotSetUp | Condition::Quiet | Condition::Fine => None,
    }
}

fn cause(actions: &Actions, app: &App) -> Option<String> {
    actions.kept_back(app).map(|kept| waits::kept_back(kept.reason, kept.address))
}

/// The last failure, unless something was acknowledged since.
fn not_over(health: &AppHealth) -> Option<LastFailure> {
    health.last_failure.filter(|failure| Some(failure.at) > health.last_delivered_at)
}

/// The status, where it says what went wrong.
fn answer(failure: &LastFailure) -> Option<u16> {
    let by_status = matches!(failure.outcome, Outcome::HttpStatus | Outcome::Redirect | Outcome::BodyMismatch);
    failure.status.filter(|_| by_status)
}
