//! A browser as far as HTTP goes: it keeps cookies, sends forms and runs no script.

use std::collections::BTreeMap;

use reqwest::Method;
use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use serde_json::{Value, json};

use crate::support::{Api, Ringback, Wall, text};

/// The password of everybody here.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Somebody at a browser.
#[derive(Clone)]
pub(crate) struct Visitor {
    api: Api,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// A page as it came.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) html: String,
}

impl Visitor {
    /// Somebody who has no session.
    pub(crate) fn new(api: &Api) -> Self {
        Self { api: api.with_token(""), cookies: BTreeMap::new() }
    }

    /// Somebody who has joined in this role.
    pub(crate) async fn joined(ringback: &Ringback, email: &str, role: Value) -> Self {
        let invited = ringback.post("/v1/invitations", crate::support::with(json!({"email": email}), role)).await.ok();
        let link = text(&invited, "link");
        let mut visitor = Self::new(ringback);
        let path = format!("/join/{}", link.split_once("/join/").unwrap().1);
        let page = visitor.fill_in(&path, &[("email", email), ("name", "Ana"), ("password", PASSWORD)]).await;
        assert_eq!((page.status, page.location.as_deref()), (303, Some("/")), "{}", page.html);
        visitor
    }

    /// One of the people of a wall's publisher.
    pub(crate) async fn of(ringback: &Ringback, wall: &Wall) -> Self {
        let role = json!({"role": "publisher", "publisherId": wall.publisher});
        Self::joined(ringback, "ana@example.com", role).await
    }

    /// An account manager.
    pub(crate) async fn manager(ringback: &Ringback) -> Self {
        Self::joined(ringback, "max@example.com", json!({"role": "account_manager"})).await
    }

    /// Goes where an act that succeeded leads to.
    pub(crate) async fn follow(&mut self, answer: Page) -> Page {
        assert_eq!(answer.status, 303, "{}", answer.html);
        self.get(answer.location.as_deref().unwrap()).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        let request = self.api.request(Method::GET, path);
        self.sent(request).await
    }

    /// Opens a page and sends its form.
    pub(crate) async fn fill_in(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let form = self.get(path).await;
        self.send(&form, path, fields).await
    }

    /// Signs in.
    pub(crate) async fn sign_in(&mut self, email: &str, password: &str) -> Page {
        self.fill_in("/sign-in", &[("email", email), ("password", password)]).await
    }

    /// Sends a form as one of our own pages would, without its token.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let origin = self.api.url("");
        self.post_from(&origin, path, fields).await
    }

    /// Sends a form from a page of this origin.
    pub(crate) async fn post_from(&mut self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.api.request(Method::POST, path).header(ORIGIN, origin).body(body);
        self.sent(request).await
    }

    /// Sends the form of this page that goes to this path: its hidden fields, and these. Where no form goes there, somebody
    /// has made one out of what the page has.
    pub(crate) async fn send(&mut self, page: &Page, path: &str, fields: &[(&str, &str)]) -> Page {
        let hidden = page.hidden_of(path);
        let all: Vec<_> =
            hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(fields.iter().copied()).collect();
        self.post(path, &all).await
    }

    async fn sent(&mut self, request: reqwest::RequestBuilder) -> Page {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let response = request.header(COOKIE, cookies.join("; ")).send().await.unwrap();
        for set in response.headers().get_all(SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let location = headers.get(LOCATION).map(|to| to.to_str().unwrap().to_owned());
        Page { status, location, headers, html: response.text().await.unwrap() }
    }
}

impl Page {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Names and values of its hidden fields, those of *Sign out* apart.
    pub(crate) fn hidden(&self) -> Vec<(String, String)> {
        hidden_in(&self.html)
    }

    /// Those of the form that goes to this path; of all forms where none does.
    fn hidden_of(&self, path: &str) -> Vec<(String, String)> {
        let form = self.html.split_once(&format!("action=\"{path}\""));
        hidden_in(form.map_or(&self.html, |(_, form)| form.split("</form>").next().unwrap()))
    }

    #[track_caller]
    pub(crate) fn holds(&self, text: &str) {
        assert!(self.html.contains(text), "{text:?} is not in {} {}", self.status, self.html);
    }

    #[track_caller]
    pub(crate) fn lacks(&self, text: &str) {
        assert!(!self.html.contains(text), "{text:?} is in {}", self.html);
    }
}

fn hidden_in(html: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for field in html.split("<input type=\"hidden\" name=\"").skip(1) {
        let (name, rest) = field.split_once("\" value=\"").unwrap();
        let value = rest.split('"').next().unwrap();
        if !found.iter().any(|(known, _)| known == name) {
            found.push((name.to_owned(), value.replace("&#38;", "&")));
        }
    }
    found
}
