//! Lines of an access log: the request that each of them is about.

use super::url::{ended, urls};
use super::{Pasted, has_scheme, method_at};

/// So many lines are read.
const MOST_LINES: usize = 60;

/// What stands in each line, and then the URLs that stand there without a method. A log ends with what happened last, so of a
/// long one the last lines are read; how many with a parameter are not is told beside it.
pub(super) fn read(text: &str) -> (Vec<Pasted>, usize) {
    let all = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let holds_parameters = |line: &&str| line.contains('=') && line.contains(['?', '&']);
    let mut lines: Vec<&str> = all().take(MOST_LINES + 1).collect();
    let mut unread = 0;
    if lines.len() > MOST_LINES {
        let with_parameters: Vec<&str> = all().filter(holds_parameters).collect();
        unread = with_parameters.len().saturating_sub(MOST_LINES);
        lines = with_parameters.into_iter().rev().take(MOST_LINES).collect();
    }
    let of_lines: Vec<Vec<Pasted>> = lines.iter().map(|line| logged(line)).collect();
    let holds_url = |found: &[Pasted]| found.iter().any(|pasted| pasted.url.contains('?'));
    let others = lines.iter().zip(&of_lines).filter(|(_, found)| !holds_url(found)).map(|(line, _)| *line);
    let others: Vec<Pasted> = others.flat_map(urls).collect();
    (of_lines.into_iter().flatten().chain(others).collect(), unread)
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
    // Of what holds neither blank nor quote there is no other reading.
    let is_sure = told.as_ref().is_some_and(|told| !told.contains([' ', '"']) && told.matches("://").count() < 2);
    let others = if is_sure { Vec::new() } else { ended(rest) };
    let pasted = |url: String| Pasted { method: method.to_owned(), url, host: host.clone(), ..Pasted::default() };
    told.into_iter().chain(others).map(pasted).collect()
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
