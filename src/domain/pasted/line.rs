//! Lines of an access log: the request that each of them is about.

use super::url::{ended, urls};
use super::{Pasted, has_scheme, method_at};

/// So many lines are read, and so much of each.
const MOST_LINES: usize = 60;

/// What stands in each line, and then the URLs that stand there without a method.
pub(super) fn read(text: &str) -> Vec<Pasted> {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty()).take(MOST_LINES);
    lines().flat_map(logged).chain(lines().flat_map(urls)).collect()
}

/// `… "GET /path?query HTTP/1.1" …`
pub(super) fn logged(line: &str) -> Vec<Pasted> {
    let starts = line.char_indices().filter(|(at, _)| !line[..*at].ends_with(|c: char| c.is_ascii_alphanumeric()));
    let found = starts.into_iter().find_map(|(at, _)| method_at(&line[at..]).map(|(method, rest)| (at, method, rest)));
    let Some((at, method, rest)) = found else { return Vec::new() };
    let rest = rest.trim_start();
    if !rest.starts_with('/') && !has_scheme(rest) {
        return Vec::new();
    }
    // Where the line says where the target ends, that is it, whatever stands in it.
    let told = rest.find(" HTTP/").map(|end| super::url::plain(rest[..end].trim()));
    let host = host(&line[..at]).or_else(|| named_host(&rest[rest.len().min(1)..]));
    let pasted = |url: String| Pasted { method: method.to_owned(), url, host: host.clone(), ..Pasted::default() };
    told.into_iter().chain(ended(rest)).map(pasted).collect()
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

/// The host that nginx names behind the request, in its log of errors; one without a dot is a name within.
fn named_host(behind: &str) -> Option<String> {
    let host = behind.split("host: \"").nth(1)?.split('"').next()?;
    host.contains('.').then(|| host.to_owned())
}
