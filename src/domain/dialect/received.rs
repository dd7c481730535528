//! A callback as a receiver saw it, read back by its recipe: the signatures that it carries, and the facts of the text that
//! was signed.
//!
//! It reads what stands there and guesses nothing; suspicions are [`super::diagnose`]'s.

use std::borrow::Cow;
use std::sync::Arc;

use super::callback::CallbackConfig;
use super::callback_url::CallbackUrl;
use super::facts::{Facts, Lacking, Unit};
use super::format::Format;
use super::named::HeaderRule;
use super::query::{Query, split_origin};
use super::recipe::{Placeholder, Recipe};
use super::signature::{Signature, Travels};
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
    pub(super) fn header(&self, name: &str) -> Option<&str> {
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

    /// The signatures that it carries; the error says in words what is lacking.
    pub(super) fn claimed(&self, signature: &Signature) -> Result<Vec<String>, String> {
        match &signature.travels {
            Travels::Query(_) => Ok(vec![SignedUrl::read(signature, &self.received.url)?.claimed]),
            Travels::Placeholder(_) => {
                let query = Query::read(&self.received.url);
                let found = self.signature_parameters(signature).find_map(|name| query.first(&name));
                let name = self.signature_parameters(signature).next().unwrap_or_default();
                found.map(|value| vec![decode(value)]).ok_or_else(|| no_parameter(&name))
            }
            Travels::Header(carrier) => {
                let name = &carrier.name;
                let value = self
                    .received
                    .header(name)
                    .ok_or_else(|| format!("It has no header {name}, so nothing is signed."))?;
                let claimed = carrier.read(value);
                let unread = || format!("Its header {name} is not written as `{}`.", carrier.wrapping());
                if claimed.is_empty() { Err(unread()) } else { Ok(claimed) }
            }
        }
    }

    /// The parameters that the signature may stand in.
    pub(super) fn signature_parameters<'s>(&'s self, signature: &'s Signature) -> impl Iterator<Item = String> + 's {
        let spellings = signature.placeholder();
        let is_own = |parameter: &&Parameter| {
            parameter.sole_placeholder().is_some_and(|name| spellings.iter().any(|own| own == name))
        };
        let templates = self.template.iter().flat_map(|template| template.parameters());
        templates.filter(is_own).map(Parameter::decoded_name).chain(spellings.iter().cloned())
    }

    /// The value of a placeholder that travels, decoded.
    fn carried(&self, placeholder: &Placeholder) -> Option<String> {
        let query = Query::read(&self.received.url);
        let Some(template) = self.template.as_ref().filter(|template| template.placeholders().next().is_some()) else {
            return query.first(placeholder.name()).map(decode);
        };
        for parameter in template.parameters() {
            let Some(pieces) = parameter.value.as_deref() else { continue };
            let Some(sent) = query.first(&parameter.decoded_name()) else { continue };
            if parameter.sole_placeholder() == Some(placeholder.name()) {
                return Some(decode(sent));
            }
            let values = unexpand(pieces, sent).unwrap_or_default();
            if let Some((_, value)) = values.into_iter().find(|(name, _)| *name == placeholder.name()) {
                return Some(decode(value));
            }
        }
        let (_, path) = split_origin(&self.received.url);
        let path = path.split('?').next().unwrap_or_default();
        let values = unexpand(template.path(), path).unwrap_or_default();
        values
            .into_iter()
            .find(|(name, _)| *name == placeholder.name())
            .map(|(_, value)| decode(&value.replace('+', "%2B")))
    }

    /// The value of a source that does not have to travel.
    fn known(&self, source: &ValueSource) -> Option<String> {
        match source {
            ValueSource::Setting(name) => Some(self.config.settings.get(name).cloned().unwrap_or_default()),
            ValueSource::Fact(Fact::AppLabel) => Some(self.config.app_label.clone()),
            ValueSource::Fact(_) | ValueSource::Extra(_) => None,
        }
    }

    fn beside(&self, signature: &Signature, fact: Fact) -> Option<&'a str> {
        let headers = self.recipe.headers().iter().chain(&signature.headers);
        let header: &HeaderRule = headers.into_iter().find(|header| header.rule.uses(fact))?;
        self.received.header(&header.name)
    }
}

/// The template that a request was probably sent to: of the two that an endpoint may have, the one whose path it has.
fn template(recipe: &Recipe, config: &CallbackConfig, received: &Received) -> Option<Arc<Template>> {
    let read = |url: &Option<CallbackUrl>| url.as_ref().and_then(|url| url.template(recipe).ok());
    let (_, path) = split_origin(&received.url);
    let path = path.split('?').next().unwrap_or_default();
    let templates = [read(&config.callback_url), read(&config.reversal_url)];
    let fits = |template: &&Arc<Template>| unexpand(template.path(), path).is_some();
    templates.iter().flatten().find(fits).or(templates.iter().flatten().next()).cloned()
}

