//! What the parts of a recipe must not contradict in one another. A recipe that signs what no receiver could rebuild is
//! refused here, where it is read, so that no callback ever shows it first.

use std::collections::HashSet;

use super::Recipe;
use super::parts::{Placeholder, ReversalUrl, SecretNeed, Tells};
use crate::domain::dialect::format::Format;
use crate::domain::dialect::named::Item;
use crate::domain::dialect::signature::{Signature, Travels};
use crate::domain::dialect::signed_text::{QueryForm, SignedText};
use crate::domain::dialect::text_of::TextPiece;
use crate::domain::dialect::value::{Fact, ValueSource};

/// How what is odd about a recipe begins where it is not solid.
const NOT_SOLID: &str = "Not solid: ";
/// Longest name of a setting.
const LONGEST_NAME: usize = 64;

fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(fits)
}

impl Recipe {
    pub(super) fn check(&self) -> Result<(), String> {
        if self.vectors.is_empty() {
            return Err("has no vectors".to_owned());
        }
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.name.is_empty() || !self.name.bytes().all(is_plain) {
            return Err("has a name that is not of lower-case letters, digits and `-`".to_owned());
        }
        if self.solid == self.about.starts_with(NOT_SOLID) {
            return Err(format!("must say solid = false exactly where its about begins with {NOT_SOLID:?}"));
        }
        if self.timeout.is_zero() {
            return Err("has no time-out".to_owned());
        }
        let shows = self.tells(Fact::Secret);
        if shows != self.secret_in_clear {
            return Err("must say secret_in_clear exactly where the secret itself is a value".to_owned());
        }
        let in_url = self.placeholders.iter().filter(|placeholder| placeholder.rule.uses(Fact::Secret)).count();
        if shows && self.rules().filter(|rule| rule.uses(Fact::Secret)).count() > in_url {
            return Err("shows the secret elsewhere than in a URL, where it would be kept".to_owned());
        }
        if (self.secret == SecretNeed::None) != (self.signature.is_none() && !shows) {
            return Err("must have a signature exactly where it takes a secret".to_owned());
        }
        self.check_names()?;
        self.check_forms()?;
        self.check_reversal()?;
        self.signature.as_ref().map_or(Ok(()), |signature| self.check_signature(signature))
    }

    /// Names that must be known, and known once.
    fn check_names(&self) -> Result<(), String> {
        let mut seen = HashSet::new();
        if let Some(twice) = self.placeholders.iter().find(|placeholder| !seen.insert(&placeholder.name)) {
            return Err(format!("has the placeholder {} twice", twice.name));
        }
        let carried = |name: &str| self.signature.iter().any(|own| own.placeholder().iter().any(|own| own == name));
        let is_sent = |item: &&Item| {
            let placeholder = self.placeholder(&item.name);
            item.fixed.is_some() || placeholder.is_some_and(|known| !known.hidden) || carried(&item.name)
        };
        if let Some(item) = self.listed().find(|item| !is_sent(item)) {
            return Err(format!("lists the parameter {} without a placeholder of that name", item.name));
        }
        if let Some(name) = self.placeholders.iter().map(|own| &own.name).find(|name| carried(name)) {
            return Err(format!("has the placeholder {name}, which stands for the signature"));
        }
        let mut seen = HashSet::new();
        if let Some(setting) =
            self.settings.iter().find(|setting| !is_name(&setting.name) || !seen.insert(&setting.name))
        {
            return Err(format!("has the setting {:?} twice, or its name is none", setting.name));
        }
        let settings = self.rules().flat_map(|rule| rule.sources()).filter_map(|source| match source {
            ValueSource::Setting(name) => Some(name),
            _ => None,
        });
        let header = self.signature.iter().filter_map(Signature::carrier).filter_map(|own| own.name_setting.as_ref());
        for name in settings.chain(header) {
            if !self.settings.iter().any(|setting| setting.name == *name) {
                return Err(format!("uses the setting {name}, which it does not ask for"));
            }
        }
        let token = self.success.token().unwrap_or_default();
        let named = token.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
        if let Some((name, _)) = named.into_iter().find(|(name, _)| self.placeholder(name).is_none()) {
            return Err(format!("looks for {{{name}}} in answers without a placeholder of that name"));
        }
        Ok(())
    }

    /// Words that could not be written, or not be read back.
    fn check_forms(&self) -> Result<(), String> {
        let brackets = &self.template_form.brackets;
        if let Some(fault) = brackets.fault() {
            return Err(fault);
        }
        if let Some(name) = self.placeholders.iter().map(|own| &own.name).find(|name| !brackets.can_write(name)) {
            return Err(format!("has the placeholder {name:?}, which its brackets cannot write"));
        }
        let beside = self.signature.iter().flat_map(|signature| &signature.headers);
        let carrier = self.signature.iter().filter_map(Signature::carrier).map(|carrier| carrier.name.as_str());
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let mut seen = HashSet::new();
        for name in self.headers.iter().chain(beside).map(|header| header.name.as_str()).chain(carrier) {
            if name.is_empty() || !name.bytes().all(is_token) || !seen.insert(name.to_ascii_lowercase()) {
                return Err(format!("has the header {name:?} twice, or its name is none"));
            }
        }
        match self.rules().find(|rule| !rule.format.is_bounded()) {
            Some(_) => Err("has a format with more decimals than an amount has".to_owned()),
            None => Ok(()),
        }
    }

