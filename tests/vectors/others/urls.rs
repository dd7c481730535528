//! The signature stands last in the URL.

use super::*;

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