impl Facts for Seen<'_> {
    fn url(&self) -> Result<Cow<'_, str>, Lacking> {
        let url = &self.received.url;
        if url.is_empty() {
            return Err(lacking("url", "There is no URL, which is what is signed."));
        }
        match self.recipe.signature().filter(|signature| signature.query_parameter().is_some()) {
            Some(signature) if signature.signs.needs_whole_query() => {
                SignedUrl::read(signature, url).map(|url| url.before.into()).map_err(|words| lacking("url", words))
            }
            _ => Ok(url.into()),
        }
    }

    fn value(&self, name: &str) -> Result<Cow<'_, str>, Lacking> {
        let Some(placeholder) = self.recipe.placeholder(name) else {
            let pairs = || self.carried_extra(name);
            return Ok(pairs().unwrap_or_default().into());
        };
        let carried = self.recipe.carriers(placeholder).find_map(|carrier| self.carried(carrier));
        if let Some(value) = carried {
            return Ok(value.into());
        }
        if let Some(value) = placeholder.rule.sources().find_map(|source| self.known(source)) {
            return Ok(value.into());
        }
        let same_source = self.recipe.placeholders().iter().filter(|other| {
            !other.hidden() && other.rule.source.is_some() && other.rule.source == placeholder.rule.source
        });
        let value = same_source.into_iter().find_map(|other| self.carried(other));
        let value = value.map(|value| match &placeholder.rule.format {
            Format::Plain => value,
            format => format.decimal(&value).unwrap_or(value),
        });
        let missing = || lacking("url", format!("Its URL lacks the value of {name}, which is signed."));
        value.map(Cow::Owned).ok_or_else(missing)
    }

    fn used(&self) -> Result<Vec<&str>, Lacking> {
        let own = self.recipe.signature().map(|signature| signature.placeholder()).unwrap_or_default();
        if let Some(template) = &self.template {
            return Ok(template.placeholders().filter(|name| !own.iter().any(|own| own == name)).collect());
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
        let wrapped = signature.carrier().and_then(|carrier| carrier.time(self.received.header(&carrier.name)?));
        let beside = || self.beside(signature, Fact::AttemptedAt).map(str::to_owned);
        wrapped.or_else(beside).map(Cow::Owned).ok_or_else(missing)
    }

    fn body(&self) -> Result<&str, Lacking> {
        Ok(self.received.body.as_deref().unwrap_or_default())
    }
}

impl Seen<'_> {
    /// The value of an `extra.…` that the template uses.
    fn carried_extra(&self, name: &str) -> Option<String> {
        let parameters = self.template.iter().flat_map(|template| template.parameters());
        let parameter = parameters.into_iter().find(|parameter| parameter.sole_placeholder() == Some(name))?;
        Query::read(&self.received.url).first(&parameter.decoded_name()).map(decode)
    }
}

pub(super) fn lacking(field: &str, words: impl Into<String>) -> Lacking {
    Lacking { field: field.to_owned(), words: words.into() }
}

fn no_parameter(name: &str) -> String {
    format!("It has no parameter {name}, so nothing is signed (or it was dropped on the way).")
}

/// A URL that carries its own signature.
pub(super) struct SignedUrl {
    /// What stands before the signature: what is signed, if it stands last.
    pub(super) before: String,
    pub(super) claimed: String,
    /// What stands after it.
    pub(super) after: String,
}

impl SignedUrl {
    pub(super) fn read(signature: &Signature, url: &str) -> Result<Self, String> {
        let name = signature.query_parameter().unwrap_or_default();
        let (at, _) = url
            .match_indices(name)
            .filter(|(at, _)| stands_as_name(url, *at, name))
            .last()
            .ok_or_else(|| no_parameter(name))?;
        let rest = &url[at + name.len() + 1..];
        let end = rest.find('&').unwrap_or(rest.len());
        let after = rest[end..].trim_start_matches('&').to_owned();
        Ok(Self { before: url[..at - 1].to_owned(), claimed: decode(&rest[..end]), after })
    }
}

fn stands_as_name(url: &str, at: usize, name: &str) -> bool {
    let opens = at > 0 && matches!(url.as_bytes()[at - 1], b'?' | b'&');
    opens && url[at + name.len()..].starts_with('=')
}
