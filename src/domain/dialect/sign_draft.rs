//! A request that somebody wrote by hand, signed as its dialect does: for receivers under construction, where there is a
//! URL or a body but no completion behind it.
//!
//! It adds the signature and the headers that go with one. It must not change, expand or check anything else, so that
//! what a receiver gets wrong can be tried as well.

use std::borrow::Cow;

use super::callback::{CallbackConfig, CallbackRequest, Header, MASK, Shown};
use super::facts::{Facts, Lacking, Unit};
use super::format::Written;
use super::named::HeaderRule;
use super::query::{Query, split_origin};
use super::received::{Received, Seen, lacking};
use super::recipe::Recipe;
use super::request_uuid::request_uuid;
use super::signature::Travels;
use super::signed_url::SignedUrl;
use super::value::{Fact, ValueSource};
use crate::domain::encoding::decode;
use crate::domain::invalid::Invalid;
use crate::domain::secret::SecretText;
use crate::domain::time::Timestamp;

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
    /// The endpoint's settings: its template tells which parameter a value stands in.
    pub config: CallbackConfig,
}

/// A draft's facts: those of the request as it would be received, and what its author says besides.
struct Drafted<'a> {
    draft: &'a Draft,
    seen: Seen<'a>,
}

/// Signs a draft; what it lacks is named by the draft's fields, as the API writes them.
pub fn sign(recipe: &Recipe, draft: &Draft, key: &SecretText) -> Result<CallbackRequest, Invalid> {
    let signature = recipe
        .signature()
        .ok_or_else(|| Invalid::field("dialect", format!("has no signature: {} signs nothing", recipe.title())))?;
    let received =
        Received { url: draft.url.clone().unwrap_or_default(), body: draft.body.clone(), ..Received::default() };
    let drafted = Drafted { draft, seen: Seen::new(recipe, &draft.config, &received) };
    let invalid = |lacking: Lacking| Invalid::field(lacking.field, lacking.words);
    drafted.unsigned(recipe)?;
    let text = signature.signs.render(&drafted).map_err(invalid)?;
    let unusable = |fault: super::digest::NoKey| Invalid::field("secret", fault.to_string());
    let value = signature.sign(key, &text).map_err(unusable)?;
    let t = drafted.time(signature.signs.unit()).map_err(invalid)?;
    let mut headers = Vec::new();
    if draft.body.is_some() {
        headers.push(Header::plain("Content-Type", "application/json"));
    }
    let mut url = received.url.clone();
    match &signature.travels {
        Travels::Query(name) => append(recipe, &mut url, name, &value),
        Travels::Placeholder(_) => {
            let name = drafted.seen.signature_parameters(signature).next().unwrap_or_default();
            append(recipe, &mut url, &name, &value);
        }
        Travels::Header(carrier) => {
            let value = carrier.written(&t, std::slice::from_ref(&value));
            let name = carrier.name_at(&draft.config.settings.dialect_settings).to_owned();
            headers.push(Header { name, value, shown: MASK.to_owned() });
        }
    }
    for header in recipe.headers().iter().chain(&signature.headers) {
        headers.push(Header::plain(&header.name, drafted.beside(header, &t).map_err(invalid)?));
    }
    Ok(CallbackRequest {
        method: recipe.method(),
        shown: Shown::UpTo(received.url.len()),
        url,
        headers,
        body: draft.body.clone(),
        signed_text: Some(text.shown()),
        signature_start: None,
        token: None,
        shows_secret: false,
        hidden: vec![value.clone()],
        signature: Some(value),
    })
}

