//! A request that somebody wrote by hand, signed as its dialect does: for receivers under construction, where there is a
//! URL or a body but no completion behind it.
//!
//! It adds the signature and the headers that go with one. It must not change, expand or check anything else, so that
//! what a receiver gets wrong can be tried as well.

use std::collections::BTreeMap;

use super::callback::{CallbackRequest, Header};
use super::received::{Query, Received, SignedUrl, signed_text_of_received, split_origin};
use super::recipe::Recipe;
use super::signature::{Signature, SignedHeader, SignedText, Travels, Unit, fill};
use super::value::ValueSource;
use crate::domain::encoding::{decode, encode};
use crate::domain::invalid::Invalid;
use crate::domain::secret::SecretText;
use crate::domain::time::Timestamp;

/// What stands where a signature is not shown.
const MASK: &str = "…";

/// A request without its signature.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The URL as it is to be sent.
    pub url: Option<String>,
    /// The raw body of a POST.
    pub body: Option<String>,
    /// The timestamp's text, where it is signed and is not to be the attempt's own.
    pub timestamp: Option<String>,
    /// When it is sent.
    pub attempted_at: Timestamp,
    /// The event's id, where it is signed.
    pub event_id: String,
    /// The app's ref or id, where it travels.
    pub app_label: Option<String>,
    /// The endpoint's settings, where one travels.
    pub settings: BTreeMap<String, String>,
    /// `scheme://host[:port]` that replaces the origin in what is signed.
    pub signed_origin: Option<String>,
}

/// Signs a draft; what it lacks is named by the draft's fields, as the API writes them.
pub fn sign(recipe: &Recipe, draft: &Draft, key: &SecretText) -> Result<CallbackRequest, Invalid> {
    let signature = recipe
        .signature()
        .ok_or_else(|| Invalid::field("dialect", format!("has no signature: {} signs nothing", recipe.title())))?;
    let (t, text) = draft.signed_text(recipe, signature)?;
    let value = signature.sign(key, text.as_bytes());
    let url = draft.url.clone().unwrap_or_default();
    let mut headers = Vec::new();
    if draft.body.is_some() {
        headers.push(plain("Content-Type", "application/json".to_owned()));
    }
    let url_with_signature = match &signature.travels {
        Travels::Query(name) => with_parameter(&url, name, &value),
        Travels::Header { name, wrapping } => {
            let wrapped = fill(wrapping, &[("t", &t), ("signature", &value)]);
            headers.push(Header { name: name.clone(), value: wrapped, shown: MASK.to_owned() });
            url.clone()
        }
    };
    for header in &signature.headers {
        headers.push(plain(&header.name, draft.beside(recipe, header, &t)?));
    }
    Ok(CallbackRequest {
        method: recipe.method(),
        url: url_with_signature,
        shown: url.len(),
        headers,
        body: draft.body.clone(),
        signed_text: Some(text),
        signature_start: None,
        signature: Some(value),
    })
}

impl Draft {
    /// The timestamp and the text that is signed.
    fn signed_text(&self, recipe: &Recipe, signature: &Signature) -> Result<(String, String), Invalid> {
        let given = |unit: Unit| self.timestamp.clone().unwrap_or_else(|| unit.of(self.attempted_at).to_string());
        match &signature.signs {
            SignedText::Url => {
                let url = self.needed_url(recipe)?;
                if SignedUrl::read(signature, url).is_ok() {
                    let name = signature.query_parameter().unwrap_or_default();
                    return Err(Invalid::field("url", format!("carries a signature already: drop its {name}")));
                }
                let text = match &self.signed_origin {
                    Some(origin) => format!("{origin}{}", split_origin(url).1),
                    None => url.to_owned(),
                };
                Ok((given(Unit::Seconds), text))
            }
            SignedText::Parameters(_) => {
                let received = Received { url: self.needed_url(recipe)?.to_owned(), ..Received::default() };
                let text = signed_text_of_received(recipe, &received).map_err(|fault| Invalid::field("url", fault))?;
                Ok((given(Unit::Seconds), text))
            }
            SignedText::Text { of, t } => {
                let lacking = || Invalid::field("body", format!("is needed: {} signs the body", recipe.title()));
                let body = self.body.as_deref().ok_or_else(lacking)?;
                let t = given(*t);
                let text = fill(of, &[("id", &self.event_id), ("t", &t), ("body", body)]);
                Ok((t, text))
            }
        }
    }

