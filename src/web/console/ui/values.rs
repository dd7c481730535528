//! States and values of the sample page.

use crate::domain::time::Timestamp;
use crate::web::console::parts::state::State;
use crate::web::console::words::amounts;
use crate::web::console::words::cuts::{self, Long};
use crate::web::console::words::instants::{self, Moment};

/// 28 Nov 2026 14:06:30 UTC: what the page takes for now.
pub(super) const NOW: Timestamp = Timestamp::from_millis(1_795_874_790_000);
/// Three minutes before.
pub(super) const THEN: Timestamp = Timestamp::from_millis(1_795_874_587_120);
/// An id without a blank, as long as one may be.
pub(super) const LONGEST_ID: &str = "order-0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz-0123456789abcd";

/// Every state with every small line.
pub(super) fn states() -> Vec<(State, &'static str)> {
    let retrying = || State::of("retrying").attempt(3, 6);
    vec![
        (State::of("pending").because("in line"), "recorded, and sent as soon as its turn comes"),
        (State::of("pending").because("waits for a free place"), "as many as may be are being sent to this server"),
        (State::of("pending").because_of_trouble("no node holds 203.0.113.7"), "an operator has to act"),
        (State::of("sending").because("since 2 s"), "a request is under way"),
        (retrying().because("in 4 min"), "it was not acknowledged, and is tried again"),
        (retrying().because("put off by your server until 15:10"), "Retry-After"),
        (retrying().because("our fault, not counted"), "our resolver gave no answer"),
        (State::of("held").because("app paused"), "nothing is lost"),
        (State::of("held").because("no callback URL"), "the publisher has to set it"),
        (State::of("held").because("in review until 1 Dec 09:00"), "an account manager decides"),
        (State::of("held").because("waits for its completion"), "a reversal never overtakes it"),
        (State::of("delivered").because("200 · 84 ms"), "acknowledged"),
        (State::of("dead").because("last answer 500"), "the attempts are used up"),
        (State::of("dead").because("held for 30 days"), "nobody mended it"),
        (State::of("canceled").because("reversed before it was sent"), "nobody was told anything"),
        (State::of("parked").because("by_a_newer_node"), "a word that this version does not know"),
    ]
}

/// Values in all their forms.
#[derive(Debug)]
pub(super) struct Values {
    pub(super) listed: Moment,
    pub(super) last_year: Moment,
    pub(super) detailed: Moment,
    pub(super) to_come: Moment,
    pub(super) id: Long,
    pub(super) longest: Long,
    pub(super) url: Long,
    pub(super) text: Long,
    pub(super) amounts: [String; 6],
    pub(super) request: &'static str,
    pub(super) signed_text: &'static str,
}

impl Values {
    pub(super) fn new() -> Self {
        Self {
            listed: instants::listed(THEN, NOW),
            last_year: instants::listed(Timestamp::from_millis(1_735_783_445_000), NOW),
            detailed: instants::detailed(THEN, NOW),
            to_come: instants::to_come(Timestamp::from_millis(1_795_875_030_000), NOW),
            id: cuts::id("cmp_019a7f3b2c4d5e6f70813f2c"),
            longest: cuts::id(LONGEST_ID),
            url: cuts::url("https://kash.example/pb?user_id=u1&tx=test-7f3a&payout=17.55&verifier=872449cf00aa1189"),
            text: cuts::text(
                "Family Island: build your farm, feed the animals, reach level 20 within 14 days 🏝️ and win",
                48,
            ),
            amounts: [
                amounts::minor(1755, "USD"),
                amounts::minor(1755, "JPY"),
                amounts::minor(-1755, "KWD"),
                amounts::reward("100.0"),
                amounts::reward("-0.10"),
                amounts::count(1_240_417),
            ],
            request: "GET /pb?user_id=u%201&tx=order-1&payout=17.55&verifier=•••• HTTP/1.1\nHost: kash.example\nUser-Agent: Ringback/0.1.0\n\n",
            signed_text: "https://kash.example/pb?user_id=u%201&tx=order-1&payout=17.55",
        }
    }
}
