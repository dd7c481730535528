//! What is signed must be what a receiver can rebuild, and the signature must arrive where it can be found.

use super::super::Recipe;
use super::super::finding::Findings;
use super::super::parts::Placeholder;
use crate::domain::dialect::digest::KeyForm;
use crate::domain::dialect::format::Format;
use crate::domain::dialect::signature::{Signature, Travels};
use crate::domain::dialect::signed_text::SignedText;
use crate::domain::dialect::text_of::TextPiece;
use crate::domain::dialect::value::{Fact, ValueSource};
use crate::domain::encoding::php_key;

const SIGNS: &str = "signature.signs";

impl Recipe {
    pub(super) fn check_signature(&self, signature: &Signature, findings: &mut Findings) {
        let signs = &signature.signs;
        for name in signs.names() {
            match self.placeholder(name) {
                None => findings.push(SIGNS, format!("signs {name} without a placeholder of that name")),
                Some(_) if !self.is_rebuilt(name) => {
                    findings.push(
                        SIGNS,
                        format!("signs {name}, which no receiver could rebuild: its value does not travel"),
                    );
                }
                Some(_) => {}
            }
        }
        self.check_secret_is_hidden(signature, findings);
        self.check_signed_lists(signature, findings);
        self.check_query(signature, findings);
        self.check_pieces(signature, findings);
        self.check_place(signature, findings);
        if let KeyForm::Base64After(prefix) = &signature.key
            && !self.secret_prefix.starts_with(prefix.as_str())
        {
            let fault = format!(
                "must begin with {prefix:?}, behind which the key is decoded: secrets that are made here must be keys"
            );
            findings.push("secret_prefix", fault);
        }
    }

    /// What was signed is shown and kept, and so must never hold the secret as a value.
    fn check_secret_is_hidden(&self, signature: &Signature, findings: &mut Findings) {
        let signs = &signature.signs;
        let is_secret = |name: &&str| self.placeholder(name).is_some_and(|named| named.rule.uses(Fact::Secret));
        for name in signs.names().into_iter().filter(is_secret) {
            let fault =
                format!("signs {name}, which is the secret and would be shown with what was signed: write {{secret}}");
            findings.push(SIGNS, fault);
        }
        if self.secret_in_clear && matches!(signs, SignedText::Values { .. }) {
            findings
                .push(SIGNS, "signs all values, of which one is the secret, which would be shown with what was signed");
        }
    }

    fn check_query(&self, signature: &Signature, findings: &mut Findings) {
        let SignedText::Query { only, .. } = &signature.signs else { return };
        if only.as_ref().is_some_and(Vec::is_empty) {
            findings.push(SIGNS, "signs an empty list of parameters");
        }
        for name in only.iter().flatten().filter(|name| php_key(name) != **name) {
            findings.push(SIGNS, format!("signs the parameter {name}, whose name PHP changes"));
        }
        if only.iter().flatten().any(|name| self.placeholder(name).is_some_and(|known| known.hidden)) {
            findings.push(SIGNS, "signs a hidden value as a parameter");
        }
    }

    /// What a text is made of must be there, and must travel.
    fn check_pieces(&self, signature: &Signature, findings: &mut Findings) {
        let signs = &signature.signs;
        let holds = |wanted: &TextPiece| matches!(signs, SignedText::Text { of, .. } if of.pieces().contains(wanted));
        if !signature.algorithm.is_keyed() && !holds(&TextPiece::Secret) {
            findings.push(SIGNS, "signs without a key a text that does not hold {secret}");
        }
        if holds(&TextPiece::Body) && self.body.is_none() {
            findings.push(SIGNS, "signs a body and has none");
        }
        let beside = |fact| self.headers.iter().chain(&signature.headers).any(|header| header.rule.uses(fact));
        let wrapped = signature.carrier().is_some_and(|carrier| carrier.wrapping().contains("{t}"));
        if holds(&TextPiece::Time) && !wrapped && !beside(Fact::AttemptedAt) {
            findings.push(SIGNS, "signs {t}, which does not travel");
        }
        if holds(&TextPiece::EventId) && !beside(Fact::EventId) {
            findings.push(SIGNS, "signs {id}, which does not travel");
        }
    }

