//! `ringback verify` on documented callbacks, untouched and tampered with.

use crate::command::ringback;

const BESITOS: &str = "https://pub.example/pb?user_id=u1&transaction_id=2601367&reward=0.00&payout=17.55&offer_id=Zd\
    &offer_name=Family%20Island&note=Successfully%20installed%20the%20app&reward_local_currency=60&goal_id=Zd_0\
    &verifier=872449cff303582d4dd6f05321754c88deeeef36d0e946462a7694040ca9f033";
const AFFONSO: &str =
    "X-Affonso-Signature: t=1704067200,v1=7dcb611cde78a062dffdc496e99c5fada0603ea09d02fb89812bbff632de77f2";

#[test]
fn an_untouched_callback_verifies_and_its_secret_is_named() {
    let flags = ["verify", "--dialect", "besitos", "--secret", "other", "--secret", "sekret", "--url", BESITOS];
    let out = ringback(&flags, "", None).done();
    assert!(out.starts_with("It verifies, with the secret given by --secret number 2."), "{out}");
    let flags = ["verify", "--dialect", "affonso", "--header", AFFONSO, "--body", "-"];
    let out = ringback(&flags, "{\"id\":\"evt_1\"}", Some("whsec_abc123xyz")).done();
    assert!(out.contains("given by RINGBACK_SECRET"), "{out}");
}

#[test]
fn a_distorted_callback_does_not_verify_and_says_why() {
    for (from, to, words) in [
        ("https://", "http://", "It was signed for https://pub.example"),
        ("%20", "+", "encoded differently"),
        ("payout=17.55", "payout=99.99", "a value was changed"),
        ("verifier=", "signature=", "no parameter verifier"),
    ] {
        let url = BESITOS.replace(from, to);
        let ended = ringback(&["verify", "--dialect", "besitos", "--url", &url], "", Some("sekret"));
        assert_eq!(ended.code, 1);
        assert!(ended.out.starts_with("It does not verify.") && ended.out.contains(words), "{to}: {}", ended.out);
    }
}

#[test]
fn a_text_that_nobody_signed_is_not_called_signed() {
    let url = BESITOS.replace("payout=17.55", "payout=99.99");
    for text in [url.clone(), format!("[30/Nov/2026:10:00:00 +0000] \"GET {} HTTP/1.1\" 401 12", &url[19..])] {
        let flags = ["verify", "--dialect", "besitos", "--callback-url", "https://pub.example/pb", "--paste", "-"];
        let ended = ringback(&flags, &text, Some("sekret"));
        assert!(ended.out.contains("Text to compare with what your server signs:"), "{}", ended.out);
        assert!(!ended.out.contains("Signed text:"), "{}", ended.out);
    }
    let flags = ["verify", "--dialect", "besitos", "--paste", "-"];
    let ended = ringback(&flags, &BESITOS.replace("%20", "+"), Some("sekret"));
    assert!(ended.out.contains("\nSigned text:\n") && ended.out.contains("\nReceived text:\n"), "{}", ended.out);
}

#[test]
fn a_body_that_was_written_again_is_recognised() {
    let flags = ["verify", "--dialect", "affonso", "--header", AFFONSO, "--body", "-", "--json"];
    let ended = ringback(&flags, "{\"id\": \"evt_1\"}", Some("whsec_abc123xyz"));
    let diagnosis: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((ended.code, &diagnosis["verifies"]), (1, &false.into()));
    assert!(diagnosis["finding"].as_str().unwrap().contains("written again"), "{diagnosis}");
}

#[test]
fn a_fault_names_its_flag() {
    for (flags, flag) in [
        (&["--dialect", "besitos"][..], "--url"),
        (&["--dialect", "affonso", "--header", AFFONSO], "--body"),
        (&["--dialect", "besitos", "--url", BESITOS, "--header", "nonsense"], "--header"),
        (&["--dialect", "besitos", "--url", BESITOS, "--signed-origin", "nowhere"], "--signed-origin"),
    ] {
        let refused = ringback(&[&["verify"], flags].concat(), "", Some("hunter2")).refused();
        assert!(refused.contains(flag), "{flags:?}: {refused}");
    }
}
