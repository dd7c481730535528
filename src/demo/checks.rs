//! How a publisher's server verifies a callback: each vendor's documented check, written out by hand.
//!
//! It must not use the sender's engine (`domain::dialect`): a mistake made there would be made here as well, and the two
//! would agree with each other instead of with the documentation.

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::Sha256;

use super::cast::{Dialect, REMOTE_SURFACE};
use super::received::Received;

/// RFC 3986 leaves letters, digits and these as they are.
const RFC_3986: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// What `offermaru` signs, sorted by name.
const OFFERMARU_SIGNED: [&str; 6] =
    ["offer_id", "publisher_payout", "timestamp", "transaction_id", "user_id", "user_reward"];
/// How far a signed time may be off: five minutes, with `affonso` and `attribloom` alike.
const TOLERANCE_MS: i64 = 300_000;

/// Verifies a callback; if it is refused, says why.
pub(super) fn verify(dialect: Dialect, secret: &str, received: &Received) -> Result<(), &'static str> {
    match dialect {
        Dialect::Besitos => besitos(secret, received),
        Dialect::Offermaru => offermaru(secret, received),
        Dialect::Affonso => affonso(secret, received),
        Dialect::Attribloom => attribloom(secret, received),
    }
}

/// The URL is built again from its decoded parameters without the verifier, and signed.
fn besitos(secret: &str, received: &Received) -> Result<(), &'static str> {
    let parameters = received.parameters();
    let (verifier, rest) = match parameters.split_last() {
        Some(((name, value), rest)) if name == "verifier" => (value, rest),
        _ => return Err("no verifier at the end"),
    };
    let encode = |text: &str| utf8_percent_encode(text, RFC_3986).to_string();
    let pairs: Vec<String> = rest.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    let url = format!("http://{}{}?{}", received.host, received.path, pairs.join("&"));
    signed_by(secret, url.as_bytes(), verifier)
}

/// Six decoded parameters, sorted; one that is missing is the text `undefined`, as in the documented sample.
fn offermaru(secret: &str, received: &Received) -> Result<(), &'static str> {
    let parameters = received.parameters();
    let value = |name: &str| {
        let found = parameters.iter().find(|(known, _)| known == name);
        found.map_or("undefined", |(_, value)| value.as_str())
    };
    let pairs = OFFERMARU_SIGNED.map(|name| format!("{name}={}", value(name)));
    if received.header("x-offermaru-timestamp") != Some(value("timestamp")) {
        return Err("header and parameter name different times");
    }
    if received.header("x-offermaru-app-id").is_none_or(str::is_empty) {
        return Err("no X-Offermaru-App-Id");
    }
    let signature = received.header("x-offermaru-signature").ok_or("no X-Offermaru-Signature")?;
    signed_by(secret, pairs.join("&").as_bytes(), signature)
}

/// `t=…,v1=…`: the signature of `t.rawBody` under the whole secret, `whsec_` and all.
fn affonso(secret: &str, received: &Received) -> Result<(), &'static str> {
    let header = received.header("x-affonso-signature").ok_or("no X-Affonso-Signature")?;
    let parts = header.strip_prefix("t=").and_then(|rest| rest.split_once(",v1="));
    let (t, signature) = parts.ok_or("X-Affonso-Signature is not t=…,v1=…")?;
    let seconds: i64 = t.parse().map_err(|_| "t is not a time")?;
    timely(seconds.saturating_mul(1000), received.at_ms)?;
    signed_by(secret, &[t.as_bytes(), b".", &received.body].concat(), signature)
}

/// The report's own signature, under the surface that this receiver gave out.
fn attribloom(secret: &str, received: &Received) -> Result<(), &'static str> {
    if received.header("x-ea-surface") != Some(REMOTE_SURFACE) {
        return Err("unknown surface");
    }
    let timestamp = received.header("x-ea-timestamp").ok_or("no x-ea-timestamp")?;
    timely(timestamp.parse().map_err(|_| "x-ea-timestamp is not a time")?, received.at_ms)?;
    let signature = received.header("x-ea-signature").ok_or("no x-ea-signature")?;
    signed_by(secret, &[timestamp.as_bytes(), b".", &received.body].concat(), signature)
}

fn timely(signed_ms: i64, now_ms: i64) -> Result<(), &'static str> {
    let off = now_ms.saturating_sub(signed_ms).saturating_abs();
    if off <= TOLERANCE_MS { Ok(()) } else { Err("signed more than 5 minutes ago") }
}

