//! Headers of a recipe's own: none that the protocol, whatever stands between, or Ringback itself owns, and none that a server
//! on the way drops.

use std::collections::HashSet;

use super::super::Recipe;
use super::super::finding::Findings;
use crate::domain::dialect::signature::Signature;

/// What belongs to HTTP itself, to the client that speaks it, or to proxies; in lower case.
const PROTOCOL: [&str; 15] = [
    "host",
    "connection",
    "transfer-encoding",
    "user-agent",
    "te",
    "trailer",
    "upgrade",
    "keep-alive",
    "expect",
    "cookie",
    "referer",
    "accept-encoding",
    "forwarded",
    "via",
    "date",
];
/// The same, whatever stands behind it.
const FAMILIES: [&str; 4] = ["content-", "proxy-", "x-forwarded-", "x-ringback-"];
/// What Apache hides from PHP, so that a signature in it would be seen by nobody.
const HIDDEN: &str = "authorization";

impl Recipe {
    pub(super) fn check_headers(&self, findings: &mut Findings) {
        let mut seen = HashSet::new();
        for (place, name) in self.placed_headers() {
            let lower = name.to_ascii_lowercase();
            let is_token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            if name.is_empty() || !name.bytes().all(is_token) {
                findings.push(place, format!("{name:?} is no name of a header"));
            } else if name.contains('_') {
                findings.push(place, format!("{name} has a `_`, for which nginx drops a header; write `-`"));
            } else if PROTOCOL.contains(&lower.as_str()) || FAMILIES.iter().any(|family| lower.starts_with(family)) {
                findings.push(place, format!("{name} belongs to the protocol, to proxies or to Ringback"));
            } else if !seen.insert(lower) {
                findings.push(place, format!("the header {name} stands twice"));
            }
        }
        self.check_header_words(findings);
        let Some(carrier) = self.signature.as_ref().and_then(Signature::carrier) else { return };
        if carrier.name.eq_ignore_ascii_case(HIDDEN) {
            findings.push(
                "signature.travels.header.name",
                "Apache hides Authorization from PHP: a signature needs a header of its own",
            );
        }
        let words = [Some(carrier.wrapping()), carrier.each.as_deref(), Some(carrier.join())];
        if !words.into_iter().flatten().all(is_printable) {
            findings.push("signature.travels.header", "must be written in printable ASCII");
        }
    }

    /// Fixed words of headers; what comes from elsewhere is looked at where it is composed.
    fn check_header_words(&self, findings: &mut Findings) {
        for (place, rule) in self.placed_rules().into_iter().filter(|(place, _)| place.contains("headers[")) {
            if !rule.words.all().into_iter().chain(rule.absent.as_deref()).all(is_printable) {
                findings.push(place, "goes out in a header: its words must be printable ASCII");
            }
        }
    }
}

fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}
