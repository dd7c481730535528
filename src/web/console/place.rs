//! The endpoint that a page below an app is about: the one that `?endpoint=` names, else the app's first.

use std::sync::Arc;

use super::page_request::PageRequest;
use super::parts::lines::Link;
use super::sections;
use crate::actions::access::endpoint;
use crate::actions::refusal::Refusal;
use crate::actions::secrets::SecretsOf;
use crate::domain::app::{App, Endpoint};
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::dialect::recipe::Recipe;
use crate::web::error::Problem;

/// The parameter that names it.
pub(super) const PARAMETER: &str = "endpoint";

/// An app and one of its endpoints.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) app: App,
    pub(super) endpoint: Endpoint,
    is_named: bool,
}

impl Place {
    /// The app of this id or ref, and the endpoint that is named, if the visitor may know of them.
    pub(super) async fn of(page: &PageRequest, app: &str, named: Option<&str>) -> Result<Self, Problem> {
        let app = page.web.actions.app(page.caller(), app).await?;
        let endpoint = endpoint(&app, named)?.clone();
        Ok(Self { app, endpoint, is_named: named.is_some() })
    }

    pub(super) fn settings(&self) -> &EndpointSettings {
        &self.endpoint.config.settings
    }

    pub(super) fn recipe(&self, page: &PageRequest) -> Result<Arc<Recipe>, Problem> {
        let found = page.web.node.catalog().get(&self.settings().dialect).cloned();
        Ok(found.ok_or(Refusal::conflict("This version does not know the dialect of this endpoint."))?)
    }

    /// How the endpoint's secrets are asked for.
    pub(super) fn secrets(&self) -> SecretsOf<'_> {
        SecretsOf { app: &self.app.id, endpoint: Some(&self.endpoint.id) }
    }

    /// The path of a page of the app, about this endpoint.
    pub(super) fn path(&self, end: &str) -> String {
        self.path_with(end, &[])
    }

    /// The same with these parameters.
    pub(super) fn path_with(&self, end: &str, parameters: &[(&str, &str)]) -> String {
        path(&self.app, end, self.is_named.then_some(self.endpoint.id.as_str()), parameters)
    }

    /// The links to the same page of each of the app's endpoints; none where there is only one.
    pub(super) fn switcher(&self, end: &str) -> Vec<(Link, bool)> {
        if self.app.endpoints.len() < 2 {
            return Vec::new();
        }
        let link = |(number, other): (usize, &Endpoint)| {
            let label = endpoint_label(number + 1, other);
            (Link::new(&label, &path(&self.app, end, Some(&other.id), &[])), other.id == self.endpoint.id)
        };
        self.app.endpoints.iter().enumerate().map(link).collect()
    }
}

/// The path of a page of an app about one of its endpoints, with these parameters; without an endpoint it is about the first.
pub(super) fn path(app: &App, end: &str, endpoint_id: Option<&str>, parameters: &[(&str, &str)]) -> String {
    let path = sections::path(app, end);
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(endpoint_id.map(|id| (PARAMETER, id)).into_iter().chain(parameters.iter().copied()));
    match query.finish() {
        query if query.is_empty() => path,
        query => format!("{path}?{query}"),
    }
}

/// The id of an endpoint, where a page has to be told which of several it is about.
pub(super) fn among_several<'a>(app: &App, endpoint: &'a Endpoint) -> Option<&'a str> {
    (app.endpoints.len() > 1).then_some(endpoint.id.as_str())
}

/// What an endpoint is called behind the word: `2 · plain-json`.
pub(super) fn endpoint_label(number: usize, endpoint: &Endpoint) -> String {
    format!("{number} · {}", endpoint.config.settings.dialect)
}
