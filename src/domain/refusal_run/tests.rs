use super::*;

const START: Timestamp = Timestamp::from_millis(1_000_000);

fn of() -> RunOf {
    RunOf { endpoint_id: "end_1".to_owned(), url_use: UrlUse::Callback, kind: RefusalKind::Unauthorized }
}

fn refused(minutes: u64) -> Refused {
    let at = START.plus(Duration::from_secs(60 * minutes));
    Refused { kind: RefusalKind::Unauthorized, at, in_front: None, allows: None }
}

/// Whether these minutes make a trouble.
fn after(minutes: &[u64]) -> Run {
    let run = |before, minute: &u64| Some(Run::after(before, of(), refused(*minute)));
    minutes.iter().fold(None, run).unwrap()
}

#[test]
fn five_refusals_within_any_hour_are_a_trouble_and_fewer_or_slower_ones_are_none() {
    assert_eq!(after(&[0, 1, 2, 3]).raised_at, None);
    assert_eq!(after(&[0, 1, 2, 3, 60]).raised_at, Some(refused(60).at));
    assert_eq!(after(&[0, 20, 40, 60, 80, 100]).raised_at, None);
    // The hour is any, not one that began with the first.
    assert_eq!(after(&[0, 55, 57, 59, 61, 62]).raised_at, Some(refused(62).at));
}

#[test]
fn a_trouble_is_raised_once() {
    let run = after(&[0, 1, 2, 3, 4, 5, 6, 900]);
    assert_eq!((run.raised_at, run.recent.len()), (Some(refused(4).at), MAKE_A_TROUBLE));
}

#[test]
fn a_405_compares_what_is_allowed_with_what_is_sent_and_keeps_nothing_but_methods() {
    let headers = [("Allow".to_owned(), "post, <b>, OPTIONS".to_owned())];
    assert_eq!(allowed(&headers).as_deref(), Some("POST, OPTIONS"));
    let run = Run {
        of: RunOf { kind: RefusalKind::MethodNotAllowed, ..of() },
        recent: Vec::new(),
        raised_at: None,
        in_front: None,
        allows: allowed(&headers),
    };
    let said = run.message(&Sent { method: "GET", signed: true }, Reader::Publisher, START);
    assert!(said.ends_with("it does not accept GET, which this dialect sends; it allows POST, OPTIONS"), "{said}");
}

#[test]
fn a_secret_is_blamed_only_where_something_is_signed() {
    let run = after(&[0, 1, 2, 3, 4]);
    let said = |kind, signed| {
        let run = Run { of: RunOf { kind, ..of() }, ..run.clone() };
        run.message(&Sent { method: "GET", signed }, Reader::Publisher, START)
    };
    for kind in
        [RefusalKind::Unauthorized, RefusalKind::Forbidden, RefusalKind::Unprocessable, RefusalKind::UnwantedBody]
    {
        assert!(said(kind, true).contains("your secret does not match"), "{kind:?}");
        assert!(!said(kind, false).contains("secret"), "{kind:?}");
        assert!(said(kind, false).contains("checks a token in the URL"), "{kind:?}");
    }
    assert!(said(RefusalKind::Forbidden, true).contains("or it does not let the egress IP in"));
}

#[test]
fn a_trouble_says_since_when_it_is_one_and_what_ends_it() {
    let said = after(&[0, 1, 2, 3, 4]).message(&Sent { method: "GET", signed: true }, Reader::Publisher, START);
    assert!(said.ends_with("; so since 00:20 UTC, until the next acknowledgement: send a test"), "{said}");
}

#[test]
fn a_trouble_tells_of_another_refusal_unless_that_names_something_else() {
    let run = after(&[0, 1, 2, 3, 4]);
    assert!(run.tells(&refused(5)) && !after(&[0, 1, 2, 3]).tells(&refused(5)));
    assert!(!run.tells(&Refused { in_front: Some("an edge".to_owned()), ..refused(5) }));
    assert!(!run.tells(&Refused { allows: Some("POST".to_owned()), ..refused(5) }));
}

#[test]
fn whoever_helps_a_publisher_reads_of_the_publishers_server() {
    for signed in [false, true] {
        for kind in RefusalKind::ALL {
            let run = Run { of: RunOf { kind: *kind, ..of() }, ..after(&[0, 1, 2, 3, 4]) };
            let said = run.message(&Sent { method: "GET", signed }, Reader::Staff, START);
            assert!(said.starts_with("the publisher's server refuses") && !said.contains("your"), "{said}");
        }
    }
}
