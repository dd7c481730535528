//! A whole request as it came off the wire, or as `curl -v` and servers' dumps print it.

use super::{Pasted, has_scheme, method_at};

/// A request line with header lines behind it, or header lines alone; then a body behind an empty line.
pub(super) fn read(text: &str) -> Option<Pasted> {
    let plain = without_marks(text);
    let (head, body) = split_head(&plain);
    let mut lines = head.lines();
    let first = lines.next()?.trim_end();
    let mut pasted = match method_at(first) {
        Some((method, rest)) => {
            let target = rest.rfind(" HTTP/").map_or(rest, |at| &rest[..at]);
            Pasted { method: method.to_owned(), url: target.trim().to_owned(), ..Pasted::default() }
        }
        // Whoever copies the headers alone begins with one of them.
        None if first.contains(" HTTP/") => return None,
        None => Pasted { headers: vec![header(first)?], ..Pasted::default() },
    };
    if lines.clone().count() == 0 && body.is_none() && pasted.headers.is_empty() {
        return (!pasted.url.is_empty()).then_some(pasted);
    }
    pasted.headers.extend(lines.filter_map(header));
    let value = |name: &str| pasted.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let length = value("content-length").and_then(|(_, length)| length.parse::<usize>().ok());
    let host = value("host").map(|(_, host)| host.clone());
    pasted.host = host.filter(|host| !host.is_empty() && !host.contains(char::is_whitespace));
    pasted.body = body.map(|body| whole(body, length).to_owned()).filter(|body| !body.is_empty());
    Some(pasted)
}

/// A name and a value; nothing for a line that is no header. A name that PHP gives a header is turned back.
fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if name.is_empty() || has_scheme(line) || !name.bytes().all(is_token) {
        return None;
    }
    let name = match name.strip_prefix("HTTP_") {
        Some(rest) => rest.replace('_', "-"),
        None => name.to_owned(),
    };
    Some((name, value.trim().to_owned()))
}

/// Where the first empty line ends the head.
fn split_head(text: &str) -> (&str, Option<&str>) {
    let ends = [("\r\n\r\n", 4), ("\n\n", 2), ("\n\r\n", 3)];
    let found = ends.iter().filter_map(|(end, length)| Some((text.find(end)?, *length))).min();
    match found {
        Some((at, length)) => (&text[..at], Some(&text[at + length..])),
        None => (text, None),
    }
}

/// The body without the line break that pasting adds, unless its declared length counts that.
fn whole(body: &str, length: Option<usize>) -> &str {
    if length == Some(body.len()) { body } else { body.trim_end_matches(['\r', '\n']) }
}

/// Without the marks of `curl -v`, where the request's lines have them.
fn without_marks(text: &str) -> String {
    if !text.starts_with("> ") {
        return text.to_owned();
    }
    let lines = text.lines().map_while(|line| line.strip_prefix('>'));
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}
