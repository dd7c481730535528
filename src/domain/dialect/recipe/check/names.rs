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
            if php_key(&item.name) != item.name || item.name.is_empty() {
                findings
                    .push(place, format!("{:?} is a name that PHP changes: no dots, blanks or brackets", item.name));
            }
        }
        let carrier = self.signature.iter().filter_map(Signature::query_parameter).next();
        if let Some(name) = carrier.filter(|name| php_key(name) != **name || name.is_empty()) {
            findings.push(
                "signature.travels.query",
                format!("{name:?} is a name that PHP changes: no dots, blanks or brackets"),
            );
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
