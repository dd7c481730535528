//! URLs in a text: where one begins, and where it ends.

use super::{Pasted, has_scheme};

const SCHEMES: [&str; 2] = ["https://", "http://"];

/// What ends a URL that stands in a sentence, in quotes, or in a log.
fn ends(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`' | '|' | '\\' | '“' | '”' | '‘' | '’' | '«' | '»')
}

/// What people and pages put behind a URL, and no query of ours ends with.
const BEHIND: [char; 13] = [')', ']', '}', ',', '.', ';', ':', '!', '?', '*', '_', '…', '·'];

/// Where a URL may end: the shortest first, the whole text last, because a value may have been decoded.
pub(super) fn ended(text: &str) -> Vec<String> {
    let text = plain(text);
    let text = text.trim();
    let joined = SCHEMES.iter().filter_map(|scheme| text.get(1..)?.find(scheme).map(|at| at + 1)).min();
    let until = |end: Option<usize>| end.map(|at| text[..at].trim_end_matches(BEHIND));
    let before_version = text.find(" HTTP/");
    let mut found: Vec<String> = Vec::new();
    let short = until(text.find(ends)).or(Some(text.trim_end_matches(BEHIND)));
    // Two that are joined, or one within the query of another.
    let until_next = joined.map(|at| &text[..at]).map(|url| until(url.find(ends)).unwrap_or(url));
    for one in [until_next, short, until(before_version), until(text.find(['"', '<', '>'])), Some(text)] {
        if let Some(url) = one.filter(|url| !url.is_empty() && !found.iter().any(|known| known == url)) {
            found.push(url.to_owned());
        }
    }
    found
}

/// Every URL in a line, or the path or query that it is.
pub(super) fn urls(line: &str) -> Vec<Pasted> {
    let whole = |url: String| Pasted { url, ..Pasted::default() };
    let mut found: Vec<Pasted> = Vec::new();
    if line.starts_with(['/', '?']) {
        found.extend(ended(line).into_iter().map(whole));
    }
    let mut starts: Vec<usize> =
        SCHEMES.iter().flat_map(|scheme| line.match_indices(scheme).map(|(at, _)| at)).take(MOST).collect();
    starts.sort_unstable();
    found.extend(starts.into_iter().flat_map(|at| ended(&line[at..])).map(whole));
    if starts_upper(line) {
        found.extend(ended(line).into_iter().map(whole));
    }
    let text = plain(line);
    let words = text.split(ends).filter(|word| word.contains('?') && word.contains('=') && !word.contains("://"));
    let from_path = |word: &str| word.find(['/', '?']).map(|at| word[at..].trim_end_matches(BEHIND).to_owned());
    found.extend(words.take(MOST).filter_map(from_path).map(whole));
    let is_query = line.contains('=') && !line.contains(char::is_whitespace) && !line.contains("://");
    if is_query && !line.starts_with(['/', '?']) {
        let query = plain(line).trim_end_matches(BEHIND).to_owned();
        found.push(whole(format!("?{query}")));
    }
    found
}

/// So many URLs are read of one line.
const MOST: usize = 8;

/// `HTTPS://…`, as some keyboards write it.
fn starts_upper(line: &str) -> bool {
    has_scheme(line) && !SCHEMES.iter().any(|scheme| line.starts_with(scheme))
}

/// A URL that was broken into several lines.
pub(super) fn broken(text: &str) -> Option<Pasted> {
    let first = text.lines().next()?.trim();
    let is_url = has_scheme(first) || first.starts_with('/') || first.starts_with('?');
    let lines = || text.lines().map(str::trim);
    let goes_on = |line: &str| !has_scheme(line) && !line.contains(char::is_whitespace);
    let is_one = is_url && lines().count() > 1 && !first.contains(char::is_whitespace) && lines().skip(1).all(goes_on);
    let joined = || lines().collect::<String>();
    is_one.then(|| Pasted { url: plain(&joined()).trim_end_matches(BEHIND).to_owned(), ..Pasted::default() })
}

/// Without what logs in JSON and PHP write otherwise.
pub(super) fn plain(url: &str) -> String {
    url.replace("\\/", "/")
        .replace("\\u0026", "&")
        .replace("\\x26", "&")
        .replace("\\u003d", "=")
        .replace("\\u003D", "=")
}
