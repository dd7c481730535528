//! Nothing is signed: the expanded URL is all there is.

use super::*;

/// Sends it, and nothing besides.
#[track_caller]
fn is_plain(told: &Told, url: &str) {
    let request = told.is_sent_as(url);
    assert_eq!((request.signed_text, request.signature, request.headers.len()), (None, None, 0));
}

#[test]
fn adgate() {
    let url = "https://pub.example/ag?tx={conversion_id}&u={s1}&p={points}&usd={payout}&o={vc_title}&s={state}";
    let sent = "https://pub.example/ag?tx=tx-1001&u=u-42&p=150.75&usd=1.25&o=Gems%20%26%20Gold%20%28iOS%29&s=approved";
    is_plain(&told("adgate", url), sent);
    is_plain(&told("adgate", url).reversed(), &sent.replace("approved", "rejected"));
    let unmarked = told("adgate", "https://pub.example/ag?tx={conversion_id}&p={points}").reversed();
    assert_eq!(unmarked.compose(), Err(ComposeError::ReversalUnmarked));
}

#[test]
fn mychips() {
    let url = "https://pub.example/mc?u={user_id}&usd={payout}&own={user_payout}&coins={user_payout_in_vc}&why={rejected_reason_id}";
    let mut told = told("mychips", url);
    told.completion.reward_minor = Some(63);
    is_plain(&told, "https://pub.example/mc?u=u-42&usd=1.25&own=0.63&coins=150.75&why=");
    let mut reversed = told.reversed();
    if let CallbackEvent::Reversed(TakenBack { reason, .. }) = &mut reversed.event {
        *reason = Some("fraud".to_owned());
    }
    is_plain(&reversed, "https://pub.example/mc?u=u-42&usd=0&own=0&coins=0&why=fraud");
}

#[test]
fn monlix() {
    let url = "https://pub.example/mx?u={{userId}}&t={{transactionId}}&k={{secretKey}}";
    let request = told("monlix", url).is_sent_as("https://pub.example/mx?u=u-42&t=tx-1001&k=sekret");
    assert_eq!(request.shown_url(), "https://pub.example/mx?u=u-42&t=tx-1001&k=…");
    assert!(!format!("{request:?}").contains(SECRET) && request.without_secrets("k=sekret".into()) == "k=…");
    let marked = told("monlix", &format!("{url}&s={{{{status}}}}")).reversed();
    marked.is_sent_as("https://pub.example/mx?u=u-42&t=tx-1001&k=sekret&s=2");
    let recipe = read(&other("monlix"));
    for (refused, words) in [
        ("https://pub.example/{{secretKey}}?u={{userId}}", "in its path, where the secret would be logged"),
        ("https://pub.example/mx?u={{userId}}", "lacks {{secretKey}}"),
        ("http://pub.example/mx?k={{secretKey}}", "must be https://"),
    ] {
        let policy = TargetPolicy::new(Vec::new(), true);
        let fault = CallbackUrl::new(refused).check(&recipe, UrlUse::Callback, &policy).unwrap_err().to_string();
        assert!(fault.contains(words), "{fault}");
    }
}

#[test]
fn revu() {
    let url = "https://pub.example/rv?u=$uid$&c=$currency$&o=$campaign$";
    is_plain(&told("revu", url), "https://pub.example/rv?u=u-42&c=150.75&o=of7");
    let url = format!("{url}&usd=$rate$&t=$currencytype$&tx=$transaction_id$&cost=$5");
    let sent = "https://pub.example/rv?u=u-42&c=-150.75&o=of7&usd=-1.25&t=3&tx=r-tx-1001&cost=$5";
    is_plain(&told("revu", &url).reversed(), sent);
}

#[test]
fn plain() {
    let url = "https://pub.example/in?u={userId}&tx={transactionId}&r={userReward}&at={occurredAt}&d={extra.device_id}";
    let sent = "https://pub.example/in?u=u-42&tx=tx-1001&r=150.75&at=2024-07-01T18%3A40%3A00.000Z&d=dev-9";
    is_plain(&told("plain", url), sent);
    let back = "https://pub.example/back?tx={transactionId}&of={originalTransactionId}&c={payoutMinor}";
    let sent = "https://pub.example/back?tx=r-tx-1001&of=tx-1001&c=125";
    is_plain(&told("plain", url).reversed_to(back), sent);
}

#[test]
fn plain_json() {
    let body = r#"{"transactionId":"tx-1001","userId":"u-42","appId":"app_1","offerId":"of7","offerName":"Gems & Gold (iOS)","goalId":"g3","userReward":"150.75","payoutMinor":125,"currency":"USD","status":"completed","occurredAt":"2024-07-01T18:40:00.000Z","extra":{"ip":"203.0.113.9","device_id":"dev-9"}}"#;
    let url = "https://pub.example/in";
    let request = told("plain-json", url).is_sent_as(url);
    assert_eq!((request.method, request.body.as_deref(), request.signature), ("POST", Some(body), None));
    let reversed = told("plain-json", url).reversed().request().body.unwrap();
    assert_eq!(reversed, body.replace("completed", "reversed"));
}