    /// A signature is not a part of what it signs, nor may anything come into that afterwards.
    fn check_place(&self, signature: &Signature, findings: &mut Findings) {
        let signs = &signature.signs;
        if let Some(fault) = signature.carrier().and_then(|carrier| carrier.fault()) {
            findings.push("signature.travels.header", fault);
        }
        let of_url = matches!(signs, SignedText::Url | SignedText::Query { .. });
        match &signature.travels {
            Travels::Placeholder(_) if signature.placeholder().is_empty() => {
                findings.push("signature.travels.placeholder", "names no placeholder");
            }
            // Wrappings call the signature so, and a callback URL that holds the word would be taken to ask for it.
            Travels::Header(_) if self.placeholder("signature").is_some() => {
                let at = self.placeholders.iter().position(|known| known.name == "signature").unwrap_or_default();
                findings.push(
                    format!("placeholders[{at}].name"),
                    "`signature` is the signature itself, which travels in a header: choose another name",
                );
            }
            Travels::Placeholder(_) if of_url => {
                findings.push("signature.travels", "has the signature inside of what it signs");
            }
            _ => {}
        }
        if self.secret_in_clear && of_url {
            findings.push(SIGNS, "shows the secret in what it signs");
        }
        if !self.appended_on_test.is_empty() && signs.needs_whole_query() {
            findings.push("appended_on_test", "appends to tests what it would have to sign");
        }
    }

    /// Every list of its own must hold what is signed of it, and the signature where a placeholder stands for it.
    fn check_signed_lists(&self, signature: &Signature, findings: &mut Findings) {
        for (event_type, items) in self.parameter_lists() {
            let place = || format!("parameters.{event_type}");
            let holds = |name: &str| items.iter().chain(self.always_appended()).any(|item| item.name == name);
            if !signature.placeholder().is_empty() && !signature.placeholder().iter().any(|name| holds(name)) {
                findings.push(place(), format!("has no place for the signature in the list of {event_type}"));
            }
            let signed = signature.signs.names().into_iter().filter_map(|name| self.placeholder(name));
            let lacking = signed.filter(|signed| {
                !signed.hidden && !self.carriers(signed).any(|carrier| holds(&carrier.name)) && !of_account(signed)
            });
            for signed in lacking {
                findings.push(place(), format!("signs {}, which is lacking in the list of {event_type}", signed.name));
            }
        }
    }

    /// The placeholders that travel in a URL by the same rule as this one.
    pub(crate) fn carriers<'a>(&'a self, signed: &'a Placeholder) -> impl Iterator<Item = &'a Placeholder> {
        self.placeholders
            .iter()
            .filter(|other| !other.hidden && (other.name == signed.name || other.rule == signed.rule))
    }

    /// Whether a receiver can rebuild the value of a placeholder that is signed: it travels itself, or what it is made of
    /// does in a form that loses nothing, or the receiver's own account has it.
    fn is_rebuilt(&self, name: &str) -> bool {
        let Some(placeholder) = self.placeholder(name) else { return false };
        let travels = |source: &ValueSource| {
            let is_whole = |other: &&Placeholder| {
                !other.hidden
                    && (other.rule.format == Format::Plain || other.rule.format == placeholder.rule.format)
                    && other.rule.sources().any(|carried| carried == source)
            };
            self.placeholders.iter().any(|other| is_whole(&other))
        };
        let has_source = placeholder.rule.source.is_some();
        !placeholder.hidden || of_account(placeholder) || has_source && placeholder.rule.sources().all(travels)
    }
}

/// Whether the receiver's own account has all that a value is made of.
fn of_account(placeholder: &Placeholder) -> bool {
    let known = |source: &ValueSource| {
        matches!(source, ValueSource::Setting(_) | ValueSource::Fact(Fact::Secret | Fact::AppLabel))
    };
    placeholder.rule.source.is_some() && placeholder.rule.sources().all(known)
}