    fn needed_url(&self, recipe: &Recipe) -> Result<&str, Invalid> {
        let lacking = || Invalid::field("url", format!("is needed: {} signs it or its parameters", recipe.title()));
        self.url.as_deref().ok_or_else(lacking)
    }

    /// The value of a header that goes along with the signature.
    fn beside(&self, recipe: &Recipe, header: &SignedHeader, t: &str) -> Result<String, Invalid> {
        let lacking = |field: &str| Invalid::field(field, format!("is needed for the header {}", header.name));
        let uses = |source: ValueSource| header.rule.uses(source);
        if uses(ValueSource::AppLabel) || uses(ValueSource::AppId) {
            return self.app_label.clone().ok_or_else(|| lacking("appId"));
        }
        if uses(ValueSource::SurfaceId) {
            return self.settings.get("surfaceId").cloned().ok_or_else(|| lacking("surfaceId"));
        }
        if uses(ValueSource::AttemptedAt) {
            return Ok(t.to_owned());
        }
        if uses(ValueSource::EventId) {
            return Ok(self.event_id.clone());
        }
        // It repeats what a parameter of the URL says.
        let query = Query::read(self.url.as_deref().unwrap_or_default());
        let twin = recipe.placeholders().iter().find(|placeholder| placeholder.rule == header.rule);
        twin.and_then(|twin| query.first(&twin.name)).map(decode).ok_or_else(|| lacking("url"))
    }
}

fn with_parameter(url: &str, name: &str, value: &str) -> String {
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}{}={}", encode(name), encode(value))
}

fn plain(name: &str, value: String) -> Header {
    Header { name: name.to_owned(), shown: value.clone(), value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::callback::CallbackConfig;
    use crate::domain::dialect::catalog::Catalog;
    use crate::domain::dialect::diagnose::diagnose;

    /// Something to sign for every dialect.
    fn draft() -> Draft {
        let url =
            "https://pub.example/cb?offer_id=o&publisher_payout=1&timestamp=2&transaction_id=t&user_id=u&user_reward=3";
        Draft {
            url: Some(url.to_owned()),
            app_label: Some("app".to_owned()),
            settings: [("surfaceId".to_owned(), "srf".to_owned())].into(),
            event_id: "evt_1".to_owned(),
            ..Draft::default()
        }
    }

    #[test]
    fn what_was_signed_by_hand_verifies_in_every_dialect() {
        for recipe in Catalog::builtin().newest() {
            let key = SecretText::known("whsec_key".to_owned());
            let body = (recipe.method() == "POST").then(|| "{\"a\":1.0}".to_owned());
            let request = sign(recipe, &Draft { body, ..draft() }, &key).unwrap();
            let headers = request.headers.into_iter().map(|header| (header.name, header.value)).collect();
            let received =
                Received { method: request.method.to_owned(), url: request.url, headers, body: request.body };
            let keys = [("it".to_owned(), key)];
            let diagnosis = diagnose(recipe, &received, &keys, &CallbackConfig::default());
            assert!(diagnosis.verifies, "{}: {}", recipe.id(), diagnosis.finding);
        }
    }

    #[test]
    fn what_a_draft_lacks_is_named() {
        let key = SecretText::known("key".to_owned());
        let catalog = Catalog::builtin();
        let faults = |dialect: &str, draft: Draft| sign(catalog.get(dialect).unwrap(), &draft, &key).unwrap_err();
        let field = |dialect: &str, draft: Draft| faults(dialect, draft).0[0].field.clone();
        assert_eq!(field("besitos", Draft { url: None, ..draft() }), "url");
        assert_eq!(field("offermaru", Draft { app_label: None, ..draft() }), "appId");
        assert_eq!(field("affonso", draft()), "body");
        let body = Some("{}".to_owned());
        assert_eq!(field("attribloom", Draft { settings: BTreeMap::new(), body, ..draft() }), "surfaceId");
        let signed = Some("https://pub.example/?verifier=abc".to_owned());
        assert_eq!(field("besitos", Draft { url: signed, ..draft() }), "url");
    }
}
