//! The signature stands where the publisher's template, or the dialect's own list, has a place for it.

use super::*;

#[test]
fn torox() {
    let url = "https://pub.example/tx?id={id}&oid={oid}&user={user_id}&amount={amount}&usd={payout}&sig={sig}";
    let (text, signature) = ("of7-u-42-{secret}", "22ee2a6c4f35ecd47762b0ec2206f13b");
    let sent = "https://pub.example/tx?id=tx-1001&oid=of7&user=u-42&amount=150.75&usd=1.25&sig=…";
    told("torox", url).is_signed_as(sent, text, signature);
    // Without placeholders all that is known goes out under the vendor's names.
    let list = "https://pub.example/tx?id=tx-1001&oid=of7&user_id=u-42&amount=150.75&payout=1.25&o_name=Gems%20%26%20Gold%20%28iOS%29&sig=…";
    let request = told("torox", "https://pub.example/tx").is_signed_as(list, text, signature);
    assert_eq!(request.shown_url(), list);
    let sent = "https://pub.example/tx?id=r-tx-1001&oid=of7&user=u-42&amount=-150.75&usd=-1.25&sig=…";
    told("torox", url).reversed().is_signed_as(sent, text, signature);
}

#[test]
fn timewall() {
    let url = "https://pub.example/tw?u={userID}&tx={transactionID}&usd={revenue}&coins={currencyAmount}&t={type}&h={hash}&why={reason}";
    let sent = "https://pub.example/tw?u=u-42&tx=tx-1001&usd=1.25&coins=150.75&t=credit&h=…&why=";
    let signature = "8d176516e16e668af48bb78741724826439c645e13e12bdba11cdca97ed15ca9";
    told("timewall", url).is_signed_as(sent, "u-421.25{secret}", signature);
    let mut reversed = told("timewall", url).reversed();
    if let CallbackEvent::Reversed(TakenBack { reason, .. }) = &mut reversed.event {
        *reason = Some("fraud".to_owned());
    }
    let sent = "https://pub.example/tw?u=u-42&tx=tx-1001&usd=-1.25&coins=-150.75&t=chargeback&h=…&why=fraud";
    let signature = "85a9ad24bef24e69396046a4b2d1ee9c01210a74896174c98dea023ee662161e";
    reversed.is_signed_as(sent, "u-42-1.25{secret}", signature);
}

#[test]
fn pubscale() {
    let url = "https://pub.example/ps?u={user_id}&v={value}&t={token}&s={signature}";
    let (text, signature) = ("{secret}.u-42.150.tx-1001", "1bfd8c128e942f2e1aca3ac1f017acf3");
    let sent = "https://pub.example/ps?u=u-42&v=150.75&t=tx-1001&s=…";
    told("pubscale", url).is_signed_as(sent, text, signature);
    let sent = "https://pub.example/back?u=u-42&v=150.75&t=tx-1001&s=…";
    told("pubscale", url).reversed_to(&url.replace("/ps", "/back")).is_signed_as(sent, text, signature);
    // The example of the vendor's page.
    let mut page = told("pubscale", url).reward("100.1234").keys(&["fa072672-d432-11c4-885a-EB1CdEc4Bb13"]);
    page.completion.user_id = "30356439-8d15-4f47-B133-010a37C19eBD".to_owned();
    page.completion.transaction_id = "525a5B8e-512b-441A-a10B-72d218c370e5".to_owned();
    let sent = "https://pub.example/ps?u=30356439-8d15-4f47-B133-010a37C19eBD&v=100.1234&t=525a5B8e-512b-441A-a10B-72d218c370e5&s=…";
    let text = "{secret}.30356439-8d15-4f47-B133-010a37C19eBD.100.525a5B8e-512b-441A-a10B-72d218c370e5";
    page.is_signed_as(sent, text, "918809ac0e5fcc1960c8875d9e9c8e80");
}

#[test]
fn adjoe() {
    let url = "https://pub.example/aj?tx={trans_uuid}&u={user_uuid}&c={coin_amount}&d={device_id}&sid={sid}";
    let sent = "https://pub.example/aj?tx=tx-1001&u=u-42&c=150&d=dev-9&sid=…";
    let told = told("adjoe", url).reward("150").setting("currency", "Coins").setting("sdk_app_id", "app.demo");
    let text = "tx-1001u-42Coins150dev-9app.demo{secret}";
    told.is_signed_as(sent, text, "621c849a50563d3eef1ad04f2bda5cf876ee6a7a");
}

#[test]
fn playtimeads() {
    let url = "https://pub.example/pt?u={user_id}&o={offer_id}&a={amount}&tx={transaction_id}&at={conversionDatetime}&s={signature}";
    let sent = "https://pub.example/pt?u=u-42&o=of7&a=150.75&tx=tx-1001&at=2024_07_01%2018%3A40%3A00&s=…";
    let told = told("playtimeads", url).setting("app_key", "app_1");
    told.is_signed_as(sent, "u-42of7150.75app_1{secret}", "83637d9515e8afd65eca5eac12f8bcebf0edd74a");
}
