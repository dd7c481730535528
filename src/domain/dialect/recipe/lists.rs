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
        self.listed().map(|item| item.name.as_str())
    }

    /// Every rule by which it finds a value.
    pub(super) fn rules(&self) -> impl Iterator<Item = &ValueRule> {
        fn of_body<'a>(fields: &'a [BodyField], rules: &mut Vec<&'a ValueRule>) {
            for field in fields {
                match &field.content {
                    Content::Value(rule) => rules.push(rule),
                    Content::Object(fields) => of_body(fields, rules),
                }
            }
        }
        let mut rules = Vec::new();
        of_body(self.body.as_deref().unwrap_or_default(), &mut rules);
        let beside = self.signature.iter().flat_map(|signature| &signature.headers);
        rules.extend(self.headers.iter().chain(beside).map(|header| &header.rule));
        rules.extend(self.placeholders.iter().map(|placeholder| &placeholder.rule));
        rules.into_iter()
    }

    /// Whether a value of this fact stands anywhere in its callbacks.
    pub(crate) fn tells(&self, fact: Fact) -> bool {
        self.rules().any(|rule| rule.sources().any(|source| *source == ValueSource::Fact(fact)))
    }

    pub(super) fn listed(&self) -> impl Iterator<Item = &Item> {
        let lists = self.parameters.iter();
        let lists = lists.flat_map(|lists| lists.by_event_type.values().chain([&lists.other]).flatten());
        lists.chain(self.always_appended())
    }
}
