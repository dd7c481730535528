//! What stands around the list: the states with their counts, the way to clear the filters, the replay of all that match; and what a
//! refusal says of a filter.

use std::time::Duration;

use super::asked::{Asked, States};
use crate::actions::app_names::NamedApp;
use crate::actions::asked::Asked as Whose;
use crate::actions::refusal::Refusal;
use crate::domain::delivery::Status;
use crate::domain::health::Capped;
use crate::domain::invalid::Invalid;
use crate::domain::time::Timestamp;
use crate::web::console::address::{Address, LIVE};
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::lines::Link;
use crate::web::console::words::amounts::capped;
use crate::web::console::words::instants;
use crate::web::console::{faults, navigation};
use crate::web::error::Problem;

/// The page where a replay is begun.
const REPLAYS: &str = "/replays";
/// What was given up since then needs attention.
const OF_LATE: Duration = Duration::from_secs(7 * 86_400);

/// Links to the states that most come for. Their numbers are of the app or publisher, so they stand only where nothing else
/// is asked for.
pub(super) async fn links(page: &PageRequest, asked: &Asked) -> Result<Vec<(Link, bool)>, Problem> {
    let among = &asked.filter.among;
    let whose = Whose { app: among.app.as_deref(), publisher: among.publisher.as_deref() };
    let counts = if asked.states_alone() {
        match page.web.actions.first_counts(page.caller(), whose).await {
            Ok(counts) => Some(counts),
            // What belongs to an archived app is not counted.
            Err(Refusal::Unknown(_)) => None,
            Err(other) => return Err(other.into()),
        }
    } else {
        None
    };
    let link = |label: &str, word: Option<&str>, states: States, count: Option<Capped>| {
        let count = count.map(|count| format!(" {}", capped(count))).unwrap_or_default();
        let href = asked.address.with("state", word).at(super::PATH);
        (Link::new(&format!("{label}{count}"), &href), asked.states == states)
    };
    let attention = counts.map(|counts| counts.needs_attention);
    let (waiting, dead) = (counts.map(|counts| counts.waiting), counts.map(|counts| counts.dead));
    Ok(vec![
        link("Needs attention", Some("attention"), States::Attention, attention),
        link("Waiting", Some("waiting"), States::Waiting, waiting),
        link("Dead", Some("dead"), States::One(Status::Dead), dead),
        link("All", None, States::All, None),
    ])
}

/// Without filters; what is paused stays so.
pub(super) fn cleared(asked: &Asked) -> Address {
    Address::default().with(LIVE, asked.address.get(LIVE))
}

/// The way to replay all that match: of one app that is not archived, and by nothing that a replay could not be asked for by.
pub(super) fn replay(asked: &Asked, apps: &[NamedApp], now: Timestamp) -> Option<String> {
    let app = asked.filter.among.app.as_deref().filter(|_| navigation::is_built(REPLAYS))?;
    apps.iter().find(|one| one.is_called(app))?;
    replay_of(asked, app, now).map(|address| address.at(&format!("{REPLAYS}/new")))
}

fn replay_of(asked: &Asked, app: &str, now: Timestamp) -> Option<Address> {
    if !asked.address.has_only(&["app", "state", "from", "to", LIVE]) {
        return None;
    }
    let late = instants::typed(now.minus(OF_LATE));
    let (state, from) = match &asked.states {
        States::All => (None, asked.address.get("from")),
        States::Attention => (Some("dead"), asked.address.get("from").or(Some(late.as_str()))),
        States::One(status) if status.is_ended() => (Some(status.as_str()), asked.address.get("from")),
        States::Waiting | States::One(_) | States::These(_) => return None,
    };
    let address = Address::default().with("app", Some(app)).with("from", from).with("to", asked.address.get("to"));
    Some(address.with("state", state))
}

/// What a refusal says of the filters, at the fields of the form, and the problem that it is; one that is about none is a page of
/// its own.
pub(super) fn told(refusal: Refusal) -> (Invalid, Problem) {
    let (wrong, problem) = faults::told(refusal);
    let at = |mut fault: crate::domain::invalid::FieldError| {
        fault.field = field_of(&fault.field).to_owned();
        fault
    };
    (Invalid(wrong.0.into_iter().map(at).collect()), problem)
}

/// What the form calls a field of the API.
fn field_of(name: &str) -> &str {
    match name {
        "appId" => "app",
        "publisherId" => "publisher",
        "userId" | "transactionId" => "q",
        "outcome" | "statusCode" => "answer",
        "endpointId" => "endpoint",
        "status" | "needsAttention" => "state",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::asked::SHAPE;
    use super::*;
    use crate::web::console::forms::Form;

    fn replayed(query: &str) -> Option<String> {
        let asked = Asked::read(&Form::read(query.as_bytes(), SHAPE));
        let now = Timestamp::parse_rfc3339("2026-11-28T14:03:07Z").unwrap();
        replay_of(&asked, "kash", now).map(|address| address.at("/replays/new"))
    }

    #[test]
    fn all_that_match_are_replayed_only_where_a_replay_finds_just_these() {
        for (query, expected) in [
            ("app=kash", Some("/replays/new?app=kash")),
            ("app=kash&state=dead&live=off", Some("/replays/new?app=kash&state=dead")),
            ("app=kash&state=attention", Some("/replays/new?app=kash&from=2026-11-21T14%3A03&state=dead")),
            (
                "app=kash&state=delivered&from=2026-11-01T00:00&to=2026-11-02T00:00",
                Some("/replays/new?app=kash&from=2026-11-01T00%3A00&to=2026-11-02T00%3A00&state=delivered"),
            ),
            ("app=kash&state=waiting", None),
            ("app=kash&state=dead&q=u1", None),
        ] {
            assert_eq!(replayed(query).as_deref(), expected, "{query}");
        }
    }
}
