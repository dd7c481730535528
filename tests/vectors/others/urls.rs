//! The signature stands last in the URL.

use super::*;

#[test]
fn theoremreach() {
    let url = "https://pub.example/tr?user_id={user_id}&reward={reward}&currency={currency}&tx_id={tx_id}";
    let text = "https://pub.example/tr?user_id=u-42&reward=150.75&currency=1.25&tx_id=tx-1001";
    let signature = "dtMLIpQzscJa8VFKa1vwDo-amjs";
    told("theoremreach", url).is_signed_as(&format!("{text}&hash=…"), text, signature);
    let text = format!("{text}&reversal=true");
    let told_by = told("theoremreach", &format!("{url}&reversal={{reversal}}")).reversed();
    told_by.is_signed_as(&format!("{text}&hash=…"), &text, "pkBIhYEp2dNYpK9e94gxSNjhBmU");
    // Without its mark a reversal would be another reward.
    assert_eq!(told("theoremreach", url).reversed().compose(), Err(ComposeError::ReversalUnmarked));
    // The hash stands nowhere but last.
    let elsewhere = CallbackUrl::new(&format!("{url}&hash={{hash}}"));
    let recipe = read(&other("theoremreach"));
    assert!(elsewhere.check(&recipe, UrlUse::Callback, &TargetPolicy::default()).is_err());
    let test = told("theoremreach", &format!("{url}&debug={{debug}}")).test().request();
    assert!(test.signed_text.unwrap().ends_with("&debug=true"));
}

#[test]
fn rewardinghub() {
    let url = "https://pub.example/rh?user_id={user_id}&amount={amount}&currency={currency}&offer_id={offer_id}&txn_id={transaction_id}";
    let text = "user_id=u-42&amount=150.75&currency=Coins&offer_id=of7&txn_id=tx-1001";
    let signature = "1fcb3e0a064149c14f41deea8e93f14a7d6d49df6ce223c6dde2bcdf20457f0a";
    let told = told("rewardinghub", url).setting("currency", "Coins");
    told.is_signed_as(&format!("https://pub.example/rh?{text}&sig=…"), text, signature);
    let finals = told.recipe.final_statuses();
    assert!(finals.contains(403) && !finals.contains(429) && !finals.contains(503));
    assert_eq!(told.reversed().compose(), Err(ComposeError::ReversalNotTold));
}

#[test]
fn levelplay() {
    let url = "https://pub.example/lp?user=[USER_ID]&rewards=[REWARDS]&event=[EVENT_ID]";
    let sent = "https://pub.example/lp?user=u-42&rewards=150&event=tx-1001";
    let (text, signature) = ("202407011840tx-1001u-42150{secret}", "b2c31a49a3ba5b9f80f02ce181dd1cd6");
    let completed = told("levelplay", url).reward("150");
    let request = completed.is_signed_as(&format!("{sent}&timestamp=202407011840&signature=…"), text, signature);
    let success = completed.recipe.success();
    assert_eq!(request.token.as_deref(), Some("tx-1001:OK"));
    assert!(success.accepts_body(b"<p>tx-1001:OK</p>", true, request.token.as_deref()));
    assert!(!success.accepts_body(b"tx-1002:OK", true, request.token.as_deref()));
    // Without a private key neither stands there.
    assert_eq!(told("levelplay", url).reward("150").keys(&[]).request().url, sent);
    // What marks a reversal is not covered: the signature is the completion's.
    let marked = format!("{sent}&negativeCallback=true&timestamp=202407011840&signature=…");
    completed.reversed().is_signed_as(&marked, text, signature);
    assert!(matches!(told("levelplay", url).compose(), Err(ComposeError::Invalid(_))), "a fraction is refused");
}

#[test]
fn paymentwall() {
    let completed = || told("paymentwall", "https://pub.example/pw").reward("150");
    let text = "uid=u-42currency=150type=0ref=tx-1001{secret}";
    let url = "https://pub.example/pw?uid=u-42&currency=150&type=0&ref=tx-1001&sig=…";
    completed().is_signed_as(url, text, "4292e267340bcc07b9eb71c7152672fa");
    let text = "uid=u-42currency=-150type=2ref=tx-1001{secret}";
    let url = "https://pub.example/pw?uid=u-42&currency=-150&type=2&ref=tx-1001&sig=…";
    completed().reversed().is_signed_as(url, text, "354ffadd9f31c54d10e6c48efda373a8");
}

#[test]
fn digital_turbine() {
    let told = told("digital-turbine", "https://pub.example/dt").reward("150").pair("pub0", "abc");
    let url = "https://pub.example/dt?uid=u-42&amount=150&currency_name=Coins&_trans_id_=tx-1001&pub0=abc";
    let told = told.setting("currency_name", "Coins");
    let (text, signature) = ("{secret}u-42150tx-1001abc", "a8b8867dfe246bd2f034550f20efeab854b1af8d");
    told.is_signed_as(&format!("{url}&sid=…"), text, signature);
    assert_eq!(told.keys(&[]).request().url, url);
}

#[test]
fn superrewards() {
    let url = "https://pub.example/sr?id=tx-1001&uid=u-42&oid=of7&new=150&total=150&sig=…";
    let told = told("superrewards", "https://pub.example/sr").reward("150");
    told.is_signed_as(url, "tx-1001:150:u-42:{secret}", "6962a204afe71930a3fe7ad748c43aa6");
}

#[test]
fn growdeck() {
    let url = "https://pub.example/gd?user_id=u-42&reward=150.75&transaction_id=tx-1001&signature=…";
    let signature = "5a6d8565c5ffdd226d69f862570d12cab63e1700640f9f7810ec5775c6680152";
    let told = told("growdeck", "https://pub.example/gd");
    told.is_signed_as(url, "{secret}.u-42.150.tx-1001", signature);
}
