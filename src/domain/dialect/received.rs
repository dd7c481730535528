//! A callback as a receiver saw it, read back by its recipe: the signatures that it carries, and the facts of the text that
//! was signed.
//!
//! It reads what stands there and guesses nothing; suspicions are [`super::diagnose`]'s.

mod signatures;

use std::borrow::Cow;
use std::sync::Arc;

use super::callback::CallbackConfig;
use super::callback_url::CallbackUrl;
use super::carrier::Carrier;
use super::facts::{Facts, Lacking, Unit};
use super::format::Format;
use super::named::HeaderRule;
use super::query::{Query, split_origin};
use super::recipe::{Placeholder, Recipe, Requirement};
use super::signature::Signature;
use super::signed_url::SignedUrl;
use super::value::{Fact, ValueSource};
use crate::domain::encoding::decode;
use crate::domain::template::{Parameter, Template, unexpand};

/// A callback as received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// `GET` or `POST`.
    pub method: String,
    /// The whole URL, or only path and query as servers log them.
    pub url: String,
    /// The headers, in any spelling.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    pub body: Option<String>,
}

/// A received callback with what is known of its endpoint.
pub(super) struct Seen<'a> {
    pub(super) recipe: &'a Recipe,
    pub(super) config: &'a CallbackConfig,
    pub(super) received: &'a Received,
    /// The template that it was probably sent to, where one is known.
    pub(super) template: Option<Arc<Template>>,
    /// Taken in place of the time that it carries.
    pub(super) time: Option<String>,
}

impl Received {
    /// A header's value, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

impl<'a> Seen<'a> {
    pub(super) fn new(recipe: &'a Recipe, config: &'a CallbackConfig, received: &'a Received) -> Self {
        Self { recipe, config, received, template: template(recipe, config, received), time: None }
    }

    /// The same endpoint, where another request was received, perhaps at another time.
    pub(super) fn with<'b>(&'b self, received: &'b Received, time: Option<String>) -> Seen<'b> {
        Seen { recipe: self.recipe, config: self.config, received, template: self.template.clone(), time }
    }

    /// The value of a placeholder that travels, decoded; nothing if it does not.
    fn carried(&self, placeholder: &str) -> Result<Option<String>, Lacking> {
        let query = Query::read(&self.received.url);
        let of_list = |name: &str| match query.first(name) {
            Some(_) => query.only(name).map(|value| Some(decode(value))),
            None => Ok(None),
        };
        let is_appended = self.recipe.reserved_names().any(|reserved| reserved == placeholder);
        let Some(template) = self.template.as_ref().filter(|template| !template.is_bare() && !is_appended) else {
            return of_list(placeholder);
        };
        for parameter in template.parameters() {
            let pieces = parameter.value.as_deref().unwrap_or_default();
            if !pieces.iter().any(|piece| piece.placeholder() == Some(placeholder)) {
                continue;
            }
            let name = parameter.decoded_name();
            if query.first(&name).is_none() {
                return Ok(None);
            }
            // A receiver takes the first of two or the last: which of them was signed cannot be said.
            let sent = query.only(&name)?;
            let values = unexpand(pieces, sent).unwrap_or_default();
            return Ok(values.into_iter().find(|(known, _)| *known == placeholder).map(|(_, value)| decode(value)));
        }
        let (_, path) = split_origin(&self.received.url);
        let path = path.split('?').next().unwrap_or_default();
        let values = unexpand(template.path(), path).unwrap_or_default();
        let value = values.into_iter().find(|(known, _)| *known == placeholder);
        Ok(value.map(|(_, value)| decode(&value.replace('+', "%2B"))))
    }

    /// Whether a callback may lack it: a list leaves out what has no value.
    fn may_be_absent(&self, placeholder: &Placeholder) -> bool {
        let required = self.recipe.required().iter().any(|requirement| match requirement {
            Requirement::One(source) => placeholder.rule.sources().any(|own| own == source),
            Requirement::AnyOf(_) => false,
        });
        let is_listed = self.template.as_ref().is_none_or(|template| template.is_bare());
        is_listed && !required
    }

    /// The value of a source that does not have to travel.
    fn known(&self, source: &ValueSource) -> Option<String> {
        match source {
            ValueSource::Setting(name) => self.config.settings.dialect_settings.get(name).cloned(),
            ValueSource::Fact(Fact::AppLabel) => Some(self.config.app_label.clone()).filter(|label| !label.is_empty()),
            ValueSource::Fact(_) | ValueSource::Extra(_) => None,
        }
    }

    fn beside(&self, signature: &Signature, fact: Fact) -> Option<&'a str> {
        let headers = self.recipe.headers().iter().chain(&signature.headers);
        let header: &HeaderRule = headers.into_iter().find(|header| header.rule.uses(fact))?;
        self.received.header(&header.name)
    }
}

