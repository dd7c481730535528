//! What a person pastes of a callback that a server received: a whole request, a curl command, lines of an access log, a printed
//! dictionary, a URL.
//!
//! One text can often be read in several ways. All of them are made, the most certain first, and the one in which a signature
//! stands is taken. It says which request stands there and where it probably belongs, and adds nothing that could make it
//! verify. It knows no dialect by name, keeps nothing, and takes any text: what it cannot read is no request.

mod curl;
mod fields;
mod line;
mod printed;
mod request;
mod shell;
mod unwrapped;
mod url;

use super::dialect::callback::CallbackConfig;
use super::dialect::callback_url::CallbackUrl;
use super::dialect::diagnose::{LONGEST_RECEIVED, beyond_usual, likeness, named_ids, verifies};
use super::dialect::received::Received;
use super::dialect::recipe::Recipe;
use super::secret::SecretText;

/// Longest paste in bytes: a callback's URL has at most 7,500, its body and a server's headers seldom as much again.
pub const LONGEST: usize = 64 * 1024;
/// So many readings of a paste are looked at.
const MOST_READINGS: usize = 160;
/// So many callbacks of one paste are told apart.
const MOST_CALLBACKS: usize = 16;
/// So many bytes of readings are looked at for a signature: a paste at its longest, in every way in which it is one request.
const MOST_BYTES: usize = 16 * LONGEST;
/// What servers are told by proxies of the scheme that the caller used.
const FORWARDED_SCHEME: &str = "x-forwarded-proto";

/// A paste in every way in which it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paste {
    readings: Vec<Pasted>,
    /// Lines of a log that are not read.
    unread: usize,
}

/// The callback of a paste that is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// As its receiver saw it.
    pub received: Received,
    /// What of the paste is not looked at.
    pub note: Option<String>,
}

/// A request as it was pasted: its URL is whole, or begins with its path or its query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    /// Empty where the paste does not say.
    method: String,
    url: String,
    /// Parameters that a server had decoded when they were printed; they stand in place of a query.
    parameters: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Option<String>,
    /// The file that holds the body.
    body_file: Option<String>,
    /// The host beside a URL that has none, as a header or a log says it.
    host: Option<String>,
}

/// The body is signed, and lies in a file that was not pasted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tells that the body lies in the file {0}, which was not pasted: put its content in place of @{0}")]
pub struct BodyElsewhere(String);

/// Reads a paste; nothing if no request stands in it.
pub fn read(text: &str) -> Option<Paste> {
    let text = unwrapped::unwrapped(text);
    let mut readings = curl::read(text);
    readings.extend(request::read(text));
    readings.extend(printed::read(text).iter().flat_map(fields::requests));
    readings.extend(url::broken(text));
    let (of_lines, unread) = line::read(text);
    readings.extend(of_lines);
    readings.retain(|found| !found.url.is_empty() || !found.headers.is_empty() || !found.parameters.is_empty());
    readings.truncate(MOST_READINGS);
    (!readings.is_empty()).then_some(Paste { readings, unread })
}

/// A request that was given in parts, as if it had been pasted.
pub fn of(given: Received) -> Pasted {
    let Received { method, url, headers, body } = given;
    let host = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host")).map(|(_, host)| host.clone());
    Pasted { method, url, headers, body, host, ..Pasted::default() }
}

