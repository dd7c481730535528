//! A list of deliveries and the story of one, on the sample page.

use super::values::{LONGEST_ID, NOW, THEN};
use crate::domain::time::Timestamp;
use crate::web::console::parts::lines::Event;
use crate::web::console::parts::state::{State, Tone};
use crate::web::console::words::cuts::{self, Long};
use crate::web::console::words::instants::{self, Moment};

/// A row of the list.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) state: State,
    pub(super) created: Moment,
    pub(super) app: &'static str,
    pub(super) transaction: Long,
    pub(super) user: Long,
    pub(super) offer: &'static str,
    pub(super) answer: &'static str,
    pub(super) next: Option<Moment>,
}

pub(super) fn rows() -> Vec<Row> {
    let row = |state, app, transaction, user, offer, answer| Row {
        state,
        created: instants::listed(THEN, NOW),
        app,
        transaction: cuts::id(transaction),
        user: cuts::id(user),
        offer,
        answer,
        next: None,
    };
    let soon = instants::to_come(Timestamp::from_millis(1_795_875_030_000), NOW);
    let retrying = State::of("retrying").attempt(3, 6);
    vec![
        row(State::of("dead"), "Kash wall", "order-1", "u1", "Family Island · 60", "500 · 84 ms"),
        Row { next: Some(soon), ..row(retrying, "Kash wall", "order-0", "u7", "Zen Koi · 1.00", "timeout 30 s") },
        row(
            State::of("held").because("app paused"),
            "Kash wall",
            LONGEST_ID,
            LONGEST_ID,
            "Family Island: build your farm, feed the animals, reach level 20 within 14 days · 1200",
            "–",
        ),
        row(
            State::of("pending").because_of_trouble("no node holds 203.0.113.7"),
            "🦘 wall of the longest name that anybody gave to an app",
            "order-3",
            "u9",
            "Zen Koi · 1.00",
            "–",
        ),
        row(State::of("sending"), "Kash wall", "order-4", "u2", "Zen Koi · 1.00", "–"),
        row(State::of("delivered"), "Kash wall", "order-5", "u3", "Coin Tales · 0.10", "200 · 84 ms"),
        row(State::of("canceled"), "Kash wall", "order-6", "u4", "Coin Tales · 0.10", "–"),
    ]
}

pub(super) fn events() -> Vec<Event> {
    let at = |ms| Some(instants::listed(Timestamp::from_millis(THEN.as_millis() + ms), NOW));
    let event = |at, icon, tone, title: &str, text: &str| Event {
        at,
        icon,
        tone,
        title: title.to_owned(),
        text: text.to_owned(),
        detail: None,
        planned: false,
    };
    let request = "GET https://kash.example/pb?user_id=u1&tx=order-1&payout=17.55&verifier=••••\nHost: kash.example\n\n500 Internal Server Error\ncontent-type: text/plain\n\nout of memory";
    vec![
        event(at(0), "delivered", Tone::Ok, "Recorded", "reported by Acme as order-1"),
        Event {
            detail: Some(request.to_owned()),
            ..event(at(44), "dead", Tone::Bad, "Attempt 1", "500 · 84 ms · 203.0.113.7 → 198.51.100.4")
        },
        event(at(62_000), "info", Tone::Idle, "Attempt 2", "our resolver gave no answer: not counted"),
        Event { planned: true, ..event(None, "pending", Tone::Idle, "Attempt 3", "not before 14:19, then dead") },
    ]
}
