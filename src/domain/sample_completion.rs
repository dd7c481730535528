//! Invented completions, for previews and tests: what a caller gives, and harmless values for the rest.
//!
//! Its transaction id always begins with `test-`, which no report may use, so that nothing signed here is of worth.

use serde_json::value::RawValue;

use super::completion::Completion;
use super::invalid::Invalid;
use super::json::Object;
use super::report::Report;
use super::resolved::Resolved;
use super::time::Timestamp;

/// What marks the transaction ids of tests.
pub const PREFIX: &str = "test-";
/// Characters of the random part of an invented transaction id: no two tests of a day share one.
const RANDOM: usize = 12;

/// Values for fields that were not given, so that a test needs no knowledge of what a dialect requires.
const DEFAULTS: [(&str, &str); 8] = [
    ("externalId", "\"test\""),
    ("eventType", "\"sale\""),
    ("userId", "\"test-user\""),
    ("offerId", "\"test-offer\""),
    ("offerName", "\"Test offer\""),
    ("userReward", "\"100\""),
    ("payoutMinor", "100"),
    ("currency", "\"USD\""),
];

/// The completion that these fields of a conversion describe, for this app, under a new id. The end of that id makes the
/// transaction id one that was not used before, where none is given.
pub fn from_fields(given: Option<&Object>, app_id: &str, id: String, now: Timestamp) -> Result<Completion, Invalid> {
    let mut pairs = copied(given);
    let position = pairs.iter().position(|(name, _)| name == "transactionId");
    let named: Option<String> = position.and_then(|at| serde_json::from_str(pairs.remove(at).1.get()).ok());
    for (name, value) in DEFAULTS {
        if !pairs.iter().any(|(given, _)| given == name) {
            let value = RawValue::from_string(value.to_owned()).expect("the defaults above are JSON");
            pairs.push((name.to_owned(), value));
        }
    }
    let named =
        named.filter(|name| !name.is_empty()).unwrap_or_else(|| id[id.len().saturating_sub(RANDOM)..].to_owned());
    let transaction_id = if named.starts_with(PREFIX) { named } else { format!("{PREFIX}{named}") };
    if !transaction_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte)) {
        return Err(Invalid::field("transactionId", "must match [A-Za-z0-9._~-]{1,128}"));
    }
    let report = Report::parse(&Object(pairs), now)?;
    if report.as_reversal().is_some() {
        return Err(Invalid::field("eventType", "is a reversal's; a test of one says reversal: true"));
    }
    let user_id = report.user_id.clone().unwrap_or_default();
    let app_id = app_id.to_owned();
    let resolved = Resolved { id, source_id: None, app_id, user_id, transaction_id, attribution: None, manual: None };
    Ok(report.into_completion(resolved, now))
}

/// The given pairs without an app: which app is meant, the call's path says.
fn copied(given: Option<&Object>) -> Vec<(String, Box<RawValue>)> {
    let pairs = given.map(|object| object.0.as_slice()).unwrap_or_default();
    pairs.iter().filter(|(name, _)| name != "appId").map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invented_completion_can_never_bear_a_real_transaction_id() {
        let given = Object::parse(br#"{"transactionId":"order-1","userId":"u"}"#).unwrap();
        let invented = from_fields(Some(&given), "app_1", "cmp_1".to_owned(), Timestamp::from_millis(0)).unwrap();
        assert_eq!((invented.transaction_id.as_str(), invented.user_id.as_str()), ("test-order-1", "u"));
        let invented =
            from_fields(None, "app_1", format!("cmp_{}0123456789ab", "0".repeat(20)), Timestamp::from_millis(0))
                .unwrap();
        assert_eq!(invented.transaction_id, "test-0123456789ab");
    }

    #[test]
    fn an_invented_completion_is_checked_like_a_reported_one() {
        let given = Object::parse(br#"{"userRewrd":"1"}"#).unwrap();
        let faults = from_fields(Some(&given), "app_1", "cmp_1".to_owned(), Timestamp::from_millis(0)).unwrap_err();
        assert_eq!(faults.0[0].field, "userRewrd");
    }
}
