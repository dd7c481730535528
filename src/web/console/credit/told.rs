//! What the publisher's server will be told of a credit, in words, before it is made.

use super::form;
use crate::domain::app::App;
use crate::domain::app_settings::Callbacks;
use crate::domain::delivery::{Status, WaitingFor};
use crate::web::console::forms::Form;
use crate::web::console::words::amounts;

/// `Credit u1 with 60?`
pub(super) fn question(form: &Form) -> String {
    let user = form.typed("userId");
    match form.typed("userReward").trim() {
        "" => format!("Credit {user}?"),
        reward => format!("Credit {user} with {reward}?"),
    }
}

/// What the callback carries, each with its name.
pub(super) fn told(form: &Form, transaction_id: &str) -> Vec<(String, String)> {
    let currency = form::currency(form);
    let typed = |label: &str, name: &str| Some((label.to_owned(), form.typed(name).to_owned()));
    let minor = |label: &str, name: &str| {
        let amount = amounts::typed(form.typed(name), currency)?;
        Some((label.to_owned(), amounts::minor(amount, currency)))
    };
    let event = Some(form.typed("eventType")).filter(|event| !event.is_empty()).unwrap_or("credit");
    let told = [
        typed("User", "userId"),
        typed("Reward", "userReward"),
        minor("Payout", "payoutMinor"),
        minor("Reward in the payout currency", "rewardMinor"),
        typed("Offer", "offerName"),
        typed("Offer id", "offerId"),
        typed("Goal", "goalId"),
        Some(("Event type".to_owned(), event.to_owned())),
        typed("Note", "note"),
        Some(("Transaction".to_owned(), transaction_id.to_owned())),
    ];
    told.into_iter().flatten().filter(|(_, value)| !value.is_empty()).collect()
}

/// Whether and when it is told.
pub(super) fn facts(app: &App, deliveries: &[(String, Status, Option<WaitingFor>)]) -> Vec<String> {
    let who = match deliveries.len() {
        0 if app.settings.callbacks == Callbacks::Off => {
            "Callbacks are off: it is recorded, and nobody is told.".to_owned()
        }
        0 => "No endpoint takes this event type: it is recorded, and nobody is told.".to_owned(),
        1 => "The publisher's server is told this by one callback.".to_owned(),
        several => format!("The publisher's server is told this by {several} callbacks, one for each endpoint."),
    };
    let mut facts = vec![who];
    let held = deliveries.iter().filter(|(_, status, _)| *status == Status::Held).find_map(|(.., waits)| *waits);
    if let Some(waits) = held {
        facts.push(format!("It is not sent at once: {}.", until(waits)));
    }
    facts.push("The amounts are as given, whatever the terms are. It stands in the ledger of today.".to_owned());
    facts
}

fn until(waits: WaitingFor) -> String {
    match waits {
        WaitingFor::AppPaused => "the app is paused".to_owned(),
        WaitingFor::CallbackUrl => "there is no callback URL".to_owned(),
        WaitingFor::Secret => "there is no active secret".to_owned(),
        WaitingFor::EndpointDisabled => "the endpoint is disabled".to_owned(),
        other => format!("it waits ({})", other.as_str()),
    }
}
