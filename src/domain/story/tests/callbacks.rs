//! One callback: whose turn it is, in every state and for every reason to wait.

use super::*;
use crate::domain::delivery::EndedReason;

fn waiting(status: Status, reason: WaitingFor) -> Delivery {
    Delivery { waiting_for: Some(reason), due_at: Some(later(1_200)), ..delivery(status) }
}

#[test]
fn whoever_ends_the_waiting_has_to_act_and_the_publisher_is_spoken_to() {
    let all: Vec<String> = WaitingFor::ALL
        .iter()
        .flat_map(|reason| READERS.map(|reader| (*reason, reader)))
        .map(|(reason, reader)| {
            let held = waiting(Status::Held, reason);
            let Story { turn, next, .. } = told(&callback(&held, &[]), reader);
            format!("{}, {reader:?}: {}. {next}", reason.as_str(), turn.as_str())
        })
        .collect();
    insta::assert_snapshot!(all.join("\n"), @r"
    retry, Publisher: ringback. It is sent at 19:00:00 UTC.
    retry, Staff: ringback. It is sent at 19:00:00 UTC.
    app_paused, Publisher: publisher. Held: the app is paused. Resume it and this is sent; nothing is lost.
    app_paused, Staff: publisher. Held: the app is paused. The publisher resumes it and this is sent; nothing is lost.
    callback_url, Publisher: publisher. Held: there is no callback URL. Save one and this is sent; nothing is lost.
    callback_url, Staff: publisher. Held: there is no callback URL. The publisher saves one and this is sent; nothing is lost.
    secret, Publisher: publisher. Held: there is no active secret to sign with. Add one and this is sent; nothing is lost.
    secret, Staff: publisher. Held: there is no active secret to sign with. The publisher adds one and this is sent; nothing is lost.
    egress_ip, Publisher: operator. Held: no node holds the egress IP that it leaves from, or its assignment was removed. That is for us to fix; nothing is lost.
    egress_ip, Staff: operator. Held: no node holds the egress IP that it leaves from, or its assignment was removed. An operator starts such a node, or an account manager assigns another IP; nothing is lost.
    permit, Publisher: ringback. It is sent as soon as there is room for one more callback to your server.
    permit, Staff: ringback. It is sent as soon as there is room for one more callback to the publisher's server.
    completion, Publisher: nobody. Held until the callback of its completion is acknowledged.
    completion, Staff: nobody. Held until the callback of its completion is acknowledged.
    review, Publisher: operator. Held: the completion is in review. An account manager releases or rejects it; else it is sent at 19:00 UTC.
    review, Staff: operator. Held: the completion is in review. An account manager releases or rejects it; else it is sent at 19:00 UTC.
    fields, Publisher: publisher. Held: the completion's values do not fit the callback URL. Change the callback URL and this is sent.
    fields, Staff: publisher. Held: the completion's values do not fit the callback URL. The publisher changes the callback URL and this is sent.
    circuit, Publisher: publisher. Held: your server gives no answer or errors, so it is tried with one callback at a time. Fix it; what waits is sent as soon as it answers.
    circuit, Staff: publisher. Held: the publisher's server gives no answer or errors, so it is tried with one callback at a time. The publisher fixes it; what waits is sent as soon as it answers.
    rate_limit, Publisher: ringback. Held: the app's limit of callbacks per second is used up. It is sent in its turn.
    rate_limit, Staff: ringback. Held: the app's limit of callbacks per second is used up. It is sent in its turn.
    endpoint_disabled, Publisher: publisher. Held: your server answered that it is there no more, which disabled the endpoint. Fix it, then enable the endpoint.
    endpoint_disabled, Staff: publisher. Held: the publisher's server answered that it is there no more, which disabled the endpoint. The publisher fixes it, then enables the endpoint.
    ");
}

#[test]
fn a_callback_that_waits_and_is_not_held_is_not_called_held() {
    for status in [Status::Pending, Status::Retrying] {
        let paused = waiting(status, WaitingFor::AppPaused);
        let next = told(&callback(&paused, &[]), Reader::Publisher).next;
        assert_eq!(next, "Waiting: the app is paused. Resume it and this is sent; nothing is lost.");
    }
}

#[test]
fn a_retry_is_told_with_its_instant_and_with_what_follows_it() {
    let retrying = waiting(Status::Retrying, WaitingFor::Retry);
    let attempts = refused(1);
    let planned = |number, seconds| Planned { number, not_before: later(seconds) };
    let all = [planned(2, 277), planned(3, 577), planned(4, 4_177), planned(5, 84_180)];
    let next = |plan| told(&Callback { plan, ..callback(&retrying, &attempts) }, Reader::Publisher);
    let story = next(&all[..]);
    assert_eq!(story.turn, Turn::Ringback);
    assert_eq!(
        story.next,
        "Your server answered 500. We try again at 18:44:37, then three times more, the last not before 2 Jul 18:03 UTC."
    );
    assert_eq!(next(&all[..1]).next, "Your server answered 500. We try again at 18:44:37 UTC, for the last time.");
}

#[test]
fn a_refusal_is_the_publishers_turn_also_while_it_is_tried_again() {
    let retrying = waiting(Status::Retrying, WaitingFor::Retry);
    let planned = |number, seconds| Planned { number, not_before: later(seconds) };
    let plan = [planned(2, 277), planned(3, 84_180)];
    for status in [401, 403] {
        let attempts = [attempt(1, Outcome::HttpStatus, Some(status))];
        let story = |plan| told(&Callback { plan, ..callback(&retrying, &attempts) }, Reader::Publisher);
        let (several, last) = (story(&plan[..]), story(&plan[..1]));
        assert_eq!([several.turn, last.turn], [Turn::Publisher; 2]);
        assert_eq!(
            several.next,
            format!(
                "Your server answered {status}. We try again at 18:44:37 UTC until it is fixed, for the last time not before \
                 2 Jul 18:03 UTC."
            )
        );
        assert!(
            last.next.ends_with("18:44:37 UTC, for the last time; it is to be fixed before then."),
            "{}",
            last.next
        );
    }
}

#[test]
fn a_redirect_names_the_origin_that_it_leads_to_and_nothing_of_the_one_callback() {
    let dead = tried(Status::Dead, 1);
    let next = |location: &str| {
        let answered = attempt(1, Outcome::Redirect, Some(301));
        let url = Some("https://kash.example/cb/u1?tx=x1".to_owned());
        let response_headers = vec![("Location".to_owned(), location.to_owned())];
        told(&callback(&dead, &[Attempt { url, response_headers, ..answered }]), Reader::Publisher).next
    };
    let named = "Save the callback URL with https://www.kash.example in place of https://kash.example, then replay.";
    for location in ["https://www.kash.example/cb/u1?tx=x1", "//www.kash.example/cb", "https://a:b@www.kash.example/"] {
        assert!(next(location).ends_with(named), "{}", next(location));
    }
    // The same origin, or one that nobody could read in a sentence.
    for location in ["/other/u1".to_owned(), format!("https://{}.example/", "x".repeat(200))] {
        assert!(next(&location).ends_with("Save the address that it leads to as the callback URL, then replay."));
    }
}

#[test]
fn a_fault_of_ours_is_told_as_ours_and_a_receiver_that_asked_to_wait_as_having_asked() {
    let retrying = waiting(Status::Retrying, WaitingFor::Retry);
    let plan = [Planned { number: 2, not_before: later(15) }, Planned { number: 3, not_before: later(75) }];
    let next =
        |attempts: &[Attempt]| told(&Callback { plan: &plan, ..callback(&retrying, attempts) }, Reader::Staff).next;
    let again = "We try again at 18:40:15, then once more, the last not before 18:41:15 UTC.";
    for (outcome, what) in [
        (Outcome::Dns, "our resolver gave no answer"),
        (Outcome::EgressUnavailable, "the egress IP could not be used"),
        (Outcome::Interrupted, "the exchange was interrupted"),
        (Outcome::Protocol, "the request could not be sent"),
    ] {
        let expected = format!("This was our fault and used up no attempt: {what}. {again}");
        assert_eq!(next(&[fault(1, outcome)]), expected);
    }
    let asked = Attempt { retry_after_seconds: Some(15), ..attempt(1, Outcome::HttpStatus, Some(503)) };
    assert_eq!(next(&[asked]), format!("The publisher's server answered 503 and asked us to wait. {again}"));
}

#[test]
fn every_failure_that_gave_it_up_says_what_fixes_it() {
    // These two are faults of ours, which give nothing up.
    let never = [Outcome::Delivered, Outcome::EgressUnavailable, Outcome::Interrupted];
    let all: Vec<String> = Outcome::ALL
        .iter()
        .filter(|outcome| !never.contains(outcome))
        .map(|outcome| {
            let attempts = [attempt(1, *outcome, Some(307)), attempt(2, *outcome, Some(307))];
            let dead = tried(Status::Dead, 2);
            let story = told(&callback(&dead, &attempts), Reader::Publisher);
            assert_eq!(story.turn, Turn::Publisher, "{outcome:?}");
            story.next
        })
        .collect();
    insta::assert_snapshot!(all.join("\n"), @r"
    Your server answered 307 twice. Fix it, then replay.
    Your server answered 307, but with a body that acknowledges nothing, twice. Fix it, then replay.
    Your server answered 307, a redirect, which is never followed, twice. Save the address that it leads to as the callback URL, then replay.
    Your server gave no answer in time, twice. Fix it, then replay.
    Your server took no connection, twice. Fix it, then replay.
    No TLS session with your server could be made, twice. Fix it, then replay.
    The name of your server has no address, twice. Fix the callback URL, or the name in DNS, then replay.
    The connection to your server broke, or what came was not HTTP, twice. Fix it, then replay.
    The address of your server is not public, so nothing was sent, twice. Save a callback URL whose address is public, then replay.
    ");
}

#[test]
fn what_was_given_up_is_told_with_how_often_it_failed_since_it_was_opened() {
    let dead = |attempts: &[Attempt], round: u32, reader| {
        let delivery = tried(Status::Dead, round);
        told(&callback(&delivery, attempts), reader).next
    };
    assert_eq!(dead(&refused(6), 6, Reader::Publisher), "Your server answered 500 six times. Fix it, then replay.");
    assert_eq!(
        dead(&refused(6), 1, Reader::Staff),
        "The publisher's server answered 500. The publisher fixes it, then replays it."
    );
    let mixed = [attempt(1, Outcome::Timeout, None), attempt(2, Outcome::HttpStatus, Some(404))];
    assert_eq!(
        dead(&mixed, 2, Reader::Publisher),
        "Two attempts failed; at the last one your server answered 404. Fix it, then replay."
    );
    assert_eq!(dead(&refused(14), 14, Reader::Publisher), "Your server answered 500 14 times. Fix it, then replay.");
}

#[test]
fn each_way_to_end_has_its_words() {
    let all: Vec<String> = [
        (Status::Delivered, None, DeliveryKind::Completion),
        (Status::Delivered, None, DeliveryKind::Reversal),
        (Status::Delivered, None, DeliveryKind::Test),
        (Status::Dead, Some(EndedReason::Expired), DeliveryKind::Completion),
        (Status::Dead, Some(EndedReason::Expired), DeliveryKind::Test),
        (Status::Dead, None, DeliveryKind::Completion),
        (Status::Dead, None, DeliveryKind::Test),
        (Status::Canceled, None, DeliveryKind::Completion),
        (Status::Canceled, None, DeliveryKind::Test),
        (Status::Canceled, Some(EndedReason::ReversedBeforeSend), DeliveryKind::Completion),
        (Status::Canceled, Some(EndedReason::Rejected), DeliveryKind::Completion),
        (Status::Sending, None, DeliveryKind::Completion),
    ]
    .into_iter()
    .map(|(status, ended_reason, kind)| {
        let ended = Delivery { ended_reason, kind, ..delivery(status) };
        let answered = [attempt(1, Outcome::Delivered, Some(200))];
        let attempts = if status == Status::Delivered { &answered[..] } else { &[] };
        let Story { turn, next, .. } = told(&callback(&ended, attempts), Reader::Publisher);
        told(&callback(&ended, attempts), Reader::Staff);
        format!("{}: {next}", turn.as_str())
    })
    .collect();
    insta::assert_snapshot!(all.join("\n"), @r"
    nobody: Delivered. Your server answered 200 in 84 ms. Whether the user was credited stands in your own books.
    nobody: Delivered. Your server answered 200 in 84 ms. Whether the reward was taken from the user stands in your own books.
    nobody: Delivered. Your server answered 200 in 84 ms. It was a test: nobody is credited.
    publisher: Given up: it waited for too long. Set what it waited for, then replay.
    operator: The test was not sent: in two minutes no node could send it. An operator starts one that holds the app's egress IP.
    operator: Given up: what it tells cannot be read. The log says more; an operator looks there.
    publisher: The test was not sent: it could not be made from what is set. Check callback URL and secret, then test again.
    publisher: Canceled by hand. A replay sends it after all.
    nobody: Canceled by hand. Nothing is due.
    nobody: Canceled: the completion was reversed before anything was sent. Nothing is due.
    nobody: Canceled: the completion was rejected in review. Nothing is due.
    ringback: It is being sent at this moment.
    ");
}

#[test]
fn a_failed_test_is_to_be_tested_again_and_never_to_be_replayed() {
    let test = Delivery { kind: DeliveryKind::Test, ..tried(Status::Dead, 1) };
    let story = told(&callback(&test, &refused(1)), Reader::Publisher);
    assert_eq!(
        (story.turn, story.next.as_str()),
        (Turn::Publisher, "Your server answered 500. Fix it, then test again.")
    );
    let broken = told(&callback(&test, &[fault(1, Outcome::Interrupted)]), Reader::Publisher);
    assert_eq!(broken.next, "This was our fault: the exchange was interrupted. It is to be tested again.");
}

#[test]
fn nobody_is_told_to_replay_what_would_be_refused() {
    for (refusal, turn) in [
        (Refusal::Reversed, Turn::Nobody),
        (Refusal::Erased, Turn::Nobody),
        (Refusal::Archived, Turn::Nobody),
        (Refusal::InReview, Turn::Operator),
    ] {
        for (status, reader) in [Status::Dead, Status::Canceled].into_iter().zip(READERS) {
            let ended = tried(status, 1);
            let story = told(&Callback { refusal: Some(refusal), ..callback(&ended, &refused(1)) }, reader);
            assert_eq!(story.turn, turn, "{refusal:?}");
            assert!(!story.next.contains("eplay"), "{}", story.next);
        }
    }
}

#[test]
fn a_reversal_that_waits_for_its_completions_callback_is_the_turn_of_whoever_that_one_waits_for() {
    let waits = Delivery { kind: DeliveryKind::Reversal, ..waiting(Status::Held, WaitingFor::Completion) };
    let first = waiting(Status::Held, WaitingFor::AppPaused);
    let story = of_callback(&callback(&waits, &[]), Some(&callback(&first, &[])), None, Reader::Publisher, NOW);
    is_plain(&story);
    assert_eq!(story.turn, Turn::Publisher);
    assert_eq!(
        story.next,
        "Held until the callback of its completion is acknowledged. Held: the app is paused. Resume it and this is sent; \
         nothing is lost."
    );
}
