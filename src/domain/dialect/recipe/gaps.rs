//! What of a reward's meaning a signature leaves open: derived from the text that is signed. A recipe must write the same, so
//! that nobody ships or publishes a weak signature unawares.

use super::Recipe;
use super::parts::{Placeholder, Reversal, ReversalUrl};
use crate::domain::dialect::signature::Signature;
use crate::domain::dialect::signed_text::SignedText;
use crate::domain::dialect::value::{AMOUNTS, Fact, ValueRule};

/// What was found to be told under a signature, and beside it.
struct Told<'a> {
    signed: Vec<&'a ValueRule>,
    beside: Vec<&'a ValueRule>,
    /// The names of the placeholders that are signed.
    names: Vec<&'a str>,
    /// Whether all that its URL says is signed, whatever that is.
    takes_all: bool,
    /// Whether a body goes out that is not signed.
    bare_body: bool,
}

impl Recipe {
    /// Whether the signature covers the value of a placeholder.
    pub(in crate::domain::dialect) fn covers(&self, signature: &Signature, placeholder: &Placeholder) -> bool {
        let is_signed = |name: &str| {
            let signed = self.placeholder(name);
            name == placeholder.name
                || signed.is_some_and(|own| own.rule.source.is_some() && own.rule.source == placeholder.rule.source)
        };
        let is_unsigned = self.appended_on_test.iter().any(|item| item.name == placeholder.name);
        !is_unsigned && (takes_all(signature) || signature.signs.names().into_iter().any(is_signed))
    }

    /// Whether the signature covers the whole of what is sent: the body, or without one the URL or all its parameters.
    pub(in crate::domain::dialect) fn is_covered_whole(&self, signature: &Signature) -> bool {
        signature.signs.holds_body() || self.body.is_none() && signature.signs.needs_whole_query()
    }

    /// `user`, `transaction`, `amount`, `reversal`: what of these somebody on the way could change, or replay under another,
    /// unnoticed. None where nothing is signed at all.
    pub(in crate::domain::dialect) fn gaps(&self) -> Vec<&'static str> {
        let Some(signature) = &self.signature else { return Vec::new() };
        let told = self.told(signature);
        let mut gaps = Vec::new();
        let facts: [(&'static str, &[Fact]); 3] =
            [("user", &[Fact::UserId]), ("transaction", &[Fact::TransactionId]), ("amount", &AMOUNTS)];
        for (gap, facts) in facts {
            if told.leaves_open(|rule| facts.iter().any(|fact| rule.uses(*fact))) {
                gaps.push(gap);
            }
        }
        // Where a reversal has a URL of its own, that is what tells it.
        if self.reversal.as_ref().is_some_and(|own| own.url == ReversalUrl::Callback && told.leaves_open_mark(own)) {
            gaps.push("reversal");
        }
        gaps
    }

    fn told<'a>(&'a self, signature: &Signature) -> Told<'a> {
        let visible = self.placeholders.iter().filter(|placeholder| !placeholder.hidden);
        let (covered, open): (Vec<_>, Vec<_>) = visible.partition(|placeholder| self.covers(signature, placeholder));
        let rules = |placeholders: &[&'a Placeholder]| placeholders.iter().map(|own| &own.rule).collect::<Vec<_>>();
        let mut told = Told {
            signed: rules(&covered),
            beside: rules(&open),
            names: covered.iter().map(|placeholder| placeholder.name.as_str()).collect(),
            takes_all: takes_all(signature) || signature.signs.holds_body(),
            bare_body: self.body.is_some() && !signature.signs.holds_body(),
        };
        let body = self.body_rules();
        if told.bare_body {
            told.beside.extend(body)
        } else {
            told.signed.extend(body)
        }
        told
    }
}

/// Whether all that the URL says is signed.
fn takes_all(signature: &Signature) -> bool {
    signature.signs.needs_whole_query() || matches!(signature.signs, SignedText::Values { .. })
}

impl Told<'_> {
    /// Whether no signed value is of this kind, or an unsigned body tells one too, of which nobody knows whom a receiver believes.
    fn leaves_open(&self, is_one: impl Fn(&ValueRule) -> bool) -> bool {
        let is_beside = self.beside.iter().any(|rule| is_one(rule));
        let is_signed = self.signed.iter().any(|rule| is_one(rule));
        is_beside && self.bare_body || !is_signed && (is_beside || !self.takes_all)
    }

    /// The same of what tells a reversal from its completion.
    fn leaves_open_mark(&self, reversal: &Reversal) -> bool {
        match reversal.told_by.as_slice() {
            [] => self.leaves_open(|rule| reversal.is_marked_by(rule)),
            // A receiver looks at these and at nothing else.
            named => !named.iter().any(|name| self.names.contains(&name.as_str())),
        }
    }
}
