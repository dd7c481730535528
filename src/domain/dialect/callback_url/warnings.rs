//! What works of a callback URL but deserves a look.

use super::Check;
use crate::domain::dialect::recipe::{Placeholder, SecretNeed};
use crate::domain::dialect::signed_text::SignedText;
use crate::domain::dialect::value::Fact;
use crate::domain::template::Piece;

impl Check<'_> {
    /// All of them.
    pub(super) fn warnings(&self) -> Vec<String> {
        let origin = self.template.origin();
        let mut warnings = Vec::new();
        if !origin.is_tls() {
            let documented = if self.recipe.https_only() { ", and this dialect documents https only" } else { "" };
            warnings.push(format!("http:// sends the user's data in clear{documented}"));
        }
        if let Some(port) = origin.port().filter(|_| self.signs_url()) {
            warnings
                .push(format!("this dialect signs the URL, and receivers disagree whether port {port} belongs to it"));
        }
        if self.signs_url() && !self.is_bare() && self.parameters().is_empty() {
            let warning = "this dialect signs the URL, and receivers that rebuild it expect a query; add a parameter";
            warnings.push(warning.to_owned());
        }
        if self.recipe.secret() == SecretNeed::None {
            let locks = "a token of your own in the URL and the egress IP are the only locks";
            warnings.push(format!("nothing is signed in this dialect: {locks}"));
        }
        if self.recipe.secret_in_clear() {
            warnings.push("the secret itself travels in this dialect: the logs of your server keep it".to_owned());
        }
        if self.recipe.secret() != SecretNeed::Required {
            let unplaced = self.unplaced_signature().map(|name| ("not signed", name));
            let unplaced = unplaced.or_else(|| self.unplaced_secret().map(|name| ("nothing proves who calls", name)));
            warnings.extend(unplaced.map(|(fault, name)| format!("{fault}: it has no {}", self.written(name))));
        }
        warnings.extend(self.untold());
        warnings.extend(self.free_texts());
        warnings.extend(self.uncovered());
        warnings.extend(self.unmarked_reversal());
        warnings
    }

    /// Text that people write, in a URL that is signed as a whole: the vendor's own samples refuse a space.
    fn free_texts(&self) -> Option<String> {
        const FREE: [Fact; 2] = [Fact::OfferName, Fact::Note];
        let is_free = |name: &&str| {
            let placeholder = self.recipe.placeholder(name);
            placeholder.is_some_and(|known| FREE.into_iter().any(|fact| known.rule.uses(fact)))
        };
        let free: Vec<String> = self.template.placeholders().filter(is_free).map(|name| self.written(name)).collect();
        (self.signs_url() && !free.is_empty()).then(|| {
            format!(
                "the URL is signed as a whole, and a receiver that encodes a space or an apostrophe otherwise refuses it: \
                 verify the URL as received, or leave out {}",
                free.join(", ")
            )
        })
    }

    /// What stands where the signature does not reach, although it covers everything that it can.
    fn uncovered(&self) -> Option<String> {
        let signature = self.recipe.signature()?;
        match &signature.signs {
            SignedText::Query { only: None, .. } => {
                let in_path = self.template.path().iter().find_map(Piece::placeholder)?;
                Some(format!("{} stands in the path, which the signature does not cover", self.written(in_path)))
            }
            SignedText::Values { .. } if self.unplaced_signature().is_none() => {
                let of_transaction = |name: &str| {
                    self.recipe.placeholder(name).is_some_and(|known| known.rule.uses(Fact::TransactionId))
                };
                let lacks = !self.template.placeholders().any(of_transaction);
                let known = self.recipe.placeholders().iter().find(|known| of_transaction(known.name()));
                known.filter(|_| lacks).map(|known| {
                    format!(
                        "the signature covers no transaction id, so it can be sent again: add {}",
                        self.written(known.name())
                    )
                })
            }
            _ => None,
        }
    }

    fn unmarked_reversal(&self) -> Option<String> {
        self.recipe.reversal().filter(|_| !self.recipe.marks_reversal(self.template))?;
        let marks: Vec<String> = self.recipe.reversal_marks().into_iter().map(|name| self.written(name)).collect();
        Some(format!("reversals are not told to it: without {} they would look like rewards", marks.join(" or ")))
    }

    /// What a receiver needs and is not told: whom to credit, and for what. What the dialect's own list or its body tells
    /// needs no place in the URL.
    fn untold(&self) -> Option<String> {
        if self.is_bare() {
            return None;
        }
        let lacks = |fact: Fact| {
            let tells = |known: &Placeholder| known.rule.uses(fact);
            let is_told = self.template.placeholders().filter_map(|name| self.recipe.placeholder(name)).any(tells);
            let is_always_told = self.recipe.always_tells(fact);
            let known = self.usable().filter_map(|name| self.recipe.placeholder(name)).find(|known| tells(known));
            known.filter(|_| !is_told && !is_always_told).map(|known| self.written(known.name()))
        };
        // An amount may be agreed on, and need not be told.
        let needed = [("user", Fact::UserId), ("transaction id", Fact::TransactionId)];
        let lacking: Vec<(&str, String)> =
            needed.into_iter().filter_map(|(what, fact)| Some((what, lacks(fact)?))).collect();
        let (what, written): (Vec<&str>, Vec<String>) = lacking.into_iter().unzip();
        (!what.is_empty()).then(|| format!("your server is told no {}: add {}", what.join(", no "), written.join(", ")))
    }
}
