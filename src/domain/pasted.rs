//! What a person pastes of a callback that a server received: a whole request, a curl command, a line of an access log, a URL.
//!
//! It says which request stands there and where it probably belongs, and adds nothing that could make it verify. It knows no
//! dialect by name, keeps nothing, and takes any text: what it cannot read is no request.

mod curl;
mod line;
mod request;
mod unwrapped;

use super::dialect::callback::CallbackConfig;
use super::dialect::callback_url::CallbackUrl;
use super::dialect::received::Received;
use super::dialect::recipe::Recipe;

/// Longest paste in bytes: a callback's URL has at most 7,500, its body and a server's headers seldom as much again.
pub const LONGEST: usize = 64 * 1024;
/// What servers are told by proxies of the scheme that the caller used.
const FORWARDED_SCHEME: &str = "x-forwarded-proto";

/// A request as it was pasted: its URL is whole, or begins with its path or its query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    /// Empty where the paste does not say.
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
    /// The host beside a URL that has none, as a header or a log says it.
    host: Option<String>,
}

/// Reads a paste; nothing if no request stands in it.
pub fn read(text: &str) -> Option<Pasted> {
    let text = unwrapped::unwrapped(text);
    let found = curl::read(text).or_else(|| request::read(text)).or_else(|| line::read(text))?;
    let is_something = !found.url.is_empty() || !found.headers.is_empty();
    is_something.then_some(found)
}

/// A request that was given in parts, as if it had been pasted.
pub fn of(given: Received) -> Pasted {
    let Received { method, url, headers, body } = given;
    let host = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host")).map(|(_, host)| host.clone());
    Pasted { method, url, headers, body, host }
}

impl Pasted {
    /// The request as its receiver saw it, for this endpoint: what a log leaves out is taken to be as the endpoint has it, so
    /// that only what was seen can differ.
    pub fn received(self, recipe: &Recipe, config: &CallbackConfig) -> Received {
        let method = if self.method.is_empty() { recipe.method().to_owned() } else { self.method.clone() };
        Received { method, url: self.placed(config), headers: self.headers, body: self.body }
    }

    /// The URL with an origin and a path.
    fn placed(&self, config: &CallbackConfig) -> String {
        if self.url.is_empty() || has_scheme(&self.url) {
            return self.url.clone();
        }
        let Some(own) = self.meant(config) else { return self.url.clone() };
        let Some(origin) = own.origin().map(ToString::to_string) else { return self.url.clone() };
        let path = if self.url.starts_with('/') { "" } else { path_of(own) };
        format!("{}{path}{}", self.origin(&origin), self.url)
    }

    /// The URL of the endpoint whose path it has, else that of its callbacks.
    fn meant<'a>(&self, config: &'a CallbackConfig) -> Option<&'a CallbackUrl> {
        let path = self.url.split('?').next().unwrap_or_default();
        let urls = || [&config.settings.callback_url, &config.settings.reversal_url].into_iter().flatten();
        urls().find(|own| path_of(own) == path).or_else(|| urls().next())
    }

    /// The origin that was seen, as far as it differs from the endpoint's own.
    fn origin(&self, own: &str) -> String {
        let (scheme, own_host) = own.split_once("://").unwrap_or(("https", own));
        let Some(host) = &self.host else { return own.to_owned() };
        let forwarded = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(FORWARDED_SCHEME));
        let forwarded = forwarded.map(|(_, value)| value.trim()).filter(|value| matches!(*value, "http" | "https"));
        let is_same = host.eq_ignore_ascii_case(own_host) && forwarded.is_none_or(|forwarded| forwarded == scheme);
        if is_same { own.to_owned() } else { format!("{}://{host}", forwarded.unwrap_or(scheme)) }
    }
}

/// The path of a callback URL, as it is written.
fn path_of(url: &CallbackUrl) -> &str {
    let text = url.as_str();
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let path = rest.find(['/', '?']).map_or("", |at| &rest[at..]);
    let path = path.split('?').next().unwrap_or_default();
    if path.is_empty() || path.contains(['{', '<']) { "/" } else { path }
}

fn has_scheme(text: &str) -> bool {
    let begins = |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    begins("http://") || begins("https://")
}

/// The methods that a request or a line of a log begins with.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "HEAD", "PATCH", "DELETE", "OPTIONS"];

/// The method that a text begins with, and what follows the blank behind it.
fn method_at(text: &str) -> Option<(&'static str, &str)> {
    METHODS.into_iter().find_map(|method| Some((method, text.strip_prefix(method)?.strip_prefix(' ')?)))
}

#[cfg(test)]
mod tests;
