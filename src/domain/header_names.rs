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
/// What speaks of the body, of conditions, of browsers or of whoever stands between, whatever stands behind it; and what makes a
/// framework take a request for one with another method or path.
const FAMILIES: [&str; 8] =
    ["content-", "proxy-", "x-forwarded-", "if-", "sec-", "cf-", "x-http-method", "x-original-"];
/// What is written or rewritten on the way, says who the caller is, or belongs to answers.
const BETWEEN: [&str; 22] = [
    "forwarded",
    "via",
    "date",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "client-ip",
    "true-client-ip",
    "remote-addr",
    "remote-user",
    "x-host",
    "x-method-override",
    "x-rewrite-url",
    "origin",
    "range",
    "max-forwards",
    "http2-settings",
    "alt-svc",
    "proxy",
    "set-cookie",
    "location",
    "priority",
];
/// What Apache hides from PHP, so that a signature in it would be seen by nobody.
const HIDDEN: &str = "authorization";
/// Longest name that a dialect may give a header.
const LONGEST: usize = 64;

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

/// Why no dialect may send a header of this name.
pub fn dialect_fault(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if lower.is_empty() || lower.len() > LONGEST || !lower.bytes().all(is_plain) {
        return Some("is no name of a header: it must be 1 to 64 letters, digits and `-`, as in X-Signature");
    }
    if lower.contains('_') {
        return Some("has a `_`, for which nginx drops a header: write `-`");
    }
    let of_family = FAMILIES.iter().any(|family| lower.starts_with(family));
    let is_taken = is_protocols(&lower) || is_ours(&lower) || of_family || BETWEEN.contains(&lower.as_str());
    is_taken.then_some("belongs to the protocol, to proxies or to Ringback: choose another name, as in X-Signature")
}

/// Why no signature may travel in a header of this name.
pub fn carrier_fault(name: &str) -> Option<&'static str> {
    let hidden = name.eq_ignore_ascii_case(HIDDEN);
    dialect_fault(name).or_else(|| {
        hidden.then_some("is hidden from PHP by Apache: a signature needs a header of its own, as in X-Signature")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_may_travel_in_any_header_that_nobody_else_writes() {
        for name in ["X-Signature", "Stripe-Signature", "signature", "X-Sig-2"] {
            assert_eq!(carrier_fault(name), None, "{name}");
        }
    }

    #[test]
    fn a_header_of_the_protocol_of_a_proxy_or_of_ours_is_sent_by_no_dialect() {
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
            "Via",
            "X-Forwarded-For",
            "User-Agent",
            "X-HTTP-Method-Override",
            "X-Original-URL",
            "X-Real-IP",
            "CF-Connecting-IP",
            "If-None-Match",
            "Sec-WebSocket-Key",
            "Set-Cookie",
            "X-Ringback-Signature",
        ] {
            assert!(dialect_fault(name).is_some_and(|fault| fault.starts_with("belongs to")), "{name}");
        }
    }

    #[test]
    fn what_is_no_name_of_a_header_is_refused() {
        let long = "x".repeat(LONGEST + 1);
        for name in ["", "X Signature", "X-Sign\u{e4}tur", "X-A:", "X-A\r\nX-B", &long] {
            assert!(dialect_fault(name).is_some_and(|fault| fault.starts_with("is no name")), "{name:?}");
        }
    }

    #[test]
    fn a_header_that_a_server_on_the_way_drops_or_hides_carries_no_signature() {
        assert!(dialect_fault("X_Signature").is_some_and(|fault| fault.contains("nginx")));
        assert_eq!(dialect_fault("Authorization"), None);
        assert!(carrier_fault("authorization").is_some_and(|fault| fault.contains("Apache")));
    }
}
