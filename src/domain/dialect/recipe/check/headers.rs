//! Headers of a recipe's own: none that the protocol, whatever stands between, or Ringback itself owns, and none that a server
//! on the way drops.

use std::collections::HashSet;

use super::super::Recipe;
use super::super::finding::Findings;
use crate::domain::dialect::signature::Signature;
use crate::domain::header_names::{carrier_fault, dialect_fault};

impl Recipe {
    pub(super) fn check_headers(&self, findings: &mut Findings) {
        let mut seen = HashSet::new();
        for (place, name) in self.placed_headers() {
            if let Some(fault) = dialect_fault(name) {
                findings.push(place, format!("{name:?} {fault}"));
            } else if !seen.insert(name.to_ascii_lowercase()) {
                findings.push(place, format!("the header {name} stands twice"));
            }
        }
        self.check_header_words(findings);
        let Some(carrier) = self.signature.as_ref().and_then(Signature::carrier) else { return };
        let is_sent_by_some = dialect_fault(&carrier.name).is_none();
        if let Some(fault) = carrier_fault(&carrier.name).filter(|_| is_sent_by_some) {
            findings.push("signature.travels.header.name", format!("{:?} {fault}", carrier.name));
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
