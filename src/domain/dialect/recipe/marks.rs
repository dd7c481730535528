//! What a callback URL asks for by the placeholders that it holds: reversals, which must be told from completions, and completions
//! that are worth nothing.
//!
//! A reversal that looks like a completion would be credited as one more. So it is told only where something of the callback tells
//! it apart, whatever the recipe says or leaves out; the recipe's own names for that come first.

use super::Recipe;
use super::parts::{Reversal, ReversalUrl};
use crate::domain::dialect::named::Item;
use crate::domain::template::Template;

impl Recipe {
    /// The placeholders that ask for completions without any payout or reward: to a template without any of them such a
    /// completion is not told. Empty where all are told.
    pub fn zero_payout_told_by(&self) -> &[String] {
        &self.zero_payout_told_by
    }

    /// Whether a reversal that is told to this template can be told from a completion.
    pub(in crate::domain::dialect) fn marks_reversal(&self, template: &Template) -> bool {
        let Some(reversal) = &self.reversal else { return true };
        let is_elsewhere = reversal.url == ReversalUrl::Separate && reversal.told_by.is_empty();
        if self.has_parameter_list() && template.is_bare() {
            return is_elsewhere || self.unmarked_lists(reversal).next().is_none();
        }
        is_elsewhere || self.marks_always(reversal) || template.placeholders().any(|name| self.is_mark(reversal, name))
    }

    /// The event types whose list of parameters marks no reversal, where not every callback does.
    pub(super) fn unmarked_lists(&self, reversal: &Reversal) -> impl Iterator<Item = &str> {
        let is_marked =
            |items: &[Item]| items.iter().any(|item| item.fixed.is_none() && self.is_mark(reversal, &item.name));
        let lists = self.parameter_lists().filter(move |(_, items)| !is_marked(items));
        lists.map(|(event_type, _)| event_type).filter(|_| !self.marks_always(reversal))
    }

    /// The placeholders that mark a reversal in a template, where not every callback does.
    pub fn reversal_marks(&self) -> Vec<&str> {
        let Some(reversal) = self.reversal.as_ref().filter(|reversal| !self.marks_always(reversal)) else {
            return Vec::new();
        };
        let usable = self.placeholders.iter().filter(|placeholder| !placeholder.hidden);
        usable.map(|placeholder| placeholder.name.as_str()).filter(|name| self.is_mark(reversal, name)).collect()
    }

    /// Whether this placeholder marks a reversal: where the recipe names some, they and no other.
    pub(super) fn is_mark(&self, reversal: &Reversal, name: &str) -> bool {
        if !reversal.told_by.is_empty() {
            return reversal.told_by.iter().any(|mark| mark == name);
        }
        self.placeholder(name).is_some_and(|placeholder| reversal.is_marked_by(&placeholder.rule))
    }

    /// Whether every reversal is marked, whatever the template says: by the body, by a header, or by what is appended.
    pub(super) fn marks_always(&self, reversal: &Reversal) -> bool {
        if !reversal.told_by.is_empty() {
            return false;
        }
        let beside = self.signature.iter().flat_map(|signature| &signature.headers);
        let headers = self.headers.iter().chain(beside).map(|header| &header.rule);
        headers.chain(self.body_rules()).any(|rule| reversal.is_marked_by(rule))
            || self.appended.iter().any(|item| item.fixed.is_none() && self.is_mark(reversal, &item.name))
    }
}
