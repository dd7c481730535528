//! The request that a printed dictionary is about: what its names mean, in the words of servers, gateways, tools and languages.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::line::logged;
use super::printed::{self, Value};
use super::{Pasted, has_scheme, sent_name};
use crate::domain::dialect::diagnose::squeezed;

/// Names as they are written without marks and in small letters, the surest first.
const URLS: [&str; 16] = [
    "url",
    "fullurl",
    "originalurl",
    "requesturl",
    "requesturi",
    "uri",
    "rawuri",
    "target",
    "requesttarget",
    "rawpath",
    "path",
    "requestpath",
    "pathinfo",
    "httppath",
    "href",
    "request",
];
const QUERIES: [&str; 7] = ["querystring", "rawquerystring", "query", "rawquery", "search", "args", "queryparams"];
const METHODS: [&str; 4] = ["method", "httpmethod", "requestmethod", "verb"];
const HOSTS: [&str; 6] = ["host", "httphost", "authority", "servername", "domainname", "hostname"];
const HEADERS: [&str; 7] =
    ["headers", "requestheaders", "httpheaders", "rawheaders", "multivalueheaders", "header", "reqheaders"];
const BODIES: [&str; 7] = ["body", "rawbody", "requestbody", "postdata", "payload", "data", "bodytext"];
const PARAMETERS: [&str; 8] =
    ["query", "queryparams", "querystringparameters", "params", "parameters", "args", "get", "queryparameters"];

/// So many dictionaries are read as a request each.
const MOST: usize = 30;
/// No name that is looked for is longer, marks and all.
const LONGEST_NAME: usize = 64;
/// A body that is a text within another one, and so on, is looked into so deep.
const DEEPEST: usize = 4;

/// The requests that a printed value may be about: each dictionary in it, the outermost first, and each line of a log in it.
pub(super) fn requests(value: &Value<'_>) -> Vec<Pasted> {
    let mut found = Vec::new();
    gather(value, &mut found, 0);
    found
}

fn gather(value: &Value<'_>, found: &mut Vec<Pasted>, depth: usize) {
    if found.len() >= MOST || depth > 2 * DEEPEST {
        return;
    }
    match value {
        Value::Map(pairs, _) => {
            found.push(request(value));
            found.extend(parameters(pairs));
            pairs.iter().for_each(|(_, value)| gather(value, found, depth + 1));
        }
        Value::List(items) => items.iter().for_each(|item| gather(item, found, depth + 1)),
        // A message, or JSON within JSON.
        Value::Text(text) if text.contains(['?', ':', '{']) => {
            found.extend(text.lines().flat_map(logged).take(MOST - found.len()));
            if text.contains('{') && depth < DEEPEST {
                printed::read(text).iter().for_each(|value| gather(value, found, depth + DEEPEST));
            }
        }
        Value::Text(_) => {}
    }
}

/// A name without what languages put between its words; nothing of one that is longer than any that is known.
fn plain(name: &str) -> String {
    if name.len() > LONGEST_NAME { String::new() } else { squeezed(name) }
}

/// The value of the first of these names, in this dictionary or in one within it.
fn of<'v, 'a>(value: &'v Value<'a>, names: &[&str]) -> Option<&'v Value<'a>> {
    let Value::Map(pairs, _) = value else { return None };
    let own = |wanted: &&str| pairs.iter().find(|(name, _)| plain(name) == **wanted).map(|(_, value)| value);
    let within = || pairs.iter().filter(|(name, _)| !is_answer(name)).find_map(|(_, value)| of(value, names));
    names.iter().find_map(own).or_else(within)
}

/// What a server answered is not what it received.
fn is_answer(name: &str) -> bool {
    matches!(plain(name).as_str(), "response" | "res" | "resp")
}

fn text<'v>(value: Option<&'v Value<'_>>) -> Option<&'v str> {
    match value? {
        Value::Text(text) => Some(text),
        Value::List(items) => match items.as_slice() {
            [Value::Text(text)] => Some(text),
            _ => None,
        },
        Value::Map(..) => None,
    }
}

