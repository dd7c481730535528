//! How a dialect signs and what its signature is worth, in sentences for whoever writes a receiver.

use crate::domain::dialect::coverage::coverage;
use crate::domain::dialect::digest::{Algorithm, Digest, KeyForm};
use crate::domain::dialect::recipe::{Recipe, SecretNeed};
use crate::domain::dialect::signature::{Signature, Travels};
use crate::domain::dialect::signed_text::{QueryForm, SignedText, Sort};

/// What a signature covers, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covers {
    /// All of it in a sentence.
    pub says: String,
    /// The placeholders that it covers, as templates write them; none where it covers everything.
    pub covered: Vec<String>,
    /// Those that it does not.
    pub not_covered: Vec<String>,
    /// What somebody on the way could do because of that, a sentence each.
    pub gaps: Vec<String>,
}

/// `HMAC-SHA256 in hexadecimal over the whole URL as sent, last in the query as verifier.`
pub fn how(recipe: &Recipe) -> String {
    let Some(signature) = recipe.signature() else { return "Nothing is signed.".to_owned() };
    let need = if recipe.secret() == SecretNeed::Optional { " Without a secret nothing is signed." } else { "" };
    let key = match &signature.key {
        KeyForm::Text => String::new(),
        KeyForm::Base64After(prefix) => {
            format!(" The key is what stands behind `{prefix}` in the secret, decoded from base64.")
        }
    };
    let (function, form) = (function(signature.algorithm), form(signature.digest));
    let (text, place) = (text(&signature.signs), travels(recipe, signature));
    format!("{function}, written in {form}, over {text}. It stands {place}.{key}{need}")
}

/// What the signature covers and what it does not.
pub fn covers(recipe: &Recipe) -> Covers {
    let none = |says: &str, gaps: Vec<String>| Covers {
        says: says.to_owned(),
        covered: Vec::new(),
        not_covered: Vec::new(),
        gaps,
    };
    let in_clear = || "The secret itself travels: whoever sees one callback can make others.".to_owned();
    let Some(coverage) = coverage(recipe) else {
        let gaps = if recipe.secret_in_clear() { vec![in_clear()] } else { Vec::new() };
        return none("Nothing: whoever knows the URL can send callbacks. Take them from the egress IP alone.", gaps);
    };
    let mut gaps: Vec<String> = coverage.gaps.iter().map(|gap| gap_in_words(gap).to_owned()).collect();
    let signature = recipe.signature();
    if signature.is_some_and(|signature| signature.accepts_ambiguity) {
        let text = "Where one value ends and the next begins: two callbacks can have one signature.";
        gaps.push(text.to_owned());
    }
    if recipe.secret_in_clear() {
        gaps.push(in_clear());
    }
    if coverage.whole {
        let of_body = signature.is_some_and(|signature| signature.signs.holds_body());
        let says = match signature.map(|signature| &signature.signs) {
            _ if of_body => "The whole body.",
            Some(SignedText::Url) => "The whole URL, up to the signature.",
            _ => "All parameters of the query, those of your own too; not the path.",
        };
        return none(says, gaps);
    }
    let written = |names: Vec<String>| names.iter().map(|name| recipe.written(name)).collect::<Vec<_>>();
    let (covered, not_covered) = (written(coverage.covered), written(coverage.not_covered));
    let says = match not_covered.len() {
        0 => "The values of all placeholders in your URL; no parameters of your own, and not the path.",
        _ => "Some values. Somebody on the way could change the others unnoticed.",
    };
    Covers { says: says.to_owned(), covered, not_covered, gaps }
}

fn gap_in_words(gap: &str) -> &str {
    match gap {
        "user" => "Not the user: whoever has seen one callback can send it again for somebody else.",
        "transaction" => "Not the transaction id: whoever has seen one callback can send it again under another id.",
        "amount" => "Not the reward: it can be changed on the way.",
        "reversal" => {
            "Not what marks a reversal: a reward can be sent again as its own reversal, or the other way round."
        }
        other => other,
    }
}

fn function(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::HmacSha256 => "HMAC-SHA256",
        Algorithm::HmacSha1 => "HMAC-SHA1",
        Algorithm::Md5 => "MD5",
        Algorithm::Sha1 => "SHA-1",
        Algorithm::Sha256 => "SHA-256",
    }
}

fn form(digest: Digest) -> &'static str {
    match digest {
        Digest::Hex => "small hexadecimal letters",
        Digest::Base64 => "base64",
        Digest::Base64Url => "base64 for URLs, without padding",
    }
}

fn text(signs: &SignedText) -> String {
    match signs {
        SignedText::Url => "the whole URL as it is sent, without the signature".to_owned(),
        SignedText::Query { only: Some(names), .. } => format!("the parameters {}", names.join(", ")),
        SignedText::Query { sort: Sort::Sent, encode: QueryForm::Sent, .. } => "the query as it is sent".to_owned(),
        SignedText::Query { sort, encode, .. } => {
            let order = match sort {
                Sort::Name => "sorted by their names",
                Sort::Sent => "in the order in which they are sent",
            };
            let form = match encode {
                QueryForm::Form => ", encoded as in an HTML form",
                QueryForm::Rfc3986 => ", encoded by RFC 3986",
                QueryForm::None => ", decoded",
                QueryForm::Sent => ", as they are sent",
            };
            format!("all parameters, {order}{form}")
        }
        SignedText::Values { join, .. } => {
            format!(
                "the values of the placeholders in your URL, decoded, in order of the placeholders' names, with `{join}` between them"
            )
        }
        SignedText::Text { of, .. } => format!("the text `{of}`, its values decoded"),
    }
}

fn travels(recipe: &Recipe, signature: &Signature) -> String {
    match &signature.travels {
        Travels::Query(name) => format!("last in the query, as `{name}`"),
        Travels::Placeholder(_) => {
            let names: Vec<String> =
                signature.placeholder().iter().map(|name| format!("`{}`", recipe.written(name))).collect();
            format!("where your URL has {}", names.join(" or "))
        }
        Travels::Header(carrier) => format!("in the header `{}: {}`", carrier.name, carrier.wrapping()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::catalog::Catalog;

    #[test]
    fn the_way_of_signing_is_told_so_that_it_can_be_followed() {
        let catalog = Catalog::builtin();
        let of = |name: &str| how(catalog.get(name).unwrap());
        assert_eq!(
            of("besitos"),
            "HMAC-SHA256, written in small hexadecimal letters, over the whole URL as it is sent, without the signature. \
             It stands last in the query, as `verifier`."
        );
        assert!(
            of("wannads")
                .contains("over the text `{subId}{transId}{reward}{secret}`, its values decoded. It stands where")
        );
        assert!(of("standard-webhooks").ends_with("decoded from base64."));
        assert!(of("growdeck").len() > 20);
    }

    #[test]
    fn every_gap_of_every_dialect_has_a_sentence() {
        let catalog = Catalog::builtin();
        for recipe in catalog.newest() {
            for gap in covers(recipe).gaps {
                assert!(gap.contains(": "), "{}: {gap}", recipe.name());
            }
        }
        let wannads = covers(catalog.get("wannads").unwrap());
        assert_eq!(wannads.covered, ["{subId}", "{transId}", "{reward}"]);
        assert_eq!(wannads.gaps.len(), 2, "{wannads:?}");
        assert_eq!(covers(catalog.get("besitos").unwrap()).says, "The whole URL, up to the signature.");
    }
}
