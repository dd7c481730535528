//! What counts as an acknowledgement: a status and, for receivers that answer 200 to everything, what the body is or holds.
//!
//! A recipe says it, a publisher may override it for an endpoint, so one type serves both. It must not decide about
//! anything but the answer: redirects, time-outs and broken connections never reach it.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::statuses::Statuses;
use crate::domain::invalid::Invalid;

/// Longest token looked for: more than this of an answer is not kept anyway.
const LONGEST_TOKEN: usize = 256;
/// Longest body that is compared as a whole.
const LONGEST_BODY: usize = 64;
/// Most bodies that acknowledge.
const MOST_BODIES: usize = 8;

/// Statuses that acknowledge, and what the body must be or hold besides. One that was not checked yet may be of statuses that
/// nobody can read; no answer has any of those.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", from = "AsWritten")]
pub struct SuccessRule {
    /// `["200"]`, several such, or `["2xx"]`.
    #[schema(min_items = 1)]
    statuses: Vec<String>,
    /// A text that the answer's body must hold besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 256)]
    body_contains: Option<String>,
    /// Or one of these must be the whole body, white space around it apart: at most 8 of 1 to 64 bytes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 8)]
    body_is: Vec<String>,
    /// The statuses as they are compared.
    #[serde(skip)]
    #[schema(ignore)]
    accepted: Vec<Statuses>,
}

/// As the API reads it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AsWritten {
    statuses: Vec<String>,
    body_contains: Option<String>,
    #[serde(default)]
    body_is: Vec<String>,
}

/// As recipes write it, like everything else there. Files that were published before may spell it as the API does.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InRecipe {
    statuses: Vec<String>,
    #[serde(alias = "bodyContains")]
    body_contains: Option<String>,
    #[serde(default, alias = "bodyIs")]
    body_is: Vec<String>,
}

impl SuccessRule {
    /// A rule from `["200"]` or `["2xx"]`, whole bodies and an optional token, which are not checked yet.
    pub fn new(statuses: Vec<String>, body_is: Vec<String>, body_contains: Option<String>) -> Self {
        let accepted = statuses.iter().filter_map(|text| acknowledgement(text)).collect();
        Self { statuses, body_contains, body_is, accepted }
    }

    /// The statuses, as they were written.
    pub fn statuses(&self) -> &[String] {
        &self.statuses
    }

    /// What the body must hold.
    pub fn body_contains(&self) -> Option<&str> {
        self.body_contains.as_deref()
    }

    /// What the whole body must be one of.
    pub fn body_is(&self) -> &[String] {
        &self.body_is
    }

    /// Reads and checks the rule of a recipe.
    pub(super) fn of_recipe<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let InRecipe { statuses, body_contains, body_is } = InRecipe::deserialize(deserializer)?;
        let rule = Self::new(statuses, body_is, body_contains);
        rule.check().map(|()| rule).map_err(|mut faults| {
            // Of the words that the language has, not of those of the API.
            for fault in &mut faults.0 {
                fault.field = fault.field.replace("bodyIs", "body_is").replace("bodyContains", "body_contains");
            }
            D::Error::custom(faults)
        })
    }

    /// Checks it; faults are told under `success.…`.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut invalid = Invalid::none();
        if self.accepted.is_empty() || self.accepted.len() < self.statuses.len() {
            invalid.push("success.statuses", "must be statuses from \"200\" to \"299\", or \"2xx\" for all of them");
        }
        if self.body_contains.as_ref().is_some_and(|token| token.is_empty() || token.len() > LONGEST_TOKEN) {
            invalid.push("success.bodyContains", format!("must have 1 to {LONGEST_TOKEN} bytes"));
        }
        if self.body_is.len() > MOST_BODIES {
            invalid.push("success.bodyIs", format!("must be at most {MOST_BODIES} bodies"));
        }
        let fits = |body: &String| (1..=LONGEST_BODY).contains(&body.len()) && body.trim() == body;
        if !self.body_is.iter().all(fits) {
            let message = format!("must have 1 to {LONGEST_BODY} bytes each, without white space around them");
            invalid.push("success.bodyIs", message);
        }
        invalid.into_result()
    }

    /// Whether this status acknowledges (if the body does, too).
    pub fn accepts_status(&self, status: u16) -> bool {
        self.accepted.iter().any(|statuses| statuses.contain(status))
    }

    /// Whether the body must be read before the answer can be judged.
    pub fn needs_body(&self) -> bool {
        self.body_contains.is_some() || !self.body_is.is_empty()
    }

    /// The whole bodies that acknowledge; none where the body is not compared.
    pub(crate) fn bodies(&self) -> &[String] {
        &self.body_is
    }

    /// The token as it is written, perhaps with placeholders.
    pub(crate) fn token(&self) -> Option<&str> {
        self.body_contains.as_deref()
    }

    /// Whether the body is and holds what it must, white space around it apart; any body does where nothing is asked of it.
    /// `token` is looked for in place of a token that has placeholders. Of a body that has not ended nobody knows what it is.
    pub fn accepts_body(&self, body: &[u8], has_ended: bool, token: Option<&str>) -> bool {
        let is_one = |one: &String| has_ended && one.as_bytes() == body.trim_ascii();
        let is_one = self.body_is.is_empty() || self.body_is.iter().any(is_one);
        let token = self.body_contains.as_deref().map(|own| token.unwrap_or(own).as_bytes());
        let holds = |token: &[u8]| body.windows(token.len().max(1)).any(|window| window == token);
        is_one && token.is_none_or(holds)
    }
}

