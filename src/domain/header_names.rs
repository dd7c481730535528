//! The names of headers: which are names at all, and which belong to the protocol, to proxies or to Ringback itself.

/// What belongs to HTTP/1.1 itself or to the client that speaks it.
const PROTOCOL: [&str; 15] = [
    "host",
    "content-length",
    "connection",
    "transfer-encoding",
    "user-agent",
    "te",
    "trailer",
    "upgrade",
    "keep-alive",
    "proxy-connection",
    "proxy-authorization",
    "expect",
    "cookie",
    "referer",
    // An encoded answer could not be searched for the word that acknowledges.
    "accept-encoding",
];
/// Ours, whatever stands behind it.
const OURS: &str = "x-ringback-";
/// What speaks of the body, or is rewritten on the way by whatever stands before a receiver.
const REWRITTEN: [&str; 4] = ["content-", "proxy-", "forwarded", "x-forwarded-"];
/// Longest name that a signature may travel under.
const LONGEST_CARRIER: usize = 64;

/// Whether it may stand in a header's name.
pub fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Whether the protocol or the client owns a header of this name, in lower case.
pub fn is_protocols(lower: &str) -> bool {
    PROTOCOL.contains(&lower)
}

/// Whether Ringback itself owns a header of this name, in lower case.
pub fn is_ours(lower: &str) -> bool {
    lower.starts_with(OURS)
}

/// Why a signature may not travel in a header of this name.
pub fn carrier_fault(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    if lower.is_empty() || lower.len() > LONGEST_CARRIER || !lower.bytes().all(is_token) {
        return Some("names a header: it must be 1 to 64 letters, digits or `-`, as in X-Signature");
    }
    if is_protocols(&lower) || is_ours(&lower) {
        return Some("names a header that is set by Ringback itself: choose a name of your own, as in X-Signature");
    }
    let is_rewritten = REWRITTEN.iter().any(|start| lower.starts_with(start));
    is_rewritten.then_some(
        "names a header that speaks of the body or of proxies, so the signature would not arrive: choose a name of your \
            own, as in X-Signature",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_may_travel_in_any_header_that_nobody_else_writes() {
        for name in ["X-Signature", "Stripe-Signature", "signature", "X_Sig.2", "Authorization"] {
            assert_eq!(carrier_fault(name), None, "{name}");
        }
    }

    #[test]
    fn a_header_of_the_protocol_of_a_proxy_or_of_ours_carries_no_signature() {
        for name in [
            "Host",
            "content-type",
            "Content-Encoding",
            "Transfer-Encoding",
            "Connection",
            "Upgrade",
            "TE",
            "Cookie",
            "Proxy-Authenticate",
            "Forwarded",
            "X-Forwarded-For",
            "User-Agent",
            "X-Ringback-Signature",
        ] {
            assert!(carrier_fault(name).is_some_and(|fault| fault.starts_with("names a header that")), "{name}");
        }
    }

    #[test]
    fn what_is_no_name_of_a_header_is_refused() {
        let long = "x".repeat(LONGEST_CARRIER + 1);
        for name in ["", "X Signature", "X-Sign\u{e4}tur", "X-A:", "X-A\r\nX-B", &long] {
            assert!(carrier_fault(name).is_some_and(|fault| fault.starts_with("names a header: ")), "{name:?}");
        }
    }
}
