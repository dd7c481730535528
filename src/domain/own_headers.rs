//! The headers that a publisher may add to its callbacks: none that the protocol, the dialect or Ringback itself owns.
//!
//! They carry credentials, so after saving only their names are shown.

use std::collections::BTreeMap;

use super::dialect::recipe::Recipe;
use super::header_names::{is_ours, is_protocols, is_token};
use super::headers::Headers;
use super::invalid::Invalid;

/// Most headers of one endpoint.
pub const MOST: usize = 20;
/// Longest name.
pub const LONGEST_NAME: usize = 128;
/// Longest value: common servers take 8 KiB for all headers together.
pub const LONGEST_VALUE: usize = 4_096;

/// Checks a set of headers for a dialect at an endpoint with these settings; faults are reported under `headers.…`.
pub fn check(Headers(headers): &Headers, recipe: &Recipe, settings: &BTreeMap<String, String>) -> Result<(), Invalid> {
    let mut invalid = Invalid::none();
    if headers.len() > MOST {
        // Each is compared with all before it, so too many are not looked at one by one.
        return Err(Invalid::field("headers", format!("must be at most {MOST}")));
    }
    let owned = recipe.owned_headers(settings);
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in headers {
        let lower = name.to_ascii_lowercase();
        if let Some(fault) = fault(&lower, value, recipe, &owned) {
            invalid.push(format!("headers.{name}"), fault);
        } else if seen.contains(&lower) {
            invalid.push(format!("headers.{name}"), "stands twice (the case of letters makes no difference)");
        }
        seen.push(lower);
    }
    invalid.into_result()
}

fn fault(lower: &str, value: &str, recipe: &Recipe, owned: &[&str]) -> Option<String> {
    if lower.is_empty() || lower.len() > LONGEST_NAME || !lower.bytes().all(is_token) {
        return Some(format!("is not a header name of 1 to {LONGEST_NAME} letters, digits or `-`"));
    }
    // Only a body has a type, and the dialect says which.
    let of_body = recipe.method() != "GET" && lower == "content-type";
    if is_protocols(lower) || of_body || is_ours(lower) {
        return Some("is set by Ringback itself".to_owned());
    }
    if owned.iter().any(|owned| owned.eq_ignore_ascii_case(lower)) {
        return Some(format!("belongs to the dialect {}", recipe.name()));
    }
    let visible = |byte: u8| (0x20..0x7f).contains(&byte) || byte == b'\t';
    if value.len() > LONGEST_VALUE || !value.bytes().all(visible) || value.trim() != value {
        return Some(format!(
            "must have a value of at most {LONGEST_VALUE} printable ASCII characters, no blanks around"
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::catalog::Catalog;

    fn allows(dialect: &str, name: &str, value: &str) -> bool {
        let catalog = Catalog::builtin();
        let headers = Headers(vec![(name.to_owned(), value.to_owned())]);
        check(&headers, catalog.get(dialect).unwrap(), &BTreeMap::new()).is_ok()
    }

    #[test]
    fn a_publisher_may_add_credentials_and_labels() {
        assert!(allows("affonso", "Authorization", "Bearer abc"));
        assert!(allows("offermaru", "X-Env", "staging"));
        assert!(allows("offermaru", "Content-Type", "text/plain"));
        // Credentials of an access proxy are a publisher's to give, though no dialect may write a header of that family.
        assert!(allows("affonso", "CF-Access-Client-Id", "0a1b.access"));
        assert!(allows("affonso", "CF-Access-Client-Secret", "c2VjcmV0"));
    }

    #[test]
    fn what_the_protocol_the_dialect_or_ringback_owns_is_refused() {
        for name in ["Host", "content-length", "Connection", "TRANSFER-ENCODING", "User-Agent", "X-Ringback-Test"] {
            assert!(!allows("offermaru", name, "x"), "{name}");
        }
        assert!(!allows("affonso", "Content-Type", "text/plain"));
        assert!(!allows("affonso", "x-affonso-signature", "x"));
        assert!(!allows("offermaru", "X-Offermaru-App-Id", "x"));
    }

    #[test]
    fn the_header_that_an_endpoint_chose_for_its_signature_belongs_to_the_dialect() {
        let catalog = Catalog::builtin();
        let is_free = |name: &str, chosen: &str| {
            let settings = BTreeMap::from([("header_name".to_owned(), chosen.to_owned())]);
            let headers = Headers(vec![(name.to_owned(), "x".to_owned())]);
            check(&headers, catalog.get("stripe-style").unwrap(), &settings).is_ok()
        };
        assert!(!is_free("stripe-signature", "Stripe-Signature"));
        assert!(is_free("X-Signature", "Stripe-Signature") && !is_free("X-Signature", "X-SIGNATURE"));
    }

    #[test]
    fn a_value_can_not_smuggle_another_header() {
        assert!(!allows("offermaru", "X-A", "x\r\nX-B: y"));
        assert!(!allows("offermaru", "X A", "x"));
        assert!(!allows("offermaru", "", "x"));
    }
}
