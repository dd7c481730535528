//! What the parts of a recipe must not contradict in one another. A recipe that signs what no receiver could rebuild is
//! refused here, where it is read, so that no callback ever shows it first.

use std::collections::HashSet;

use super::Recipe;
use super::parts::{Placeholder, SecretNeed};
use crate::domain::dialect::named::Item;
use crate::domain::dialect::signature::{Signature, Travels};
use crate::domain::dialect::signed_text::{SignedText, TextPiece};
use crate::domain::dialect::value::{Fact, ValueSource};

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
        if self.name.is_empty() || !self.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
            return Err("has a name that is not of lower-case letters".to_owned());
        }
        if self.timeout.is_zero() {
            return Err("has no time-out".to_owned());
        }
        let shows = self.tells(Fact::Secret);
        if shows != self.secret_in_clear {
            return Err("must say secret_in_clear exactly where the secret itself is a value".to_owned());
        }
        if (self.secret == SecretNeed::None) != (self.signature.is_none() && !shows) {
            return Err("must have a signature exactly where it takes a secret".to_owned());
        }
        self.check_names()?;
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
        for name in settings {
            if !self.settings.iter().any(|setting| setting.name == *name) {
                return Err(format!("uses the setting {name}, which it does not ask for"));
            }
        }
        let token = self.success.token().unwrap_or_default();
        let named = token.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
        if let Some((name, _)) = named.into_iter().find(|(name, _)| self.placeholder(name).is_none()) {
            return Err(format!("looks for {{{name}}} in answers without a placeholder of that name"));
        }
        let told_by = self.reversal.iter().flat_map(|reversal| &reversal.told_by);
        match told_by.into_iter().find(|name| self.placeholder(name).is_none()) {
            Some(name) => Err(format!("tells a reversal by {name} without a placeholder of that name")),
            None => Ok(()),
        }
    }

    fn check_signature(&self, signature: &Signature) -> Result<(), String> {
        let signs = &signature.signs;
        if let Some(name) = signs.names().into_iter().find(|name| self.placeholder(name).is_none()) {
            return Err(format!("signs {name} without a placeholder of that name"));
        }
        if let Some(name) = signs.names().into_iter().find(|name| !is_rebuilt(self, name)) {
            return Err(format!("signs {name}, which no receiver could rebuild: its value does not travel"));
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
    pub(in crate::domain::dialect) fn carriers<'a>(
        &'a self,
        signed: &'a Placeholder,
    ) -> impl Iterator<Item = &'a Placeholder> {
        self.placeholders
            .iter()
            .filter(|other| !other.hidden && (other.name == signed.name || other.rule == signed.rule))
    }
}

/// Whether a receiver can rebuild the value of a placeholder that is signed: it travels itself, or what it is made of does,
/// or the receiver's own account has it.
fn is_rebuilt(recipe: &Recipe, name: &str) -> bool {
    let Some(placeholder) = recipe.placeholder(name) else { return false };
    let of_account = |source: &ValueSource| {
        matches!(source, ValueSource::Setting(_) | ValueSource::Fact(Fact::Secret | Fact::AppLabel))
    };
    let travels = |source: &ValueSource| {
        let visible = recipe.placeholders().iter().filter(|other| !other.hidden());
        visible.into_iter().any(|other| other.rule.sources().any(|carried| carried == source))
    };
    !placeholder.hidden() || placeholder.rule.sources().all(|source| of_account(source) || travels(source))
}
