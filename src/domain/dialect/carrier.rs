//! A carrier: the header that signatures travel in, how its value is written and how it is read back.
//!
//! It must not know how a signature is made, nor which secret made it: it is given texts, and gives texts back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::wrapping::{fill, unwrap};

/// A header that carries signatures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carrier {
    /// The header's name, or its name until the endpoint chooses another.
    pub(crate) name: String,
    /// The endpoint's setting that names the header, where the endpoint may choose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name_setting: Option<String>,
    /// What stands around the signature: a text made of `{signature}` and `{t}`, or of `{signatures}` and `{t}` where there
    /// may be several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wrapping: Option<String>,
    /// Where there may be several, while two keys overlap: what stands around each of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) each: Option<String>,
    /// What stands between two of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    join: Option<String>,
}

impl Carrier {
    /// The header's name at an endpoint with these settings.
    pub(crate) fn name_at<'a>(&'a self, settings: &'a BTreeMap<String, String>) -> &'a str {
        let chosen = self.name_setting.as_ref().and_then(|setting| settings.get(setting));
        chosen.unwrap_or(&self.name)
    }

    /// The header's value for these signatures.
    pub(super) fn written(&self, t: &str, signatures: &[String]) -> String {
        let Some(each) = &self.each else {
            let first = signatures.first().map(String::as_str).unwrap_or_default();
            return fill(self.wrapping(), &[("t", t), ("signature", first)]);
        };
        let each: Vec<String> =
            signatures.iter().map(|signature| fill(each, &[("t", t), ("signature", signature)])).collect();
        fill(self.wrapping(), &[("t", t), ("signatures", &each.join(self.join()))])
    }

    /// The signatures in a header's value; none if it is not written so.
    pub(super) fn read(&self, value: &str) -> Vec<String> {
        match &self.each {
            None => unwrap(self.wrapping(), value, "signature").into_iter().collect(),
            Some(each) => {
                let all = unwrap(self.wrapping(), value, "signatures").unwrap_or_default();
                all.split(self.join()).filter_map(|one| unwrap(each, one, "signature")).collect()
            }
        }
    }

    /// The `{t}` in a header's value.
    pub(super) fn time(&self, value: &str) -> Option<String> {
        unwrap(self.wrapping(), value, "t")
    }

    /// How it is written.
    pub(crate) fn wrapping(&self) -> &str {
        let bare = if self.each.is_some() { "{signatures}" } else { "{signature}" };
        self.wrapping.as_deref().unwrap_or(bare)
    }

    pub(crate) fn join(&self) -> &str {
        self.join.as_deref().unwrap_or(" ")
    }

    /// What contradicts itself.
    pub(super) fn fault(&self) -> Option<String> {
        let inside = if self.each.is_some() { "{signatures}" } else { "{signature}" };
        let holds = |text: &str, inside: &str| text.matches(inside).count() == 1;
        if !holds(self.wrapping(), inside) {
            return Some(format!("has a wrapping that does not hold {inside} once"));
        }
        if let Some(fault) = [self.wrapping(), self.each.as_deref().unwrap_or_default()].into_iter().find_map(stray) {
            return Some(fault);
        }
        match &self.each {
            Some(each) if !holds(each, "{signature}") => Some("has an `each` without {signature}".to_owned()),
            Some(_) if self.join().is_empty() => Some("joins several signatures by nothing".to_owned()),
            None if self.join.is_some() => Some("joins signatures of which there is one".to_owned()),
            _ => None,
        }
    }
}

/// What stands in braces and is not filled in: it would go out as it is written.
fn stray(text: &str) -> Option<String> {
    let known = ["{t}", "{signature}", "{signatures}"];
    let literal = known.into_iter().fold(text.to_owned(), |text, name| text.replace(name, ""));
    let at = literal.find(['{', '}'])?;
    let end = literal[at..].find('}').map_or(literal.len(), |end| at + end + 1);
    let stray = &literal[at..end];
    Some(format!("holds {stray}, which would be sent as it is: only {} may stand in braces", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carrier(json: serde_json::Value) -> Carrier {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_header_gives_back_the_signatures_that_it_was_written_with() {
        let signatures = ["abc".to_owned(), "def".to_owned()];
        for (json, written, read) in [
            (serde_json::json!({"name": "S"}), "abc", 1),
            (serde_json::json!({"name": "S", "wrapping": "t={t},v1={signature}"}), "t=17,v1=abc", 1),
            (serde_json::json!({"name": "S", "each": "v1,{signature}", "join": " "}), "v1,abc v1,def", 2),
            (
                serde_json::json!({"name": "S", "wrapping": "t={t},{signatures}", "each": "v1={signature}", "join": ","}),
                "t=17,v1=abc,v1=def",
                2,
            ),
        ] {
            let carrier = carrier(json);
            assert_eq!(carrier.fault(), None);
            assert_eq!(carrier.written("17", &signatures), written);
            assert_eq!(carrier.read(written), signatures[..read]);
        }
    }

    #[test]
    fn a_carrier_that_could_not_be_read_back_is_at_fault() {
        for json in [
            serde_json::json!({"name": "S", "wrapping": "t={t}"}),
            serde_json::json!({"name": "S", "each": "v1"}),
            serde_json::json!({"name": "S", "each": "v1,{signature}", "join": ""}),
            serde_json::json!({"name": "S", "join": ","}),
            serde_json::json!({"name": "S", "wrapping": "{player};{signature}"}),
            serde_json::json!({"name": "S", "wrapping": "{secret};{signature}"}),
            serde_json::json!({"name": "S", "wrapping": "{signature}}"}),
            serde_json::json!({"name": "S", "each": "{player}{signature}"}),
        ] {
            assert!(carrier(json.clone()).fault().is_some(), "{json}");
        }
    }
}
