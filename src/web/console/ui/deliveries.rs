//! A list of deliveries and the story of one, on the sample page.

use super::values::{LONGEST_ID, NOW, THEN};
use crate::domain::time::Timestamp;
use crate::web::console::parts::delivery_list::{Columns, DeliveryList, Newer, Row, Whom};
use crate::web::console::parts::lines::Event;
use crate::web::console::parts::state::{State, Tone};
use crate::web::console::words::{cuts, instants};

/// A list of them, with newer ones than it shows.
pub(super) fn list() -> DeliveryList {
    DeliveryList {
        rows: rows(),
        columns: Columns { app: true, publisher: false },
        again: None,
        newer: Some(Newer { words: "4 newer deliveries. Show them".to_owned(), href: "/ui".to_owned() }),
        is_newest: true,
    }
}

fn rows() -> Vec<Row> {
    let row = |state: State, app: &str, transaction: &str, user: &str, offer: &str, answer: Option<&str>| Row {
        id: "dlv_6h2m1k9s07k00".to_owned(),
        state,
        created: instants::listed(THEN, NOW),
        app: app.to_owned(),
        publisher: String::new(),
        transaction: cuts::external(transaction),
        kind: None,
        endpoint: None,
        user: Some(Whom::Known(cuts::external(user))),
        offer: offer.to_owned(),
        answer: answer.map(str::to_owned),
        next: None,
    };
    let soon = instants::to_come(Timestamp::from_millis(1_795_875_030_000), NOW);
    let retrying = State::of("retrying").attempt(3, 6).because("in 4 min");
    let long = "Family Island: build your f… · 1200";
    let of = |state| State::of(state);
    vec![
        row(
            of("dead").because("after 6 attempts"),
            "Kash wall",
            "order-1",
            "u1",
            "Family Island · 60",
            Some("500 · 84 ms"),
        ),
        Row {
            next: Some(soon),
            ..row(retrying, "Kash wall", "order-0", "u7", "Zen Koi · 1.00", Some("no answer · 30 s"))
        },
        row(of("held").because("app paused"), "Kash wall", LONGEST_ID, LONGEST_ID, long, None),
        row(
            of("pending").because_of_trouble("no node holds 203.0.113.7"),
            "🦘 wall of the longest name…",
            "order-3",
            "u9",
            "Zen Koi · 1.00",
            None,
        ),
        Row {
            kind: Some("reversal"),
            ..row(of("sending").because("right now"), "Kash wall", "order-4", "u2", "Zen Koi · 1.00", None)
        },
        Row {
            user: Some(Whom::Erased),
            ..row(
                of("delivered").because("at the first attempt"),
                "Kash wall",
                "order-5",
                "",
                "Coin Tales · 0.10",
                Some("200 · 84 ms"),
            )
        },
        Row {
            user: None,
            kind: Some("test"),
            ..row(of("canceled").because("by hand"), "Kash wall", "test-6", "", "Test offer · 100", None)
        },
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