fn signed_by(secret: &str, text: &[u8], signature: &str) -> Result<(), &'static str> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(text);
    let lower = !signature.bytes().any(|byte| byte.is_ascii_uppercase());
    let claimed = hex::decode(signature).ok().filter(|_| lower).ok_or("the signature is not lower-case hex")?;
    mac.verify_slice(&claimed).map_err(|_| "the signature does not match")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A callback per dialect, by the vendors' documented vectors where there are some.
    fn genuine() -> [(Dialect, &'static str, Received); 4] {
        let text = str::to_owned;
        let headers = |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| (text(name), text(value))).collect();
        let besitos = Received {
            host: text("127.0.0.11:8081"),
            path: text("/pb"),
            query: text(
                "user_id=Ada%20%2B1&transaction_id=t-1&reward=0.00&payout=17.55&verifier=\
                 233001a999e21256d30dfe79f3e7001729cce7a3488df44d076c621035a24c1a",
            ),
            ..Received::default()
        };
        let offermaru = Received {
            query: text(
                "user_id=user_42&user_reward=100&offer_id=abc123&offer_name=A%20B&transaction_id=tx_987654\
                 &publisher_payout=250&timestamp=1719859200000",
            ),
            headers: headers(&[
                ("x-offermaru-signature", "73ec76c1990d5903744fd4eaee0bdc84c1eddf40a8429323c241fb65d8393877"),
                ("x-offermaru-timestamp", "1719859200000"),
                ("x-offermaru-app-id", "app"),
            ]),
            ..Received::default()
        };
        let affonso = Received {
            headers: headers(&[(
                "x-affonso-signature",
                "t=1704067200,v1=7dcb611cde78a062dffdc496e99c5fada0603ea09d02fb89812bbff632de77f2",
            )]),
            body: br#"{"id":"evt_1"}"#.to_vec(),
            at_ms: 1_704_067_201_000,
            ..Received::default()
        };
        let attribloom = Received {
            headers: headers(&[
                ("x-ea-surface", REMOTE_SURFACE),
                ("x-ea-timestamp", "1719859200000"),
                ("x-ea-signature", "1254fa949df5025693cccafe4938a8caeb8760034fb4f7db825f8ea845891ca2"),
            ]),
            body: br#"{"externalId":"order_12345"}"#.to_vec(),
            at_ms: 1_719_859_200_500,
            ..Received::default()
        };
        [
            (Dialect::Besitos, "sekret", besitos),
            (Dialect::Offermaru, "secret", offermaru),
            (Dialect::Affonso, "whsec_abc123xyz", affonso),
            (Dialect::Attribloom, "secret", attribloom),
        ]
    }

    #[test]
    fn a_genuine_callback_verifies() {
        for (dialect, secret, received) in genuine() {
            assert_eq!(verify(dialect, secret, &received), Ok(()), "{dialect:?}");
        }
    }

    #[test]
    fn a_tampered_callback_or_another_secret_does_not_verify() {
        for (dialect, secret, received) in genuine() {
            assert!(verify(dialect, "another secret", &received).is_err(), "{dialect:?}: secret");
            let query = received.query.replace("17.55", "99.55").replace("user_reward=100", "user_reward=100.0");
            let body = [&received.body[..], b" "].concat();
            let amended = Received { query, body, ..received.clone() };
            assert_eq!(verify(dialect, secret, &amended), Err("the signature does not match"), "{dialect:?}: amended");
            let bare = Received {
                query: received.query.replace("verifier", "signature"),
                headers: Vec::new(),
                ..received.clone()
            };
            assert!(verify(dialect, secret, &bare).is_err(), "{dialect:?}: unsigned");
            let twice = [received.headers.clone(), received.headers.clone()].concat();
            let doubled = Received { headers: twice, ..received };
            assert!(dialect == Dialect::Besitos || verify(dialect, secret, &doubled).is_err(), "{dialect:?}: doubled");
        }
    }

    #[test]
    fn a_callback_signed_long_ago_is_refused_where_the_time_is_signed() {
        for (dialect, secret, received) in genuine() {
            let late = Received { at_ms: received.at_ms + 302_000, ..received };
            let refused = verify(dialect, secret, &late).is_err();
            assert_eq!(refused, matches!(dialect, Dialect::Affonso | Dialect::Attribloom), "{dialect:?}");
        }
    }
}
