//! Callbacks that are compared with what was sent, or with what is known of their endpoint: where no undoing explains them.

use super::several::Happened;
use super::stage::*;
use super::*;

#[test]
fn a_signed_origin_does_not_hide_that_another_one_was_seen() {
    let mut told = told("besitos", BARE, "goal");
    let inner = "http://10.0.0.7:8080";
    told.config.settings.signed_origin = Some(inner.to_owned());
    // What is signed for the inner origin verifies there and nowhere else.
    let recipe = Catalog::builtin().get("besitos").unwrap().clone();
    let (unsigned, _) = told.received.url.rsplit_once("&verifier=").unwrap();
    let signed = unsigned.replace("https://pub.example", inner);
    let signature = recipe.signature().unwrap().sign_bytes(&secret(KEY), signed.as_bytes()).unwrap();
    for (seen, verifies) in [(inner, true), ("https://pub.example", false), ("http://10.0.0.7", false)] {
        told.received.url = format!("{}&verifier={signature}", signed.replace(inner, seen));
        let found = diagnosed("besitos", &told, None);
        assert_eq!(found.verifies, verifies, "{seen}: {}", found.finding);
        if !verifies {
            assert_eq!(found.code, Code::OriginChanged, "{seen}: {}", found.finding);
            assert!(found.finding.contains(inner) && found.finding.contains(seen), "{}", found.finding);
        }
    }
}

#[test]
fn what_was_sent_is_told_where_nothing_else_explains_it() {
    let cases: &[Happened] = &[
        (
            "besitos",
            BARE,
            &[Code::ValueChanged, Code::ValueEmptied],
            &["payout was sent as 12.50 but received as 99.00"],
            |it| {
                swap(it, "payout=12.50", "payout=99.00");
                swap(it, "user_id=u%2042", "user_id=");
            },
        ),
        ("besitos", BARE, &[Code::ValueEmptied], &["transaction_id was sent as tx-1 but arrived empty"], |it| {
            swap(it, "=tx-1&", "=&");
        }),
        (
            "besitos",
            "https://pub.example/pb?url={offer_id}&body={note}&tx={transaction_id}",
            &[Code::ValueChanged],
            &["url was sent as o1"],
            |it| {
                swap(it, "url=o1", "url=o2");
            },
        ),
        (
            "besitos",
            "https://pub.example/pb?url={offer_id}&body={note}&tx={transaction_id}",
            &[Code::ValueEmptied],
            &["body was sent as"],
            |it| {
                let at = it.url.find("&body=").unwrap() + 6;
                let end = it.url.find("&tx=").unwrap();
                it.url.replace_range(at..end, "");
            },
        ),
        ("offermaru", OFFERMARU, &[Code::ParameterDropped], &["user_reward was sent and did not arrive"], |it| {
            swap(it, "&user_reward=17.50", "");
        }),
        ("cpx", CPX, &[Code::ValueEmptied], &["trans_id was sent as tx-1 but arrived empty"], |it| {
            swap(it, "trans_id=tx-1", "trans_id=")
        }),
        ("affonso", BARE, &[Code::BodyChanged], &["body"], |it| {
            it.body = it.body.as_ref().map(|body| body.replace("tx-1", "tx-9"));
        }),
    ];
    for (dialect, url, codes, words, distort) in cases {
        let mut told = told(dialect, url, "goal");
        distort(&mut told.received);
        let found = diagnosed(dialect, &told, Some(&told.sent));
        let named = if found.codes.is_empty() { vec![found.code] } else { found.codes.clone() };
        let what = format!("{dialect}: {named:?} {}", found.finding);
        assert!(codes.iter().all(|code| named.contains(code)), "{what}");
        assert!(words.iter().all(|words| found.finding.contains(words)), "{what}");
        assert_eq!(found.key.as_deref(), Some("active"), "{what}");
        assert!(found.received_text.is_some() && found.received_text != found.signed_text, "{what}");
        assert!(!found.differences.is_empty(), "{what}");
    }
}

