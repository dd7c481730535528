//! What is kept of an exchange comes back as it was written, on either engine.

use ringback::domain::attempt::Attempt;
use ringback::domain::delivery::Outcome;
use ringback::domain::new_delivery::Start;
use ringback::domain::settlement::{Next, Settlement};
use ringback::store::queue::Settled;

use crate::queue::{claim, new, recorded, settlement};
use crate::setup::{NOW, store};

#[tokio::test]
async fn an_attempt_is_read_back_exactly_as_it_was_settled() {
    let fresh = store();
    let id = recorded(&fresh.store, new("e1", "end_1", Start::Pending)).await;
    let claimed = claim(&fresh.store, "end_1", 1, NOW).await.remove(0);
    let text = |text: &str| Some(text.to_owned());
    let pairs = vec![("X-Odd".to_owned(), "é\u{1F980}\"\\".to_owned()), ("X-Odd".to_owned(), String::new())];
    let whole = Attempt {
        number: 1,
        counted: true,
        started_at: NOW,
        duration_ms: 180,
        egress_ip: text("203.0.113.7"),
        peer: text("203.0.113.8:443"),
        method: text("GET"),
        url: text("https://a.example/?q='\\x00"),
        headers: pairs.clone(),
        signature_start: text("5a5a5a5a"),
        secret_id: text("sec_1"),
        outcome: Outcome::HttpStatus,
        error: text("the receiver answered 500"),
        status_code: Some(500),
        response_headers: pairs,
        response_body: text("odd \0\u{1}\u{FEFF} body"),
        retry_after_seconds: Some(u64::MAX),
        next_attempt_at: Some(NOW),
    };
    // Of an interrupted one hardly anything is known.
    let bare = Attempt {
        number: 2,
        counted: false,
        egress_ip: None,
        peer: None,
        method: None,
        url: None,
        headers: Vec::new(),
        signature_start: None,
        secret_id: None,
        outcome: Outcome::Interrupted,
        error: None,
        status_code: None,
        response_headers: Vec::new(),
        response_body: None,
        retry_after_seconds: None,
        next_attempt_at: None,
        ..whole.clone()
    };
    let attempts = vec![whole, bare];
    let dead = Settlement { attempts: attempts.clone(), ..settlement(&claimed, Next::Dead) };
    assert_eq!(fresh.store.settle(dead).await.unwrap(), Settled::Done);
    assert_eq!(fresh.store.delivery(id).await.unwrap().unwrap().1, attempts);
}