/// The template that a request was probably sent to: of the two that an endpoint may have, the one whose path and parameters
/// it has.
fn template(recipe: &Recipe, config: &CallbackConfig, received: &Received) -> Option<Arc<Template>> {
    let read = |url: &Option<CallbackUrl>| url.as_ref().and_then(|url| url.template(recipe).ok());
    let (_, path) = split_origin(&received.url);
    let path = path.split('?').next().unwrap_or_default();
    let query = Query::read(&received.url);
    let differs = |parameter: &&Parameter| {
        let pieces = parameter.value.as_deref().unwrap_or_default();
        query.first(&parameter.decoded_name()).is_none_or(|value| unexpand(pieces, value).is_none())
    };
    let unlike = |template: &Arc<Template>| {
        let is_elsewhere = usize::from(unexpand(template.path(), path).is_none());
        (is_elsewhere, template.parameters().iter().filter(differs).count())
    };
    let templates = [read(&config.settings.callback_url), read(&config.settings.reversal_url)].into_iter().flatten();
    templates.min_by_key(unlike)
}

impl Facts for Seen<'_> {
    fn url(&self) -> Result<Cow<'_, str>, Lacking> {
        let url = &self.received.url;
        if url.is_empty() {
            return Err(lacking("url", "There is no URL, which is what is signed."));
        }
        match self.recipe.signature().filter(|signature| signature.query_parameter().is_some()) {
            Some(signature) if signature.signs.needs_whole_query() => {
                let signed = SignedUrl::read(signature, url).map_err(|words| lacking("url", words))?;
                Ok(Cow::Borrowed(&url[..signed.before.len()]))
            }
            _ => Ok(url.into()),
        }
    }

    fn value(&self, name: &str) -> Result<Cow<'_, str>, Lacking> {
        if let Some(value) = self.carried(name)? {
            return Ok(value.into());
        }
        // A further pair that the template names and the report lacked.
        let Some(placeholder) = self.recipe.placeholder(name) else { return Ok(Cow::Borrowed("")) };
        for twin in self.recipe.carriers(placeholder) {
            if let Some(value) = self.carried(twin.name())? {
                return Ok(value.into());
            }
        }
        for source in placeholder.rule.sources() {
            match source {
                ValueSource::Setting(setting) => {
                    let words =
                        format!("The endpoint's setting {setting} is part of what is signed, and is not known here.");
                    return self.known(source).map(Cow::Owned).ok_or_else(|| lacking(&source.field(), words));
                }
                source => {
                    if let Some(value) = self.known(source) {
                        return Ok(value.into());
                    }
                }
            }
        }
        let same_source = self.recipe.placeholders().iter().filter(|other| {
            !other.hidden() && other.rule.source.is_some() && other.rule.source == placeholder.rule.source
        });
        for other in same_source {
            if let Some(value) = self.carried(other.name())? {
                let written = match &placeholder.rule.format {
                    Format::Plain => value,
                    format => format.decimal(&value).unwrap_or(value),
                };
                return Ok(written.into());
            }
        }
        if self.may_be_absent(placeholder) {
            return Ok(Cow::Borrowed(placeholder.rule.absent.as_deref().unwrap_or_default()));
        }
        Err(lacking("url", format!("Its URL lacks the value of {name}, which is signed.")))
    }

    fn used(&self) -> Result<Vec<&str>, Lacking> {
        if let Some(template) = &self.template {
            let is_own = |name: &&str| self.recipe.signature().is_some_and(|signature| signature.stands_for(name));
            return Ok(template.placeholders().filter(|name| !is_own(name)).collect());
        }
        // Without a template, parameters that have a placeholder's name are taken to be filled by it.
        let query = Query::read(&self.received.url);
        let visible = self.recipe.placeholders().iter().filter(|placeholder| !placeholder.hidden());
        Ok(visible.map(Placeholder::name).filter(|name| query.first(name).is_some()).collect())
    }

    fn event_id(&self) -> Result<Cow<'_, str>, Lacking> {
        let signature = self.recipe.signature();
        let found = signature.and_then(|signature| self.beside(signature, Fact::EventId));
        found
            .map(Cow::Borrowed)
            .ok_or_else(|| lacking("headers", "It has no event id, which is part of what is signed."))
    }

    fn time(&self, _: Unit) -> Result<Cow<'_, str>, Lacking> {
        if let Some(time) = &self.time {
            return Ok(time.into());
        }
        let missing = || lacking("headers", "It has no timestamp, which is part of what is signed.");
        let signature = self.recipe.signature().ok_or_else(missing)?;
        let header = |carrier: &Carrier| self.received.header(self.header_of(carrier));
        let wrapped = signature.carrier().and_then(|carrier| carrier.time(header(carrier)?));
        let beside = || self.beside(signature, Fact::AttemptedAt).map(str::to_owned);
        wrapped.or_else(beside).map(Cow::Owned).ok_or_else(missing)
    }

    fn body(&self) -> Result<&str, Lacking> {
        Ok(self.received.body.as_deref().unwrap_or_default())
    }
}

pub(super) fn lacking(field: &str, words: impl Into<String>) -> Lacking {
    Lacking { field: field.to_owned(), words: words.into() }
}