impl Paste {
    /// The callback that a person asks about: of several the first that none of these keys signs as it stands.
    pub fn chosen(
        self,
        recipe: &Recipe,
        config: &CallbackConfig,
        keys: &[(String, SecretText)],
    ) -> Result<Chosen, BodyElsewhere> {
        let unread = self.unread;
        let callbacks = self.callbacks(recipe, config);
        let count = callbacks.len();
        let verifies = |(_, received): &(Pasted, Received)| verifies(recipe, config, received, keys);
        let at = callbacks.iter().position(|callback| !verifies(callback)).unwrap_or_default();
        let Some((pasted, received)) = callbacks.into_iter().nth(at) else { return Ok(Chosen::default()) };
        let signs_body = recipe.signature().is_some_and(|signature| signature.signs_body());
        if let Some(file) = pasted.body_file.filter(|_| signs_body && received.body.is_none()) {
            return Err(BodyElsewhere(file));
        }
        let several = (count > 1).then(|| {
            format!(
                "{count} callbacks were read in this; this is number {}: paste one alone to look at another.",
                at + 1
            )
        });
        let unread = (unread > 0).then(|| format!("{unread} lines before the last ones were not read."));
        let notes: Vec<String> = several.into_iter().chain(unread).collect();
        Ok(Chosen { received, note: (!notes.is_empty()).then(|| notes.join(" ")) })
    }

    /// The callbacks in it: of each the most certain reading in which a signature of this dialect stands.
    fn callbacks(self, recipe: &Recipe, config: &CallbackConfig) -> Vec<(Pasted, Received)> {
        let (mut surest, mut found, mut left) = (None, Vec::new(), MOST_BYTES);
        // No callback has a longer URL; what is longer is a text that was taken for one.
        for pasted in self.readings.into_iter().filter(|pasted| pasted.length() <= LONGEST_RECEIVED) {
            let Some(less) = left.checked_sub(pasted.cost()) else { continue };
            left = less;
            let received = pasted.clone().received(recipe, config);
            let likeness = Some(likeness(recipe, config, &received));
            if surest < likeness {
                (surest, found) = (likeness, Vec::new());
            }
            if surest == likeness {
                found.push((pasted, received));
            }
        }
        let mut signatures = Vec::new();
        found.retain(|(_, received)| {
            let signature = named_ids(recipe, config, received).signature_start;
            let is_new = signatures.len() < MOST_CALLBACKS && !signatures.contains(&signature);
            signatures.extend(is_new.then_some(signature));
            is_new
        });
        found
    }
}

impl Pasted {
    /// The request as its receiver saw it, for this endpoint: what a log leaves out is taken to be as the endpoint has it, so
    /// that only what was seen can differ.
    pub fn received(mut self, recipe: &Recipe, config: &CallbackConfig) -> Received {
        let method = if self.method.is_empty() { recipe.method().to_owned() } else { self.method.clone() };
        if !self.parameters.is_empty() && !self.url.contains('?') {
            self.url.push('?');
            self.url.push_str(&recipe.query_of(&self.parameters));
        }
        Received { method, url: self.placed(config), headers: self.headers, body: self.body }
    }

    /// How long its URL is, or will be.
    fn length(&self) -> usize {
        self.url.len() + of_pairs(&self.parameters)
    }

    /// What it costs to look for a signature in it, in bytes.
    fn cost(&self) -> usize {
        let body = self.body.as_ref().map_or(0, String::len);
        self.length() + of_pairs(&self.headers) + body + beyond_usual(&self.url)
    }

    /// The URL with an origin and a path.
    fn placed(&self, config: &CallbackConfig) -> String {
        if self.url.is_empty() || has_scheme(&self.url) {
            return self.url.clone();
        }
        let Some(own) = self.meant(config) else { return self.url.clone() };
        let Some(origin) = own.origin().map(ToString::to_string) else { return self.url.clone() };
        let origin = config.settings.signed_origin.clone().unwrap_or(origin);
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

    /// The header of this name, whatever its case.
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

fn of_pairs(pairs: &[(String, String)]) -> usize {
    pairs.iter().map(|(name, value)| name.len() + value.len()).sum()
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

/// A header's name as it is sent: servers that hand headers on as variables put a word before it and write no hyphen.
fn sent_name(name: &str) -> String {
    match name.strip_prefix("HTTP_").or_else(|| name.strip_prefix("http_")) {
        Some(rest) => rest.replace('_', "-"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests;
