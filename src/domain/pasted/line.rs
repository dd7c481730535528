//! A line of an access log, or a URL: what stands in one line, wherever it stands there.

use super::{Pasted, has_scheme, method_at};

/// The first line in which a request stands.
pub(super) fn read(text: &str) -> Option<Pasted> {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines().find_map(logged).or_else(|| broken_url(text)).or_else(|| lines().find_map(url))
}

/// `… "GET /path?query HTTP/1.1" …`
fn logged(line: &str) -> Option<Pasted> {
    let starts = line.char_indices().filter(|(at, _)| !line[..*at].ends_with(|c: char| c.is_ascii_alphanumeric()));
    let (at, method, rest) =
        starts.into_iter().find_map(|(at, _)| method_at(&line[at..]).map(|(method, rest)| (at, method, rest)))?;
    let end = rest.find(" HTTP/").or_else(|| rest.find('"')).unwrap_or(rest.len());
    let target = rest[..end].trim();
    if !target.starts_with('/') && !has_scheme(target) {
        return None;
    }
    Some(Pasted { method: method.to_owned(), url: plain(target), host: host(&line[..at]), ..Pasted::default() })
}

/// The virtual host that a log begins its lines with: `pub.example:443 192.0.2.1 - -`. What comes first otherwise is the
/// address of the caller.
fn host(before: &str) -> Option<String> {
    let mut words = before.split_whitespace();
    let (first, second) = (words.next()?, words.next()?);
    let name = first.split(':').next().unwrap_or_default();
    let is_address = |word: &str| word.parse::<std::net::IpAddr>().is_ok();
    let is_host = name.contains('.') && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    // A log says the port that was listened on, which a URL of that scheme leaves out.
    let host = first.strip_suffix(":443").or_else(|| first.strip_suffix(":80")).unwrap_or(first);
    (is_host && !is_address(name) && is_address(second)).then(|| host.to_owned())
}

/// A URL that was broken into several lines.
fn broken_url(text: &str) -> Option<Pasted> {
    let first = text.lines().next()?.trim();
    let is_url = has_scheme(first) || first.starts_with('/');
    let lines = || text.lines().map(str::trim);
    let is_one = is_url && lines().all(|line| !line.contains(char::is_whitespace));
    is_one.then(|| Pasted { url: lines().collect(), ..Pasted::default() })
}

/// A whole URL, a path with its query, or a query alone.
fn url(line: &str) -> Option<Pasted> {
    let line = plain(line);
    let line = line.as_str();
    let whole = |url: &str| Some(Pasted { url: url.to_owned(), ..Pasted::default() });
    if has_scheme(line) || line.starts_with(['/', '?']) {
        return whole(line);
    }
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`');
    let mut words = line.split(ends).filter(|word| !word.is_empty());
    let found = words.find(|word| has_scheme(word) || word.contains('?') && word.contains('='));
    if let Some(word) = found {
        let at = ["https://", "http://"].iter().find_map(|scheme| word.find(scheme));
        return whole(&word[at.or_else(|| word.find(['/', '?'])).unwrap_or_default()..]);
    }
    let is_query = line.contains('=') && !line.contains(char::is_whitespace);
    is_query.then(|| Pasted { url: format!("?{line}"), ..Pasted::default() })
}

/// Without what logs in JSON write otherwise.
fn plain(url: &str) -> String {
    url.replace("\\/", "/").replace("\\u0026", "&").replace("\\x26", "&")
}