/// A dictionary as a request; what has a name that is not known is taken for a header.
fn request(value: &Value<'_>) -> Pasted {
    let Value::Map(pairs, _) = value else { return Pasted::default() };
    let is_url = |text: &&str| has_scheme(text) || text.starts_with('/');
    let names = URLS.iter().filter_map(|name| text(of(value, &[name])));
    let logged = || names.clone().find_map(|text| logged(text).into_iter().next());
    let mut pasted =
        match names.clone().find(|text| is_url(text) && text.contains('?')).or_else(|| names.clone().find(is_url)) {
            Some(url) => Pasted { url: url.to_owned(), ..Pasted::default() },
            None => logged().unwrap_or_default(),
        };
    let query = QUERIES.iter().filter_map(|name| text(of(value, &[name]))).find(|query| query.contains('='));
    if let Some(query) = query.filter(|_| !pasted.url.contains('?')) {
        pasted.url = format!("{}?{}", pasted.url, query.trim_start_matches('?'));
    }
    if !pasted.url.contains('?')
        && let Some(Value::Map(pairs, _)) =
            PARAMETERS.iter().find_map(|name| of(value, &[name]).filter(|value| matches!(value, Value::Map(..))))
    {
        pasted.parameters = texts(pairs);
    }
    if let Some(method) = text(of(value, &METHODS)) {
        pasted.method = method.to_uppercase();
    }
    pasted.headers = headers(value, pairs);
    let host = text(of(value, &HOSTS)).filter(|host| host.contains('.') || host.contains("localhost"));
    pasted.host = pasted.header("host").or(host).map(str::to_owned).or(pasted.host);
    pasted.body = body(value);
    pasted
}

fn headers(value: &Value<'_>, pairs: &[(String, Value<'_>)]) -> Vec<(String, String)> {
    let named = |pairs: &[(String, Value<'_>)]| {
        texts(pairs).into_iter().map(|(name, value)| (sent_name(&name), value)).collect::<Vec<_>>()
    };
    let own = named(pairs);
    let inner = match of(value, &HEADERS) {
        Some(Value::Map(pairs, _)) => named(pairs),
        Some(Value::List(items)) => by_turns(items),
        // JSON within JSON.
        Some(Value::Text(text)) => match printed::read(text).first() {
            Some(Value::Map(pairs, _)) => named(pairs),
            _ => Vec::new(),
        },
        None => Vec::new(),
    };
    inner.into_iter().chain(own).collect()
}

/// Names and values in turn, as Node keeps them.
fn by_turns(items: &[Value<'_>]) -> Vec<(String, String)> {
    let pair = |two: &[Value<'_>]| match two {
        [Value::Text(name), Value::Text(value)] => Some((name.clone(), value.clone())),
        _ => None,
    };
    items.chunks(2).filter_map(pair).collect()
}

/// The names whose values are texts; of several values all, as one line.
fn texts(pairs: &[(String, Value<'_>)]) -> Vec<(String, String)> {
    let text = |value: &Value<'_>| match value {
        Value::Text(text) => Some(text.clone()),
        Value::List(items) => {
            let texts = items.iter().map(|item| match item {
                Value::Text(text) => Some(text.as_str()),
                _ => None,
            });
            texts.collect::<Option<Vec<&str>>>().map(|texts| texts.join(", "))
        }
        Value::Map(..) => None,
    };
    pairs.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect()
}

/// Parameters that were decoded and printed by themselves.
fn parameters(pairs: &[(String, Value<'_>)]) -> Option<Pasted> {
    let parameters = texts(pairs);
    (parameters.len() > 1).then(|| Pasted { parameters, ..Pasted::default() })
}

/// The body, as a text or as it is printed within; gateways hand it on in base64.
fn body(value: &Value<'_>) -> Option<String> {
    match of(value, &BODIES)? {
        Value::Text(text) => {
            let is_base64 = self::text(of(value, &["isbase64encoded"])) == Some("true");
            let decoded = STANDARD.decode(text).ok().filter(|_| is_base64);
            Some(decoded.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| text.clone()))
        }
        inner @ Value::Map(_, whole) => {
            // As HAR has it: `{"mimeType": …, "text": …}`.
            let text = self::text(of(inner, &["text"])).map(str::to_owned);
            Some(text.unwrap_or_else(|| (*whole).to_owned()))
        }
        Value::List(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_text_that_holds_a_whole_log_only_so_many_lines_are_read() {
        let log = "GET /pb?a=1 HTTP/1.1\n".repeat(3_000);
        assert_eq!(requests(&Value::List(vec![Value::Text(log.clone()), Value::Text(log)])).len(), MOST);
    }
}