/// One of the two hundreds, or all of them.
fn acknowledgement(text: &str) -> Option<Statuses> {
    Statuses::parse(text).filter(|statuses| match statuses {
        Statuses::Exactly(status) => (200..300).contains(status),
        Statuses::Hundred(first) => *first == 200,
    })
}

impl From<AsWritten> for SuccessRule {
    fn from(AsWritten { statuses, body_contains, body_is }: AsWritten) -> Self {
        Self::new(statuses, body_is, body_contains)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(rule: SuccessRule) -> Result<SuccessRule, Invalid> {
        rule.check().map(|()| rule)
    }

    fn rule(statuses: &[&str], token: Option<&str>) -> Result<SuccessRule, Invalid> {
        let statuses = statuses.iter().map(|text| (*text).to_owned()).collect();
        checked(SuccessRule::new(statuses, Vec::new(), token.map(str::to_owned)))
    }

    #[test]
    fn an_exact_status_is_not_any_success() {
        let exact = rule(&["200"], None).unwrap();
        assert!(exact.accepts_status(200) && !exact.accepts_status(201) && !exact.accepts_status(204));
        let any = rule(&["2xx"], None).unwrap();
        assert!(any.accepts_status(200) && any.accepts_status(299) && !any.accepts_status(301));
    }

    #[test]
    fn a_token_is_looked_for_anywhere_in_the_body() {
        let rule = rule(&["2xx"], Some("OK")).unwrap();
        assert!(
            rule.needs_body()
                && rule.accepts_body(b"{\"r\":\"OK\"}", true, None)
                && !rule.accepts_body(b"DUP", true, None)
        );
        assert!(
            rule.accepts_body(b"tx-1:OK", true, Some("tx-1:OK")) && !rule.accepts_body(b"OK", true, Some("tx-1:OK"))
        );
    }

    #[test]
    fn a_whole_body_is_one_of_those_agreed_on() {
        let whole = |bodies: &[&str]| {
            let bodies = bodies.iter().map(|body| (*body).to_owned()).collect();
            checked(SuccessRule::new(vec!["2xx".to_owned()], bodies, None))
        };
        let rule = whole(&["OK", "DUP"]).unwrap();
        assert!(rule.needs_body() && rule.accepts_body(b"DUP\n", true, None) && rule.accepts_body(b" OK ", true, None));
        assert!(!rule.accepts_body(b"OK", false, None), "more may follow");
        // An error page holds a 1, and everything holds something.
        for other in [&b"OK!"[..], b"<p>OK</p>", b"", b"ok"] {
            assert!(!rule.accepts_body(other, true, None), "{other:?}");
        }
        for bodies in [&[""][..], &[" OK"], &["x"; 9], &[&"x".repeat(65)]] {
            assert!(whole(bodies).is_err(), "{bodies:?}");
        }
    }

    #[test]
    fn a_failure_or_a_redirect_can_not_be_declared_a_success() {
        for statuses in [&["404"][..], &["302"], &["0200"], &["+20"], &["xx"], &[]] {
            assert!(rule(statuses, None).is_err(), "{statuses:?}");
        }
        assert!(rule(&["200"], Some("")).is_err());
    }

    #[test]
    fn a_rule_is_shown_as_it_was_written() {
        let json = r#"{"statuses":["200","2xx"],"bodyContains":"1","bodyIs":["1"]}"#;
        let rule: SuccessRule = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&rule).unwrap(), json);
        assert!(serde_json::from_str::<SuccessRule>(r#"{"statuses":["200"],"body":"1"}"#).is_err());
    }
}
