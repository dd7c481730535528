//! The names and rules of a recipe, gathered from all its places: lists, placeholders, headers, body.

use std::collections::BTreeSet;

use super::Recipe;
use super::parts::{BodyField, Content};
use crate::domain::dialect::named::Item;
use crate::domain::dialect::signature::Signature;
use crate::domain::dialect::value::{Fact, ValueRule, ValueSource};

impl Recipe {
    /// The list appended to a URL without placeholders, for this event type.
    pub(in crate::domain::dialect) fn parameters(&self, event_type: &str) -> Option<&[Item]> {
        let lists = self.parameters.as_ref()?;
        Some(lists.by_event_type.get(event_type).unwrap_or(&lists.other))
    }

    /// Every list with its event type.
    pub(crate) fn parameter_lists(&self) -> impl Iterator<Item = (&str, &[Item])> {
        self.parameters.iter().flat_map(|lists| {
            let named = lists.by_event_type.iter().map(|(event_type, items)| (event_type.as_str(), items.as_slice()));
            named.chain([("other", lists.other.as_slice())])
        })
    }

    /// The event types that its callbacks tell apart, by a list or a word of their own.
    pub fn event_types(&self) -> BTreeSet<&str> {
        let lists = self.parameters.iter().flat_map(|lists| lists.by_event_type.keys());
        let words = self.rules().flat_map(|rule| rule.words.event.keys());
        lists.chain(words).map(String::as_str).collect()
    }

    /// What goes after everything else.
    pub(crate) fn appended(&self) -> &[Item] {
        &self.appended
    }

    /// What goes after everything else on a test, unsigned.
    pub(in crate::domain::dialect) fn appended_on_test(&self) -> &[Item] {
        &self.appended_on_test
    }

    /// Whether it has a parameter list of its own.
    pub fn has_parameter_list(&self) -> bool {
        self.parameters.is_some()
    }

    /// The names that it appends whatever the template says: nobody else may use them.
    pub fn reserved_names(&self) -> impl Iterator<Item = &str> {
        let carrier = self.signature.iter().filter_map(Signature::query_parameter);
        self.always_appended().map(|item| item.name.as_str()).chain(carrier)
    }

    pub(super) fn always_appended(&self) -> impl Iterator<Item = &Item> {
        let beside = self.signature.iter().flat_map(|signature| &signature.appended);
        self.appended.iter().chain(&self.appended_on_test).chain(beside)
    }

    /// Every name of its parameter lists.
    pub(crate) fn listed_names(&self) -> impl Iterator<Item = &str> {
        self.listed().into_iter().map(|(_, item)| item.name.as_str())
    }

    /// Every rule by which it finds a value.
    pub(in crate::domain::dialect) fn rules(&self) -> impl Iterator<Item = &ValueRule> {
        self.placed_rules().into_iter().map(|(_, rule)| rule)
    }

    /// The same, each with its place in the file.
    pub(super) fn placed_rules(&self) -> Vec<(String, &ValueRule)> {
        let mut rules = Vec::new();
        of_body("body", self.body.as_deref().unwrap_or_default(), &mut rules);
        let mut listed = |list: &str, index: usize, rule| rules.push((format!("{list}[{index}]"), rule));
        self.headers.iter().enumerate().for_each(|(index, header)| listed("headers", index, &header.rule));
        let beside = self.signature.iter().flat_map(|signature| signature.headers.iter().enumerate());
        beside.for_each(|(index, header)| listed("signature.headers", index, &header.rule));
        let placeholders = self.placeholders.iter().enumerate();
        placeholders.for_each(|(index, placeholder)| listed("placeholders", index, &placeholder.rule));
        rules
    }

    /// The rules of its body's fields.
    pub(super) fn body_rules(&self) -> impl Iterator<Item = &ValueRule> {
        let mut rules = Vec::new();
        of_body("body", self.body.as_deref().unwrap_or_default(), &mut rules);
        rules.into_iter().map(|(_, rule)| rule)
    }

    /// Whether the body or what is appended tells this, whatever the template says.
    pub(in crate::domain::dialect) fn always_tells(&self, fact: Fact) -> bool {
        let appended = self.appended.iter().filter_map(|item| self.placeholder(&item.name)).map(|known| &known.rule);
        self.body_rules().chain(appended).any(|rule| rule.uses(fact))
    }

    /// Whether a value of this fact stands anywhere in its callbacks.
    pub(crate) fn tells(&self, fact: Fact) -> bool {
        self.rules().any(|rule| rule.sources().any(|source| *source == ValueSource::Fact(fact)))
    }

    /// Every parameter that it appends, each with its place in the file.
    pub(super) fn listed(&self) -> Vec<(String, &Item)> {
        let named = self.parameter_lists().map(|(event_type, items)| (format!("parameters.{event_type}"), items));
        let mut lists: Vec<(String, &[Item])> = named.collect();
        lists.push(("appended".to_owned(), &self.appended));
        lists.push(("appended_on_test".to_owned(), &self.appended_on_test));
        if let Some(signature) = &self.signature {
            lists.push(("signature.appended".to_owned(), &signature.appended));
        }
        let mut listed = Vec::new();
        for (list, items) in lists {
            listed.extend(items.iter().enumerate().map(|(at, item)| (format!("{list}[{at}]"), item)));
        }
        listed
    }

    /// Every header of its own, the one that carries the signature last, each with its place in the file.
    pub(super) fn placed_headers(&self) -> Vec<(String, &str)> {
        let beside = self.signature.iter().flat_map(|signature| signature.headers.iter().enumerate());
        let headers = self.headers.iter().enumerate().map(|(at, header)| (format!("headers[{at}].name"), &header.name));
        let headers = headers.chain(beside.map(|(at, header)| (format!("signature.headers[{at}].name"), &header.name)));
        let carrier = self.signature.iter().filter_map(Signature::carrier);
        let carrier = carrier.map(|carrier| ("signature.travels.header.name".to_owned(), &carrier.name));
        headers.chain(carrier).map(|(place, name)| (place, name.as_str())).collect()
    }
}

fn of_body<'a>(list: &str, fields: &'a [BodyField], rules: &mut Vec<(String, &'a ValueRule)>) {
    for (index, field) in fields.iter().enumerate() {
        let place = format!("{list}[{index}]");
        match &field.content {
            Content::Value(rule) => rules.push((place, rule)),
            Content::Object(fields) => of_body(&format!("{place}.fields"), fields, rules),
        }
    }
}
