//! What a callback URL asks for by the placeholders that it holds: a reversal must be told so that it can be told from a
//! completion, and a completion that is worth nothing only to whoever can ask for it.

use super::super::Recipe;
use super::super::finding::Findings;
use super::super::parts::{ReversalUrl, Tells};

impl Recipe {
    /// What asks for completions without a payout is something that a template can hold.
    pub(super) fn check_zero_payout(&self, findings: &mut Findings) {
        for (at, name) in self.zero_payout_told_by.iter().enumerate() {
            if !self.placeholder(name).is_some_and(|placeholder| !placeholder.hidden && !placeholder.reversal_only) {
                let message =
                    format!("asks for completions without a payout by {name}, which no callback URL can hold");
                findings.push(format!("zero_payout_told_by[{at}]"), message);
            }
        }
        let always = self.appended.iter().find(|item| self.zero_payout_told_by.contains(&item.name));
        if let Some(item) = always {
            let name = &item.name;
            findings.push("zero_payout_told_by", format!("asks by {name}, which is appended to every callback URL"));
        }
        if !self.zero_payout_told_by.is_empty() && self.has_parameter_list() {
            findings.push("zero_payout_told_by", "asks by the template, where `parameters` fills in a URL without one");
        }
    }

    pub(super) fn check_reversal(&self, findings: &mut Findings) {
        let Some(reversal) = &self.reversal else { return };
        if reversal.part && matches!(reversal.tells, Tells::Completion | Tells::Zero) {
            findings.push("reversal.part", "tells a part of a completion as the whole of it");
        }
        for (at, name) in reversal.told_by.iter().enumerate() {
            let place = || format!("reversal.told_by[{at}]");
            match self.placeholder(name) {
                Some(placeholder) if placeholder.hidden || !reversal.is_marked_by(&placeholder.rule) => {
                    findings.push(place(), format!("tells a reversal by {name}, which says the same of a completion"));
                }
                Some(_) => {}
                None => {
                    findings.push(place(), format!("tells a reversal by {name} without a placeholder of that name"))
                }
            }
        }
        if reversal.url == ReversalUrl::Callback {
            for event_type in self.unmarked_lists(reversal) {
                let place = format!("parameters.{event_type}");
                findings.push(place, "tells a reversal like a completion: no parameter of it marks a reversal");
            }
        }
        // An id of its own alone would make it one more reward.
        if reversal.url == ReversalUrl::Callback && !self.rules().any(|rule| reversal.is_marked_by(rule)) {
            findings.push("reversal", "tells a reversal that looks like a completion");
        }
    }
}
