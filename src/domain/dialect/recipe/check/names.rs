//! Names in a recipe: those that it uses must be known, and known once; and those that go out in a URL must arrive as they went.

use std::collections::HashSet;

use super::super::Recipe;
use super::super::finding::Findings;
use crate::domain::dialect::named::Item;
use crate::domain::dialect::signature::Signature;
use crate::domain::dialect::value::ValueSource;
use crate::domain::encoding::php_key;

/// Longest name of a setting.
const LONGEST_NAME: usize = 64;

fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(fits)
}

/// Why a parameter of this name would not arrive under it.
fn parameter_fault(name: &str) -> Option<&'static str> {
    let is_sent_as_it_is = |byte: u8| byte.is_ascii_alphanumeric() || b"_-~".contains(&byte);
    if php_key(name) != name || name.is_empty() {
        Some("is a name that PHP changes: no dots, blanks or brackets")
    } else if !name.bytes().all(is_sent_as_it_is) {
        Some("is no name of a parameter: it must be of letters, digits, `_`, `-` and `~`")
    } else {
        None
    }
}

impl Recipe {
    /// Names that must be known, and known once.
    pub(super) fn check_names(&self, findings: &mut Findings) {
        let mut seen = HashSet::new();
        for (at, placeholder) in self.placeholders.iter().enumerate() {
            let name = &placeholder.name;
            if !seen.insert(name) {
                findings.push(format!("placeholders[{at}].name"), format!("the placeholder {name} stands twice"));
            }
            if self.is_signature(name) {
                findings.push(format!("placeholders[{at}].name"), format!("{name} stands for the signature"));
            }
        }
        let mut seen = HashSet::new();
        for (at, setting) in self.settings.iter().enumerate() {
            let place = || format!("settings[{at}].name");
            if !is_name(&setting.name) {
                findings.push(place(), "must be of 1 to 64 letters, digits, `_`, `-` and `.`");
            } else if !seen.insert(&setting.name) {
                findings.push(place(), format!("the setting {} stands twice", setting.name));
            }
        }
        for (place, rule) in self.placed_rules() {
            let settings = rule.sources().filter_map(|source| match source {
                ValueSource::Setting(name) => Some(name),
                _ => None,
            });
            for name in settings.filter(|name| !self.settings.iter().any(|setting| setting.name == **name)) {
                findings.push(place.as_str(), format!("uses the setting {name}, which it does not ask for"));
            }
        }
        let chosen = self.signature.iter().filter_map(Signature::carrier).filter_map(|own| own.name_setting.as_ref());
        for name in chosen.filter(|name| !self.settings.iter().any(|setting| setting.name == **name)) {
            findings.push(
                "signature.travels.header.name_setting",
                format!("uses the setting {name}, which it does not ask for"),
            );
        }
        let token = self.success.token().unwrap_or_default();
        let named = token.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
        for (name, _) in named.filter(|(name, _)| self.placeholder(name).is_none()) {
            findings.push("success.body_contains", format!("holds {{{name}}} without a placeholder of that name"));
        }
    }

    /// What is appended must be known, and must come out of a receiver's parser under the name that it went in by.
    pub(super) fn check_lists(&self, findings: &mut Findings) {
        let is_sent = |item: &Item| {
            let placeholder = self.placeholder(&item.name);
            item.fixed.is_some() || placeholder.is_some_and(|known| !known.hidden) || self.is_signature(&item.name)
        };
        for (place, item) in self.listed() {
            if !is_sent(item) {
                let fault = format!("lists the parameter {} without a placeholder of that name", item.name);
                findings.push(place.as_str(), fault);
            }
            if let Some(fault) = parameter_fault(&item.name) {
                findings.push(place, format!("{:?} {fault}", item.name));
            }
        }
        for (place, item) in self.listed().into_iter().filter(|(place, _)| !place.starts_with("parameters.")) {
            if item.fixed.is_some() && self.placeholder(&item.name).is_some() {
                let name = &item.name;
                findings.push(place, format!("sends a fixed word as {name}, which is a placeholder's name too"));
            }
        }
        let carrier = self.signature.iter().filter_map(Signature::query_parameter).next();
        if let Some((name, fault)) = carrier.and_then(|name| Some((name, parameter_fault(name)?))) {
            findings.push("signature.travels.query", format!("{name:?} {fault}"));
        }
        if let Some(name) = carrier.filter(|name| self.placeholder(name).is_some()) {
            let fault = format!("{name:?} is a placeholder's name too: give the signature a parameter of its own");
            findings.push("signature.travels.query", fault);
        }
        for (event_type, items) in self.parameter_lists() {
            let mut seen = HashSet::new();
            let sent = items.iter().chain(self.always_appended()).map(|item| item.name.as_str()).chain(carrier);
            for name in sent.filter(|name| !seen.insert(*name)) {
                let fault = format!("sends {name} twice, of which receivers take one or the other");
                findings.push(format!("parameters.{event_type}"), fault);
            }
        }
    }

    /// Whether the signature is what this placeholder stands for.
    pub(super) fn is_signature(&self, name: &str) -> bool {
        self.signature.iter().any(|signature| signature.stands_for(name))
    }
}
