//! An endpoint's secrets as the page lists them: the one that signs, the one that is next, those that did.

use crate::domain::app::Secret;
use crate::domain::secret::SecretState;
use crate::domain::time::Timestamp;
use crate::store::rollups::SecretUse;
use crate::web::console::parts::lines::Link;
use crate::web::console::parts::state::{State, Tone};
use crate::web::console::place::Place;
use crate::web::console::words::cuts::{self, Long};
use crate::web::console::words::instants::{self, Moment};

/// A secret of the list.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) state: State,
    pub(super) id: Long,
    pub(super) created: Moment,
    /// Since when it signs, or signed.
    pub(super) signs_since: Option<Moment>,
    pub(super) acknowledged: Option<Moment>,
    /// What can be done with it.
    pub(super) acts: Vec<Act>,
}

/// Something that can be done with a secret.
#[derive(Debug)]
pub(super) struct Act {
    pub(super) link: Link,
    /// Whether it is asked for in a dialog, where there is a script.
    pub(super) asks: bool,
    /// Whether it is what is to be done next.
    pub(super) is_main: bool,
}

impl Row {
    pub(super) fn of(secret: &Secret, used: Option<&SecretUse>, place: &Place, now: Timestamp) -> Self {
        let moment = |at| instants::listed(at, now);
        Self {
            state: state(secret, now),
            id: cuts::id(&secret.id),
            created: moment(secret.created_at),
            signs_since: secret.activated_at.map(moment),
            acknowledged: used.and_then(|used| used.last_acknowledged_at).map(moment),
            acts: acts(secret, place),
        }
    }
}

fn state(secret: &Secret, now: Timestamp) -> State {
    let (word, icon, tone) = match secret.state {
        SecretState::Next => ("Next", "clock", Tone::Idle),
        SecretState::Active => ("Active", "key", Tone::Ok),
        SecretState::Retired => ("Retired", "canceled", Tone::Idle),
    };
    let state = State { word: word.to_owned(), icon, tone, under: None };
    match secret.overlap_until.filter(|until| secret.state == SecretState::Retired && *until > now) {
        Some(until) => state.because(format!("tried after a refusal until {}", instants::listed(until, now).shown)),
        None => state,
    }
}

fn acts(secret: &Secret, place: &Place) -> Vec<Act> {
    let of_it = |end: &str| place.path(&format!("secrets/{}/{end}", secret.id));
    let act = |label: &str, href: &str, asks| Act { link: Link::new(label, href), asks, is_main: false };
    let test = act("Test with it", &place.path_with("test", &[("secret", &secret.id)]), false);
    match secret.state {
        SecretState::Active => Vec::new(),
        SecretState::Next => {
            vec![test, act("Use from now on", &of_it("use"), true), act("Delete", &of_it("delete"), true)]
        }
        SecretState::Retired => vec![act("Use again", &of_it("use"), true), act("Delete", &of_it("delete"), true)],
    }
}