impl Drafted<'_> {
    /// A draft must not carry a signature already: receivers would not know which to look at.
    fn unsigned(&self, recipe: &Recipe) -> Result<(), Invalid> {
        let Some(signature) = recipe.signature() else { return Ok(()) };
        let url = &self.seen.received.url;
        let mut names = signature.query_parameter().into_iter().map(str::to_owned);
        let carried = match &signature.travels {
            Travels::Query(_) => names.next().filter(|_| SignedUrl::read(signature, url).is_ok()),
            Travels::Placeholder(_) => {
                let query = Query::read(url);
                self.seen.signature_parameters(signature).find(|name| query.first(name).is_some())
            }
            Travels::Header(_) => None,
        };
        let fault = |name: String| Err(Invalid::field("url", format!("carries a signature already: drop its {name}")));
        carried.map_or(Ok(()), fault)
    }

    /// The value of a header that goes along with the signature.
    fn beside(&self, header: &HeaderRule, t: &str) -> Result<String, Lacking> {
        let needed = |field: &str| lacking(field, format!("is needed for the header {}", header.name));
        let (draft, uses) = (self.draft, |fact: Fact| header.rule.uses(fact));
        if let Some(word) = header.rule.words.completed.as_ref().filter(|_| header.rule.source.is_none()) {
            return Ok(word.clone());
        }
        if uses(Fact::AppLabel) || uses(Fact::AppId) {
            return Some(draft.config.app_label.clone())
                .filter(|label| !label.is_empty())
                .ok_or_else(|| needed("appId"));
        }
        if let Some(ValueSource::Setting(name)) = &header.rule.source {
            return draft.config.settings.dialect_settings.get(name).cloned().ok_or_else(|| needed(name));
        }
        if uses(Fact::AttemptedAt) && draft.timestamp.is_some() {
            return Ok(t.to_owned());
        }
        if uses(Fact::AttemptedAt) || uses(Fact::CreatedAt) {
            return Ok(match header.rule.format.instant(draft.attempted_at) {
                Written::Integer(number) => number.to_string(),
                Written::Text(text) => text,
            });
        }
        if uses(Fact::RequestUuid) {
            return Ok(request_uuid(&draft.event_id));
        }
        if uses(Fact::EventId) {
            return Ok(draft.event_id.clone());
        }
        // It repeats what a parameter of the URL says.
        let query = Query::read(&self.seen.received.url);
        let twin = self.seen.recipe.placeholders().iter().find(|placeholder| placeholder.rule == header.rule);
        twin.and_then(|twin| query.first(&twin.name)).map(decode).ok_or_else(|| needed("url"))
    }

    fn title(&self) -> &str {
        self.seen.recipe.title()
    }
}

impl Facts for Drafted<'_> {
    fn url(&self) -> Result<Cow<'_, str>, Lacking> {
        let url = &self.seen.received.url;
        if url.is_empty() {
            return Err(lacking("url", format!("is needed: {} signs it or its parameters", self.title())));
        }
        Ok(match &self.draft.config.settings.signed_origin {
            Some(origin) => format!("{origin}{}", split_origin(url).1).into(),
            None => url.into(),
        })
    }

    fn value(&self, name: &str) -> Result<Cow<'_, str>, Lacking> {
        self.url()?;
        self.seen.value(name)
    }

    fn used(&self) -> Result<Vec<&str>, Lacking> {
        self.url()?;
        self.seen.used()
    }

    fn event_id(&self) -> Result<Cow<'_, str>, Lacking> {
        Ok(self.draft.event_id.as_str().into())
    }

    fn time(&self, unit: Unit) -> Result<Cow<'_, str>, Lacking> {
        let given = self.draft.timestamp.as_deref().map(Cow::Borrowed);
        Ok(given.unwrap_or_else(|| unit.of(self.draft.attempted_at).to_string().into()))
    }

    fn body(&self) -> Result<&str, Lacking> {
        let needed = || lacking("body", format!("is needed: {} signs the body", self.title()));
        self.draft.body.as_deref().ok_or_else(needed)
    }
}

fn append(recipe: &Recipe, url: &mut String, name: &str, value: &str) {
    url.push(if url.contains('?') { '&' } else { '?' });
    recipe.encoding().encode_onto(url, name);
    url.push('=');
    recipe.encoding().encode_onto(url, value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::catalog::Catalog;
    use crate::domain::dialect::diagnose::diagnose;
    use crate::domain::dialect::endpoint_settings::EndpointSettings;

    /// Something to sign for every dialect.
    fn draft() -> Draft {
        let url =
            "https://pub.example/cb?offer_id=o&publisher_payout=1&timestamp=2&transaction_id=t&user_id=u&user_reward=3";
        let dialect_settings = [("surfaceId".to_owned(), "srf".to_owned())].into();
        let settings = EndpointSettings { dialect_settings, ..EndpointSettings::default() };
        Draft {
            url: Some(url.to_owned()),
            event_id: "evt_1".to_owned(),
            config: CallbackConfig { app_label: "app".to_owned(), settings },
            ..Draft::default()
        }
    }

    #[test]
    fn what_was_signed_by_hand_verifies_in_every_dialect() {
        for dialect in ["besitos", "offermaru", "affonso", "attribloom"] {
            let catalog = Catalog::builtin();
            let recipe = catalog.get(dialect).unwrap();
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
        assert_eq!(field("offermaru", Draft { config: CallbackConfig::default(), ..draft() }), "appId");
        assert_eq!(field("affonso", draft()), "body");
        let body = Some("{}".to_owned());
        assert_eq!(field("attribloom", Draft { config: CallbackConfig::default(), body, ..draft() }), "surfaceId");
        let signed = Some("https://pub.example/?verifier=abc".to_owned());
        assert_eq!(field("besitos", Draft { url: signed, ..draft() }), "url");
    }
}
