//! Callbacks that were distorted as they really are: in several ways at once, at several places, in dialects of every kind. Each
//! case says what must be named; none of them is known to the engine as a case.

use super::stage::*;
use super::*;

/// What happened, by the codes that must be named, and words of the finding.
pub(super) type Happened = (&'static str, &'static str, &'static [Code], &'static [&'static str], fn(&mut Received));

const OF_OFFERS: &[Happened] = &[
    ("besitos", BARE, &[Code::NumberReformatted], &["payout was signed as 12.50", "reward was signed as 5.00"], |it| {
        swap(it, "=12.50", "=12.5");
        swap(it, "reward=5.00", "reward=5");
    }),
    ("besitos", BARE, &[Code::NumberReformatted], &["17.50", "12.50", "5.00"], |it| {
        swap(it, "=12.50", "=12.5");
        swap(it, "=17.50", "=17.5");
        swap(it, "reward=5.00", "reward=5.0");
    }),
    ("besitos", BARE, &[Code::ValueSplit, Code::EncodedDifferently], &["separates parameters"], |it| {
        swap(it, "offer_name=Gems%20%26%20Gold", "offer_name=Gems & Gold");
    }),
    ("besitos", BARE, &[Code::ValueSplit, Code::EncodedDifferently], &[], |it| {
        swap(it, "offer_name=Gems%20%26%20Gold", "offer_name=Gems+&+Gold");
    }),
    ("besitos", BARE, &[Code::HtmlEscaped, Code::EncodedDifferently], &["&amp;", "%20"], |it| {
        swap(it, "%20", "+");
        swap(it, "&", "&amp;");
    }),
    ("besitos", BARE, &[Code::HtmlEscaped, Code::NumberReformatted], &[], |it| {
        swap(it, "=12.50", "=12.5");
        swap(it, "&", "&amp;");
    }),
    ("besitos", BARE, &[Code::HtmlEscaped, Code::OriginChanged], &[], |it| {
        swap(it, "&", "&amp;");
        swap(it, "https://pub.example", "http://10.0.0.3:3000");
    }),
    ("besitos", BARE, &[Code::HtmlEscaped], &["&note"], |it| swap(it, "&note=", "¬e=")),
    ("besitos", BARE, &[Code::EncodedTwice, Code::OriginChanged], &[], |it| {
        swap(it, "%", "%25");
        swap(it, "https://", "http://");
    }),
    ("besitos", BARE, &[Code::NumberReformatted, Code::OriginChanged], &[], |it| {
        swap(it, "=12.50", "=12.5");
        swap(it, "=17.50", "=17.5");
        swap(it, "https://pub.example", "http://pub.example:8080");
    }),
    ("besitos", BARE, &[Code::EncodedDifferently, Code::PathPrefix, Code::OriginChanged], &["/app was added"], |it| {
        swap(it, "%20", "+");
        swap(it, "https://pub.example/pb", "http://pub.internal/app/pb");
    }),
    ("besitos", BARE, &[Code::Reordered], &[], |it| turned(it, |pairs| pairs.sort_unstable())),
    ("besitos", BARE, &[Code::Reordered, Code::EncodedDifferently], &[], |it| {
        turned(it, |pairs| pairs.reverse());
        swap(it, "%20", "+");
    }),
    ("besitos", BARE, &[Code::ParameterAdded], &["lang", "ref"], |it| {
        swap(it, "?", "?lang=en&");
        swap(it, "&payout", "&ref=mail&payout");
    }),
    ("besitos", BARE, &[Code::ParameterAdded, Code::EncodedDifferently], &["fbclid"], |it| {
        swap(it, "%20", "+");
        it.url.push_str("&fbclid=x1");
    }),
    ("besitos", BARE, &[Code::ParameterRenamed], &["userId"], |it| swap(it, "user_id=", "userId=")),
    ("besitos", BARE, &[Code::ParameterRenamed], &["no parameter verifier", "sig"], |it| swap(it, "verifier=", "sig=")),
    ("besitos", BARE, &[Code::SignatureCase, Code::OriginChanged], &["upper-case"], |it| {
        let at = it.url.find("verifier=").unwrap() + 9;
        it.url = format!("{}{}", &it.url[..at], it.url[at..].to_uppercase()).replace("https://", "http://");
    }),
    ("besitos", BARE, &[Code::SignatureChanged], &["no part of it"], |it| it.url.push_str("\" 401 12")),
    ("besitos", BARE, &[Code::SignatureCut], &["54 characters, and 64"], |it| it.url.truncate(it.url.len() - 10)),
    ("besitos", OWN, &[Code::EncodedDifferently], &[], |it| swap(it, "v=a%2Fb", "v=a/b")),
    ("besitos", OWN, &[Code::PathPrefix], &["/app was cut off"], |it| swap(it, "/app/cb", "/cb")),
    ("besitos", OWN, &[Code::PathChanged], &["another path altogether"], |it| swap(it, "/app/cb", "/hooks")),
    ("besitos", OWN, &[Code::PathChanged, Code::OriginChanged], &[], |it| {
        swap(it, "https://pub.example/app/cb", "http://127.0.0.1:9000/index.php");
    }),
    ("besitos", OWN, &[Code::PlusDecoded, Code::EncodedDifferently], &[], |it| {
        swap(it, "%2B", "+");
        swap(it, "%27", "'");
    }),
    ("besitos", OWN, &[Code::ValueSplit, Code::EncodedDifferently], &["The query was decoded on the way"], decoded),
    ("besitos", IN_PATH, &[Code::PathPrefix], &["/api was cut off"], |it| swap(it, "/api/u/", "/u/")),
    ("besitos", IN_PATH, &[Code::PathPrefix], &["/v2 was added"], |it| swap(it, "/api/u/", "/v2/api/u/")),
    ("besitos", IN_PATH, &[Code::PathDecoded], &["u%2042"], |it| swap(it, "u%2042", "u 42")),
    ("notik", BARE, &[Code::EmptyDropped], &["s1"], |it| swap(it, "&s1=", "")),
    ("notik", BARE, &[Code::EmptyDropped], &["rewarded_txn_id"], |it| {
        swap(it, "&s1=", "");
        swap(it, "&rewarded_txn_id=", "");
    }),
    ("besitos", BARE, &[Code::HtmlEscaped], &["a filter did"], |it| swap(it, "it%27s", "it%26%2339%3Bs")),
    ("besitos", BARE, &[Code::HtmlEscaped, Code::OriginChanged], &["a filter did"], |it| {
        swap(it, "it%27s", "it%26%23039%3Bs");
        swap(it, "https:", "http:");
    }),
    ("besitos", BARE, &[Code::ValueChanged], &["Backslashes"], |it| swap(it, "it%27s", "it%5C%27s")),
    ("besitos", BARE, &[Code::EncodedDifferently], &["Latin-1"], |it| swap(it, "%C3%A9", "%C3%83%C2%A9")),
    ("besitos", BARE, &[Code::EncodedDifferently], &["Latin-1"], |it| swap(it, "%C3%A9", "%E9")),
    ("besitos", BARE, &[Code::PathSlash], &["a slash was added"], |it| swap(it, "/pb?", "//pb?")),
    ("notik", BARE, &[Code::ParameterAdded], &["utm_source", "utm_medium"], |it| {
        swap(it, "?", "?utm_source=a&utm_medium=b&");
    }),
    ("notik", BARE, &[Code::ParameterRenamed], &["userid"], |it| swap(it, "user_id=", "userid=")),
    ("notik", BARE, &[Code::PlusDecoded, Code::OriginChanged], &[], |it| {
        swap(it, "%2B", "+");
        swap(it, "https:", "http:");
    }),
    ("bitlabs", BITLABS, &[Code::Reordered], &[], |it| turned(it, |pairs| pairs.rotate_left(2))),
    ("bitlabs", BITLABS, &[Code::Reordered], &["does not stand last"], |it| {
        let (before, hash) = it.url.rsplit_once('&').unwrap();
        let (before, last) = before.rsplit_once('&').unwrap();
        it.url = format!("{before}&{hash}&{last}");
    }),
    ("bitlabs", BITLABS, &[Code::SignatureEncoding], &["base64"], |it| {
        use base64::Engine;
        let (before, hash) = it.url.split_once("hash=").unwrap();
        let bytes: Vec<u8> = (0..20).map(|at| u8::from_str_radix(&hash[2 * at..2 * at + 2], 16).unwrap()).collect();
        it.url = format!(
            "{before}hash={}",
            crate::domain::encoding::encode(&base64::engine::general_purpose::STANDARD.encode(bytes))
        );
    }),
    ("cpx", CPX, &[Code::ParameterRenamed], &["transId"], |it| swap(it, "trans_id", "transId")),
    ("cpx", CPX, &[Code::ParameterRenamed], &["no parameter hash"], |it| swap(it, "hash=", "secure=")),
    ("cpx", CPX, &[Code::SignatureCase], &["lower case"], |it| {
        let (before, hash) = it.url.split_once("hash=").unwrap();
        it.url = format!("{before}hash={}", hash.to_uppercase());
    }),
    ("cpx", CPX, &[Code::HtmlEscaped], &["&amp;"], |it| swap(it, "&", "&amp;")),
    ("notik", BARE, &[Code::EncodedDifferently], &["+ for a space"], |it| swap(it, "+", "%20")),
    ("bitlabs", BITLABS, &[Code::NumberReformatted], &["usd was signed as"], |it| swap(it, "usd=12.50", "usd=12.5")),
    ("bitlabs", BITLABS, &[Code::NumberReformatted, Code::OriginChanged], &[], |it| {
        swap(it, "usd=12.50", "usd=12.5");
        swap(it, "https:", "http:");
    }),
    (
        "offermaru",
        OFFERMARU,
        &[Code::HeaderRenamed],
        &["no header X-Offermaru-Signature", "x_offermaru_signature"],
        |it| {
            header(it, "X-Offermaru-Signature", |own| own.0 = "x_offermaru_signature".to_owned());
        },
    ),
    ("offermaru", OFFERMARU, &[Code::HeaderRenamed], &["HTTP_X_OFFERMARU_SIGNATURE"], |it| {
        header(it, "X-Offermaru-Signature", |own| own.0 = "HTTP_X_OFFERMARU_SIGNATURE".to_owned());
    }),
    ("offermaru", OFFERMARU, &[Code::HeaderRenamed], &["X-Sig"], |it| {
        header(it, "X-Offermaru-Signature", |own| own.0 = "X-Sig".to_owned());
    }),
    (
        "offermaru",
        OFFERMARU,
        &[Code::HeaderRenamed, Code::NumberReformatted],
        &["X-Original-Offermaru-Signature"],
        |it| {
            header(it, "X-Offermaru-Signature", |own| own.0 = "X-Original-Offermaru-Signature".to_owned());
            swap(it, "user_reward=17.50", "user_reward=17.5");
        },
    ),
    ("offermaru", OFFERMARU, &[Code::NumberReformatted], &["1719859200000"], |it| {
        swap(it, "timestamp=1719859200000", "timestamp=1.7198592e%2B12");
        swap(it, "user_reward=17.50", "user_reward=17.5");
    }),
    ("offermaru", OFFERMARU, &[Code::ParameterRenamed], &["userReward"], |it| swap(it, "user_reward", "userReward")),
    ("offermaru", OFFERMARU, &[Code::ParameterAdded], &["user_id more than once"], |it| {
        it.url.push_str("&user_id=u2");
    }),
    ("offermaru", OFFERMARU, &[Code::HtmlEscaped], &["&times"], |it| swap(it, "&timestamp=", "×tamp=")),
    ("offermaru", OFFERMARU, &[Code::SignatureChanged], &["no part of it"], |it| {
        header(it, "X-Offermaru-Signature", |own| own.1 = format!("sha256={}", own.1));
    }),
    ("ayet", AYET, &[Code::EmptyDropped], &["empty was sent empty"], |it| swap(it, "&empty=", "")),
    ("ayet", AYET, &[Code::NumberReformatted], &["currency_amount", "payout_usd"], |it| {
        swap(it, "currency_amount=17.50", "currency_amount=17.5");
        swap(it, "payout_usd=12.50", "payout_usd=12.5");
    }),
    ("ayet", AYET, &[Code::ValueSplit], &[], |it| swap(it, "%26", "&")),
    ("ayet", AYET, &[Code::HeaderRenamed, Code::ParameterAdded], &["gclid"], |it| {
        header(it, "X-Ayetstudios-Security-Hash", |own| own.0 = "X_AYETSTUDIOS_SECURITY_HASH".to_owned());
        it.url.push_str("&gclid=1");
    }),
    ("pollfish", POLLFISH, &[Code::NumberReformatted], &["cpa was signed as"], |it| swap(it, "cpa=1250", "cpa=1250.0")),
    ("affonso", BARE, &[Code::HeaderRewritten], &["rewrote"], |it| {
        header(it, "X-Affonso-Signature", |own| own.1 = own.1.replace(',', ", "));
    }),
    ("affonso", BARE, &[Code::HeaderRenamed, Code::BodyRewritten], &[], |it| {
        header(it, "X-Affonso-Signature", |own| own.0 = "Affonso-Signature".to_owned());
        it.body = it.body.as_ref().map(|body| body.replace(':', ": "));
        it.body = it.body.as_ref().map(|body| body.replace(": ", ":").replace("\":", "\": "));
    }),
    ("affonso", BARE, &[Code::BodyRewritten], &["another order"], |it| {
        let json: serde_json::Map<String, serde_json::Value> = serde_json::from_str(it.body.as_ref().unwrap()).unwrap();
        let sorted: std::collections::BTreeMap<_, _> = json.into_iter().collect();
        it.body = Some(serde_json::to_string(&sorted).unwrap());
    }),
    ("affonso", BARE, &[Code::HtmlEscaped], &["&quot;"], |it| {
        it.body = it.body.as_ref().map(|body| body.replace('&', "&amp;").replace('"', "&quot;"));
    }),
    ("attribloom", BARE, &[Code::HeaderRenamed], &["x-ea-timestamp"], |it| {
        header(it, "x-ea-timestamp", |own| own.0 = "X_Ea_Timestamp".to_owned());
    }),
    ("attribloom", BARE, &[Code::BodyRewritten], &["JSON text"], |it| {
        it.body = it.body.as_ref().map(|body| serde_json::to_string(body).unwrap());
    }),
    ("attribloom", BARE, &[Code::BodyRewritten], &["written again"], |it| {
        it.body = it.body.as_ref().map(|body| body.replace('/', "\\/").replace(',', ", "));
    }),
    ("attribloom", BARE, &[Code::BodyWhitespace], &[], |it| {
        it.body = it.body.as_ref().map(|body| format!("\u{feff}{body}\r\n"));
    }),
    ("attribloom", BARE, &[Code::BodyWhitespace, Code::TimestampUnit], &[], |it| {
        header(it, "x-ea-timestamp", |own| own.1.truncate(own.1.len() - 3));
        it.body = it.body.as_ref().map(|body| format!("{body}\n"));
    }),
    ("standard-webhooks", BARE, &[Code::SignatureEncoding], &["="], |it| {
        header(it, "Webhook-Signature", |own| own.1 = own.1.trim_end_matches('=').to_owned());
    }),
    ("standard-webhooks", BARE, &[Code::HeaderRenamed], &["svix-webhook-id"], |it| {
        header(it, "Webhook-Id", |own| own.0 = "svix-webhook-id".to_owned());
    }),
];

fn fault(event_type: &str, (dialect, url, codes, words, distort): &Happened) -> Option<String> {
    let mut told = told(dialect, url, event_type);
    assert!(diagnosed(dialect, &told, None).verifies, "{dialect}: {}", told.received.url);
    distort(&mut told.received);
    let found = diagnosed(dialect, &told, None);
    let named = if found.codes.is_empty() { vec![found.code] } else { found.codes.clone() };
    let what = format!("{dialect} {codes:?}: {named:?} {}\n{}", found.finding, told.received.url);
    let is_told = !found.verifies
        && codes.iter().all(|code| named.contains(code))
        && words.iter().all(|words| found.finding.contains(words));
    // What is explained has both texts, and where they differ.
    let has_both = found.received_text.is_some() && found.key.is_some() && !is_of_signature(&named);
    let is_shown = !has_both || found.received_text != found.signed_text && !found.differences.is_empty();
    // Whatever is known besides must not mislead.
    let with_sent = diagnosed(dialect, &told, Some(&told.sent));
    let is_told = is_told && !with_sent.verifies && with_sent.note.is_none();
    (!is_told || !is_shown).then_some(what)
}

/// Whether it is the signature or a header that differs, and no text.
fn is_of_signature(codes: &[Code]) -> bool {
    codes.iter().all(|code| {
        matches!(
            code,
            Code::SignatureCase
                | Code::SignatureChanged
                | Code::SignatureEncoding
                | Code::SignatureCut
                | Code::HeaderRenamed
                | Code::HeaderRewritten
                | Code::ParameterRenamed
                | Code::HtmlEscaped
                | Code::TimestampUnit
        )
    })
}

#[test]
fn everything_that_happened_to_a_callback_is_named() {
    let faults: Vec<String> = OF_OFFERS.iter().filter_map(|happened| fault("goal", happened)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn the_lists_of_surveys_and_deals_are_known_like_those_of_offers() {
    let cases: &[(&str, Happened)] = &[
        ("survey", ("besitos", BARE, &[Code::Reordered], &[], |it| turned(it, |pairs| pairs.sort_unstable()))),
        ("deal", ("besitos", BARE, &[Code::Reordered], &[], |it| turned(it, |pairs| pairs.reverse()))),
        (
            "survey",
            ("besitos", BARE, &[Code::ParameterDropped], &["type was sent as survey"], |it| {
                swap(it, "&type=survey", "");
            }),
        ),
        (
            "deal",
            ("besitos", BARE, &[Code::ValueSplit, Code::EncodedDifferently], &[], |it| {
                swap(it, "deal_name=Gems%20%26%20Gold", "deal_name=Gems & Gold");
            }),
        ),
        (
            "deal",
            ("besitos", "https://pub.example/pb?mine=1", &[Code::Reordered], &[], |it| {
                turned(it, |pairs| pairs.rotate_left(1));
            }),
        ),
    ];
    let faults: Vec<String> = cases.iter().filter_map(|(event_type, happened)| fault(event_type, happened)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}
