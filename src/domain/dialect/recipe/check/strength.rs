//! What a signature is worth: where it is weaker than one that would be designed today, the recipe must say so itself, in the
//! words that follow from how it signs, and no others. So nobody ships or publishes a weak one unawares, nor calls one weak
//! that is not.

use super::super::Recipe;
use super::super::finding::Findings;
use crate::domain::dialect::digest::Algorithm;
use crate::domain::dialect::signature::Signature;
use crate::domain::dialect::signed_text::SignedText;
use crate::domain::dialect::text_of::TextPiece;

impl Recipe {
    pub(super) fn check_strength(&self, signature: &Signature, findings: &mut Findings) {
        check_legacy(signature, findings);
        check_ambiguity(signature, findings);
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

/// Two values that touch each other, or that nothing joins, can be cut in more than one way.
fn check_ambiguity(signature: &Signature, findings: &mut Findings) {
    let is_value = |piece: &TextPiece| !matches!(piece, TextPiece::Literal(_) | TextPiece::Secret);
    let touches = match &signature.signs {
        SignedText::Text { of, .. } => of.pieces().windows(2).any(|pair| pair.iter().all(is_value)),
        SignedText::Values { join, .. } => join.is_empty(),
        SignedText::Url | SignedText::Query { .. } => false,
    };
    if touches && !signature.accepts_ambiguity {
        findings.push("signature.signs", "signs values without anything between them; say ambiguity = \"accepted\"");
    }
}
