//! What a signature is worth: where it is weaker than one that would be designed today, the recipe must say so itself, in the
//! words that follow from how it signs, and no others. So nobody ships or publishes a weak one unawares, nor calls one weak
//! that is not.

use super::super::Recipe;
use super::super::finding::Findings;
use crate::domain::dialect::digest::Algorithm;
use crate::domain::dialect::signature::Signature;
use crate::domain::dialect::signed_text::{QueryForm, SignedText};
use crate::domain::dialect::text_of::TextPiece;

impl Recipe {
    pub(super) fn check_strength(&self, signature: &Signature, findings: &mut Findings) {
        check_legacy(signature, findings);
        self.check_ambiguity(signature, findings);
        self.check_gaps(signature, findings);
    }

    /// A signature that leaves a part of the reward open must say which.
    fn check_gaps(&self, signature: &Signature, findings: &mut Findings) {
        let gaps = self.gaps();
        let said: Vec<&str> = signature.not_covered.iter().map(String::as_str).collect();
        let is_said = gaps.iter().all(|gap| said.contains(gap)) && said.len() == gaps.len();
        if !is_said {
            let fault = match gaps.is_empty() {
                true => "must be left out: the signature leaves open no part of the reward's meaning".to_owned(),
                false => format!("must be {gaps:?}: that is what the signature leaves open of the reward's meaning"),
            };
            findings.push("signature.not_covered", fault);
        }
    }
}

impl Recipe {
    /// Said where values may be cut in more than one way, and nowhere else.
    fn check_ambiguity(&self, signature: &Signature, findings: &mut Findings) {
        let signs = &signature.signs;
        match ambiguity(signs) {
            Some(why) if !signature.accepts_ambiguity => {
                findings.push("signature.signs", format!("{why}; say ambiguity = \"accepted\""));
            }
            None if signature.accepts_ambiguity && !may_blur(signs) => {
                findings.push(
                    "signature.ambiguity",
                    "must be left out: what is signed can be cut in one way only, whatever its values hold",
                );
            }
            _ => {}
        }
        let SignedText::Values { leave_out_empty, .. } = signs else { return };
        for (at, name) in leave_out_empty.iter().enumerate() {
            let place = format!("signature.signs.values.leave_out_empty[{at}]");
            if self.placeholder(name).is_none_or(|known| known.hidden) {
                findings.push(place, format!("leaves out {name}, which is no placeholder of a callback URL"));
            } else if leave_out_empty[..at].contains(name) {
                findings.push(place, format!("leaves out {name} twice"));
            }
        }
    }
}

fn check_legacy(signature: &Signature, findings: &mut Findings) {
    let why = weakness(signature);
    if signature.legacy != why.is_some() {
        let fault = match why {
            Some(why) => format!("must be true: {why}; a new design signs by hmac-sha256"),
            None => "must be left out: this way of signing is none that has been given up".to_owned(),
        };
        findings.push("signature.legacy", fault);
    }
}

/// Why no new design should sign like this.
fn weakness(signature: &Signature) -> Option<&'static str> {
    // What is behind the last value is all that keeps a stranger from lengthening that value.
    let can_be_lengthened = match &signature.signs {
        SignedText::Text { of, .. } => {
            let fixed = |piece: &&TextPiece| matches!(piece, TextPiece::Literal(_) | TextPiece::Secret);
            !of.pieces().iter().rev().take_while(fixed).any(|piece| *piece == TextPiece::Secret)
        }
        SignedText::Url | SignedText::Query { .. } | SignedText::Values { .. } => false,
    };
    match signature.algorithm {
        Algorithm::Md5 => Some("two texts with one md5 can be made"),
        Algorithm::Sha1 => Some("two texts with one sha1 can be made"),
        Algorithm::Sha256 if can_be_lengthened => {
            Some("with no secret behind its last value a stranger can lengthen the text")
        }
        Algorithm::Sha256 | Algorithm::HmacSha1 | Algorithm::HmacSha256 => None,
    }
}

fn is_value(piece: &TextPiece) -> bool {
    !matches!(piece, TextPiece::Literal(_) | TextPiece::Secret)
}

/// Why two callbacks with other values could have the same signed text, whatever is refused when it is reported.
fn ambiguity(signs: &SignedText) -> Option<&'static str> {
    let touching = "signs values without anything between them";
    match signs {
        SignedText::Text { of, .. } if of.pieces().windows(2).any(|pair| pair.iter().all(is_value)) => Some(touching),
        SignedText::Values { join, .. } if join.is_empty() => Some(touching),
        // Of one that is left out the number of the others tells; of two nobody knows which of them it was.
        SignedText::Values { leave_out_empty, .. } if leave_out_empty.len() > 1 => {
            Some("leaves out more than one value where it is empty, so that nobody can tell which")
        }
        SignedText::Query { only: None, encode: QueryForm::None, .. } => {
            Some("signs all parameters decoded, so that a `&` in one is ambiguous")
        }
        SignedText::Text { .. } | SignedText::Values { .. } | SignedText::Url | SignedText::Query { .. } => None,
    }
}

/// Whether a value may hold what separates it from another one: there must be another one, and an end to be found.
fn may_blur(signs: &SignedText) -> bool {
    match signs {
        SignedText::Text { of, .. } => of.pieces().iter().filter(|piece| is_value(piece)).count() > 1,
        SignedText::Values { .. } => true,
        SignedText::Query { only, encode, .. } => {
            *encode == QueryForm::None && only.as_ref().is_none_or(|names| names.len() > 1)
        }
        SignedText::Url => false,
    }
}
