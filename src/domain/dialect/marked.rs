//! What is sent, in parts for people: which text comes from which placeholder, and what of it the signature covers.
//!
//! It reads a finished request by the template that it was expanded from, as a receiver does, so that nothing is marked that
//! could not be read back.

use std::sync::Arc;

use serde::Serialize;

use super::callback::CallbackConfig;
use super::parts::Part;
use super::query::{Query, split_origin};
use super::received::{Received, Seen};
use super::recipe::Recipe;
use super::signature::Signature;
use super::signed_text::SignedText;
use crate::domain::encoding::decode;
use crate::domain::template::{Piece, Template, unexpand};

/// A part of what is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Marked {
    /// As it goes out.
    pub text: String,
    /// The placeholder that it stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// Whether the signature covers it.
    pub signed: bool,
}

/// The parts of a request: of its body where it has one, else of its URL. Without a signature nothing is signed.
pub fn marked(recipe: &Recipe, config: &CallbackConfig, request: &Received, has_signature: bool) -> Vec<Marked> {
    let seen = Seen::new(recipe, config, request);
    let signature = recipe.signature().filter(|_| has_signature);
    let mut marking =
        Marking { recipe, signature, template: seen.template.clone(), names: Vec::new(), parts: Vec::new() };
    if let Some(signature) = signature
        && let Ok(text) = signature.signs.render(&seen)
    {
        marking.names = text.iter().filter_map(Part::name).map(str::to_owned).collect();
    }
    match &request.body {
        Some(body) => {
            marking.literal(&request.url, false);
            marking.literal(body, signature.is_some_and(|signature| signature.signs.holds_body()));
        }
        None => marking.url(&request.url),
    }
    marking.parts
}

struct Marking<'a> {
    recipe: &'a Recipe,
    signature: Option<&'a Signature>,
    template: Option<Arc<Template>>,
    /// What the signed text holds the values of: placeholders, or parameters.
    names: Vec<String>,
    parts: Vec<Marked>,
}

impl Marking<'_> {
    fn url(&mut self, url: &str) {
        let (origin, rest) = split_origin(url);
        let path = rest.split('?').next().unwrap_or_default();
        let of_url = self.signature.is_some_and(Signature::signs_url);
        self.literal(origin, of_url);
        let template = self.template.clone();
        match template.as_deref().map(Template::path) {
            Some(pieces) if unexpand(pieces, path).is_some() => self.pieces(pieces, path, of_url),
            _ => self.literal(path, of_url),
        }
        for (at, (name, value)) in Query::read(rest).pairs().enumerate() {
            self.parameter(if at == 0 { "?" } else { "&" }, name, value);
        }
    }

    fn parameter(&mut self, joint: &str, name: &str, value: &str) {
        let decoded = decode(name);
        if self.recipe.signature().and_then(Signature::query_parameter) == Some(&decoded) {
            self.literal(&format!("{joint}{name}="), false);
            return self.push(value, Some(decoded), false);
        }
        let by_parameters = |signs: &SignedText| matches!(signs, SignedText::Url | SignedText::Query { .. });
        let is_signed = self.signature.is_some_and(|signature| by_parameters(&signature.signs))
            && self.names.iter().any(|signed| *signed == decoded || *signed == name);
        self.literal(&format!("{joint}{name}="), is_signed);
        let template = self.template.clone();
        let parameters = template.iter().flat_map(|template| template.parameters());
        let own = parameters.into_iter().find(|parameter| parameter.decoded_name() == decoded);
        match own.and_then(|parameter| parameter.value.as_deref()) {
            Some(pieces) if unexpand(pieces, value).is_some() => self.pieces(pieces, value, is_signed),
            _ => {
                let listed = self.recipe.placeholder(&decoded).is_some().then_some(decoded);
                let is_signed = is_signed || listed.as_ref().is_some_and(|name| self.is_signed(name));
                self.push(value, listed, is_signed);
            }
        }
    }

    /// A text that was expanded from these pieces.
    fn pieces(&mut self, pieces: &[Piece], text: &str, is_signed: bool) {
        let mut values = unexpand(pieces, text).unwrap_or_default().into_iter();
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => self.literal(literal, is_signed),
                Piece::Placeholder(name) => {
                    let value = values.next().map(|(_, value)| value).unwrap_or_default();
                    let is_signed = is_signed || self.is_signed(name);
                    self.push(value, Some(name.clone()), is_signed);
                }
            }
        }
    }

    /// Whether the value of a placeholder is signed by itself: under its own name, or as that of another which says the same.
    fn is_signed(&self, name: &str) -> bool {
        let by_values = |signs: &SignedText| matches!(signs, SignedText::Values { .. } | SignedText::Text { .. });
        if !self.signature.is_some_and(|signature| by_values(&signature.signs) && !signature.stands_for(name)) {
            return false;
        }
        let source = |name: &str| self.recipe.placeholder(name).and_then(|known| known.rule.source.clone());
        let own = source(name);
        self.names.iter().any(|signed| signed == name || own.is_some() && source(signed) == own)
    }

    fn literal(&mut self, text: &str, signed: bool) {
        if !text.is_empty() {
            self.push(text, None, signed);
        }
    }

    fn push(&mut self, text: &str, placeholder: Option<String>, signed: bool) {
        self.parts.push(Marked { text: text.to_owned(), placeholder, signed });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::callback_url::CallbackUrl;
    use crate::domain::dialect::catalog::Catalog;

    fn parts(dialect: &str, template: &str, url: &str) -> Vec<Marked> {
        let config =
            CallbackConfig::default().with(|settings| settings.callback_url = Some(CallbackUrl::new(template)));
        let request = Received { method: "GET".to_owned(), url: url.to_owned(), ..Received::default() };
        let recipe = Catalog::builtin().get(dialect).unwrap().clone();
        assert!(!marked(&recipe, &config, &request, false).iter().any(|part| part.signed));
        let parts = marked(&recipe, &config, &request, true);
        assert_eq!(parts.iter().map(|part| part.text.as_str()).collect::<String>(), url);
        parts
    }

    fn signed(parts: &[Marked]) -> Vec<&str> {
        parts.iter().filter(|part| part.signed).filter_map(|part| part.placeholder.as_deref()).collect()
    }

    #[test]
    fn the_parts_of_a_url_are_the_url_and_say_what_is_signed() {
        let template = "https://p.example/{user_id}?tx={trans_id}&a=x{amount_local}&s={status}&h={secure_hash}";
        let parts = parts("cpx", template, "https://p.example/u%201?tx=t1&a=x5&s=1&h=abc");
        let named: Vec<_> =
            parts.iter().filter_map(|part| Some((part.placeholder.as_deref()?, part.text.as_str()))).collect();
        let expected =
            [("user_id", "u%201"), ("trans_id", "t1"), ("amount_local", "5"), ("status", "1"), ("secure_hash", "abc")];
        assert_eq!(named, expected);
        assert_eq!(signed(&parts), ["trans_id"]);
    }

    #[test]
    fn what_a_whole_signature_covers_ends_before_it() {
        let parts = parts("besitos", "https://p.example/pb", "https://p.example/pb?user_id=u&payout=1.00&verifier=abc");
        assert_eq!(signed(&parts), ["user_id", "payout"]);
        assert!(parts[0].signed && !parts[parts.len() - 1].signed);
    }
}