    /// A reversal must be told so that it can be told from a completion.
    fn check_reversal(&self) -> Result<(), String> {
        let Some(reversal) = &self.reversal else { return Ok(()) };
        if reversal.part && matches!(reversal.tells, Tells::Completion | Tells::Zero) {
            return Err("tells a part of a completion as the whole of it".to_owned());
        }
        for name in &reversal.told_by {
            match self.placeholder(name) {
                Some(placeholder) if placeholder.hidden || !reversal.is_marked_by(&placeholder.rule) => {
                    return Err(format!("tells a reversal by {name}, which says the same of a completion"));
                }
                Some(_) => {}
                None => return Err(format!("tells a reversal by {name} without a placeholder of that name")),
            }
        }
        // An id of its own alone would make it one more reward.
        if reversal.url == ReversalUrl::Callback && !self.rules().any(|rule| reversal.is_marked_by(rule)) {
            return Err("tells a reversal that looks like a completion".to_owned());
        }
        Ok(())
    }

    fn check_signature(&self, signature: &Signature) -> Result<(), String> {
        let signs = &signature.signs;
        if let Some(name) = signs.names().into_iter().find(|name| self.placeholder(name).is_none()) {
            return Err(format!("signs {name} without a placeholder of that name"));
        }
        if let Some(name) = signs.names().into_iter().find(|name| !self.is_rebuilt(name)) {
            return Err(format!("signs {name}, which no receiver could rebuild: its value does not travel"));
        }
        self.check_lists(signature)?;
        if let SignedText::Query { only, encode, .. } = signs {
            if only.as_ref().is_some_and(Vec::is_empty) {
                return Err("signs an empty list of parameters".to_owned());
            }
            if only.is_none() && *encode == QueryForm::None && !signature.accepts_ambiguity {
                return Err("signs all parameters decoded, so that a `&` in one is ambiguous".to_owned());
            }
            if only.iter().flatten().any(|name| self.placeholder(name).is_some_and(|known| known.hidden)) {
                return Err("signs a hidden value as a parameter".to_owned());
            }
        }
        let holds = |wanted: &TextPiece| matches!(signs, SignedText::Text { of, .. } if of.pieces().iter().any(|piece| piece == wanted));
        if !signature.algorithm.is_keyed() && !holds(&TextPiece::Secret) {
            return Err("signs without a key a text that does not hold {secret}".to_owned());
        }
        if holds(&TextPiece::Body) && self.body.is_none() {
            return Err("signs a body and has none".to_owned());
        }
        let beside = |fact| self.headers.iter().chain(&signature.headers).any(|header| header.rule.uses(fact));
        let wrapped = signature.carrier().is_some_and(|carrier| carrier.wrapping().contains("{t}"));
        if holds(&TextPiece::Time) && !wrapped && !beside(Fact::AttemptedAt) {
            return Err("signs {t}, which does not travel".to_owned());
        }
        if holds(&TextPiece::EventId) && !beside(Fact::EventId) {
            return Err("signs {id}, which does not travel".to_owned());
        }
        if let Some(fault) = signature.carrier().and_then(|carrier| carrier.fault()) {
            return Err(fault);
        }
        let of_url = matches!(signs, SignedText::Url | SignedText::Query { .. });
        if matches!(signature.travels, Travels::Placeholder(_)) && of_url {
            return Err("has the signature inside of what it signs".to_owned());
        }
        if self.secret_in_clear && of_url {
            return Err("shows the secret in what it signs".to_owned());
        }
        if !self.appended_on_test.is_empty() && signs.needs_whole_query() {
            return Err("appends to tests what it would have to sign".to_owned());
        }
        self.check_ambiguity(signature)
    }

    /// Two values that touch each other, or that nothing joins, can be cut in more than one way.
    fn check_ambiguity(&self, signature: &Signature) -> Result<(), String> {
        let is_value = |piece: &TextPiece| !matches!(piece, TextPiece::Literal(_) | TextPiece::Secret);
        let touches = match &signature.signs {
            SignedText::Text { of, .. } => of.pieces().windows(2).any(|pair| pair.iter().all(is_value)),
            SignedText::Values { join, .. } => join.is_empty(),
            SignedText::Url | SignedText::Query { .. } => false,
        };
        if touches && !signature.accepts_ambiguity {
            return Err("signs values without anything between them; say ambiguity = \"accepted\"".to_owned());
        }
        Ok(())
    }

    /// The placeholders that travel in a URL by the same rule as this one.
    pub(crate) fn carriers<'a>(&'a self, signed: &'a Placeholder) -> impl Iterator<Item = &'a Placeholder> {
        self.placeholders
            .iter()
            .filter(|other| !other.hidden && (other.name == signed.name || other.rule == signed.rule))
    }

    /// Every list of its own must hold what is signed of it, and the signature where a placeholder stands for it.
    fn check_lists(&self, signature: &Signature) -> Result<(), String> {
        for (event_type, items) in self.parameter_lists() {
            let holds = |name: &str| items.iter().chain(self.always_appended()).any(|item| item.name == name);
            if !signature.placeholder().is_empty() && !signature.placeholder().iter().any(|name| holds(name)) {
                return Err(format!("has no place for the signature in the list of {event_type}"));
            }
            let lacking =
                signature.signs.names().into_iter().filter_map(|name| self.placeholder(name)).find(|signed| {
                    !signed.hidden && !self.carriers(signed).any(|carrier| holds(&carrier.name)) && !of_account(signed)
                });
            if let Some(signed) = lacking {
                return Err(format!("signs {}, which is lacking in the list of {event_type}", signed.name));
            }
        }
        Ok(())
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