#[test]
fn a_callback_url_that_was_changed_since_is_not_held_against_what_was_called() {
    let old = told("besitos", BARE, "goal");
    let new = told("besitos", "https://new.example/other", "goal");
    // As the endpoint is now, the request would be another one; the attempt keeps the old one.
    let sent =
        Sent { request: new.sent.request.clone(), kept: old.sent.kept.clone(), has_secret: true, ..Sent::default() };
    let mut told = Told { received: old.received.clone(), config: new.config.clone(), sent: sent.clone() };
    assert!(diagnosed("besitos", &told, Some(&sent)).verifies);
    swap(&mut told.received, "payout=12.50", "payout=99.00");
    let found = diagnosed("besitos", &told, Some(&sent));
    assert_eq!((found.code, found.key.as_deref()), (Code::ValueChanged, Some("active")), "{}", found.finding);
    assert!(!found.finding.contains("new.example") && found.note.is_some(), "{}", found.finding);
    swap(&mut told.received, "https://pub.example/pb", "http://10.0.0.1/app/pb");
    swap(&mut told.received, "payout=99.00", "payout=12.50");
    let found = diagnosed("besitos", &told, Some(&sent));
    assert!(
        found.finding.contains("https://pub.example") && found.finding.contains("/app was added"),
        "{}",
        found.finding
    );
}

#[test]
fn a_signature_that_was_changed_is_not_called_one_of_a_lost_secret() {
    let changed = |signature: &str| format!("{}{}", &signature[..20], "0".repeat(signature.len() - 20));
    for (dialect, url) in [("besitos", BARE), ("offermaru", OFFERMARU), ("affonso", BARE)] {
        let mut told = told(dialect, url, "goal");
        let right = told.sent.request.as_ref().unwrap().signature.clone().unwrap();
        told.received.url = told.received.url.replace(&right, &changed(&right));
        for (_, value) in &mut told.received.headers {
            *value = value.replace(&right, &changed(&right));
        }
        let found = diagnosed(dialect, &told, Some(&told.sent));
        assert_eq!(found.code, Code::SignatureChanged, "{dialect}: {}", found.finding);
        let gone = Sent { has_secret: false, ..told.sent.clone() };
        let keys = [("other".to_owned(), secret("something-else-altogether"))];
        let recipe = Catalog::builtin().get(dialect).unwrap().clone();
        let Told { received, config, .. } = &told;
        let case = Case { recipe: &recipe, config, received, keys: &keys, sent: Some(&gone), received_at: None };
        let found = case.diagnosis();
        assert_eq!(found.code, Code::AnotherSecret, "{dialect}: {}", found.finding);
        assert!(found.finding.contains("no longer has"), "{dialect}: {}", found.finding);
    }
}

#[test]
fn a_further_attempt_that_was_late_is_told_beside_one_that_was_not() {
    let mut told = told("offermaru", OFFERMARU, "goal");
    let sent_at = crate::domain::dialect::trial::completion().occurred_at;
    let later = Timestamp::from_millis(sent_at.as_millis() + 3 * 86_400_000);
    told.sent.again = Some((4, later));
    let keys = [("active".to_owned(), secret(KEY))];
    let recipe = Catalog::builtin().get("offermaru").unwrap().clone();
    let Told { received, config, sent } = &told;
    let case = Case { recipe: &recipe, config, received, keys: &keys, sent: Some(sent), received_at: Some(sent_at) };
    let found = case.diagnosis();
    assert_eq!(found.code, Code::Verifies, "{}", found.finding);
    assert!(found.age.as_ref().unwrap().contains("Attempt 4") && found.age.unwrap().contains("3 days ago by then"));
}

#[test]
fn the_search_ends_for_whatever_is_given() {
    let mut told = told("besitos", BARE, "goal");
    let numbers: String = (0..200).map(|at| format!("&n{at}={at}.5+%2B&m{at}=")).collect();
    swap(&mut told.received, "&payout=12.50", &format!("{numbers}&payout=99.00"));
    assert_eq!(diagnosed("besitos", &told, None).code, Code::AnotherSecret);
}
