//! Values of a recipe: each must be one that a report can have, written so that it says what it means.

use super::super::Recipe;
use super::super::finding::Findings;
use super::super::parts::Requirement;
use crate::domain::currency::minor_digits;
use crate::domain::dialect::format::Format;
use crate::domain::dialect::value::{Fact, ValueRule, ValueSource};
use crate::domain::dialect::written_value::is_json_number;
use crate::domain::report::{REVERSALS, check_event_type};

/// The list of all event types that have none of their own.
const OTHER: &str = "other";

impl Recipe {
    pub(super) fn check_values(&self, findings: &mut Findings) {
        for (place, rule) in self.placed_rules() {
            if let Some(fault) = self.format_fault(rule) {
                findings.push(format!("{place}.format"), fault);
            }
            if rule.number
                && let Some(word) = rule.fixed().find(|word| !is_json_number(word))
            {
                findings.push(place.as_str(), format!("goes out as a number, which its word {word:?} is not"));
            }
            for event_type in rule.words.event.keys() {
                if let Some(fault) = event_type_fault(event_type) {
                    findings.push(format!("{place}.when_event"), format!("{event_type:?} {fault}"));
                }
            }
        }
        for (event_type, _) in self.parameter_lists().filter(|(event_type, _)| *event_type != OTHER) {
            if let Some(fault) = event_type_fault(event_type) {
                findings.push("parameters", format!("{event_type:?} {fault}"));
            }
        }
    }

    fn format_fault(&self, rule: &ValueRule) -> Option<String> {
        if !rule.format.is_bounded() {
            return Some("has more decimals than an amount has, or a clock that is shown nowhere".to_owned());
        }
        if rule.sources().next().is_none() && rule.format != Format::Plain {
            return Some("has no value to write: its words go out as they are".to_owned());
        }
        // Minor units are divided, so another power of ten would be another amount.
        let Format::Major(digits) = rule.format else { return None };
        let currency = self.payout_currency.as_deref()?;
        let own = minor_digits(currency);
        (digits != own).then(|| {
            format!("divides by 10^{digits}, and a {currency} has 10^{own} minor units: write {{ major = {own} }}")
        })
    }

    /// What a report must hold is what a report can hold, asked for once.
    pub(super) fn check_required(&self, findings: &mut Findings) {
        let mut seen: Vec<&Requirement> = Vec::new();
        for (at, requirement) in self.required.iter().enumerate() {
            let place = format!("required[{at}]");
            let sources = match requirement {
                Requirement::One(source) => std::slice::from_ref(source),
                Requirement::AnyOf(sources) => sources,
            };
            if sources.is_empty() {
                findings.push(place.as_str(), "is empty: name at least one field");
            }
            if seen.contains(&requirement) {
                findings.push(place.as_str(), "is asked for twice");
            }
            seen.push(requirement);
            for (inner, source) in sources.iter().enumerate() {
                let place = if sources.len() > 1 { format!("{place}[{inner}]") } else { place.clone() };
                if !is_reported(source) {
                    findings.push(place, format!("asks a report for {source}, which no report holds"));
                } else if sources[..inner].contains(source) {
                    findings.push(place, format!("names {source} twice"));
                }
            }
        }
    }
}

/// Why no completion is of this type.
fn event_type_fault(event_type: &str) -> Option<String> {
    if REVERSALS.iter().any(|(reversal, _)| *reversal == event_type) {
        return Some("takes a completion back and is none: see when_reversed".to_owned());
    }
    check_event_type(event_type).err().map(|fault| format!("is no event type of a report: it {fault}"))
}

/// Whether a reporter can say it.
fn is_reported(source: &ValueSource) -> bool {
    match source {
        ValueSource::Extra(_) => true,
        ValueSource::Setting(_) => false,
        ValueSource::Fact(fact) => !matches!(
            fact,
            Fact::AppLabel
                | Fact::Timestamp
                | Fact::Reason
                | Fact::EventId
                | Fact::RequestUuid
                | Fact::CreatedAt
                | Fact::AttemptedAt
                | Fact::Secret
        ),
    }
}
