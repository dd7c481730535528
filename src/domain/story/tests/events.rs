//! What has happened to a callback: each event with its words, in the order of their instants.

use super::*;

#[test]
fn each_attempt_is_an_event_of_its_own_and_a_replay_stands_between_the_rounds() {
    let mut attempts = refused(2);
    attempts.push(fault(3, Outcome::Dns));
    attempts.push(attempt(4, Outcome::HttpStatus, Some(401)));
    let other_key =
        Attempt { counted: false, secret_id: Some("sec_2".to_owned()), ..attempt(5, Outcome::Delivered, Some(200)) };
    attempts.push(other_key);
    let delivered = tried(Status::Delivered, 1);
    let story = told(&Callback { reopened_at: Some(NOW), ..callback(&delivered, &attempts) }, Reader::Publisher);
    let lines: Vec<String> =
        story.events.iter().map(|event| format!("{}: {}", event.kind.as_str(), event.text)).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    recorded: Reported by Acme as x1, and recorded.
    failed: Attempt 1: your server answered 500.
    failed: Attempt 2: your server answered 500.
    our_fault: Attempt 3: our resolver gave no answer, which was our fault and used up no attempt.
    replayed: Replayed: it is sent again.
    failed: Attempt 4: your server answered 401.
    delivered: Attempt 5, at once with the other secret: your server answered 200.
    ");
}

#[test]
fn events_are_told_in_the_order_of_their_instants() {
    let attempts: Vec<Attempt> = refused(2)
        .into_iter()
        .zip([60, 120])
        .map(|(attempt, at)| Attempt { started_at: later(at), ..attempt })
        .collect();
    let canceled = Delivery { ended_at: Some(later(180)), ..tried(Status::Canceled, 0) };
    let story = told(&Callback { reopened_at: Some(later(90)), ..callback(&canceled, &attempts) }, Reader::Publisher);
    let kinds: Vec<(EventKind, Timestamp)> = story.events.iter().map(|event| (event.kind, event.at)).collect();
    assert_eq!(
        kinds,
        [
            (EventKind::Recorded, NOW),
            (EventKind::Failed, later(60)),
            (EventKind::Replayed, later(90)),
            (EventKind::Failed, later(120)),
            (EventKind::Canceled, later(180)),
        ]
    );
}

#[test]
fn a_test_begins_with_its_making() {
    let test = Delivery { kind: DeliveryKind::Test, ..delivery(Status::Pending) };
    let story = of_callback(&callback(&test, &[]), None, None, Reader::Publisher, NOW);
    is_plain(&story);
    assert_eq!(story.events, [Event { at: NOW, kind: EventKind::Recorded, text: "Made as a test.".to_owned() }]);
}
