//! A whole request as it came off the wire, or as `curl -v`, HTTP/2 tools and servers' dumps print it.

use super::{Pasted, has_scheme, method_at, sent_name};

/// So many requests are read of one paste.
const MOST_REQUESTS: usize = 4;

/// A request line with header lines behind it, or header lines alone; then a body behind an empty line.
pub(super) fn read(text: &str) -> Vec<Pasted> {
    let plain = without_marks(text);
    let mut starts: Vec<usize> = vec![0];
    // What a tool says before the request, or another request.
    let later =
        plain.match_indices('\n').map(|(at, _)| at + 1).filter(|at| is_request_line(plain[*at..].lines().next()));
    starts.extend(later.take(MOST_REQUESTS));
    starts.into_iter().filter_map(|at| request(&plain[at..])).collect()
}

fn is_request_line(line: Option<&str>) -> bool {
    line.is_some_and(|line| method_at(line).is_some() && line.contains(" HTTP/"))
}

fn request(text: &str) -> Option<Pasted> {
    let (head, body) = split_head(text);
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
    if !pasted.url.is_empty() && pasted.url.contains(char::is_whitespace) && !first.contains(" HTTP/") {
        return None;
    }
    pasted.headers.extend(lines.filter_map(header));
    pseudo(&mut pasted);
    if pasted.url.is_empty() {
        // Variables of a server, which stand without a request line.
        for header in &mut pasted.headers {
            header.0 = sent_name(&header.0);
        }
    }
    let length = pasted.header("content-length").and_then(|length| length.parse::<usize>().ok());
    let host = pasted.header("host").map(str::to_owned).or(pasted.host.take());
    pasted.host = host.filter(|host| !host.is_empty() && !host.contains(char::is_whitespace));
    let is_chunked = pasted.header("transfer-encoding").is_some_and(|coding| coding.to_lowercase().contains("chunked"));
    // A tool may have joined the chunks and kept the header.
    let joined = body.filter(|_| is_chunked).and_then(joined);
    let body = joined.or_else(|| body.map(|body| whole(body, length).to_owned()));
    pasted.body = body.filter(|body| !body.is_empty());
    Some(pasted)
}

/// The request line of HTTP/2, which stands among the headers.
fn pseudo(pasted: &mut Pasted) {
    let (own, headers): (Vec<_>, Vec<_>) =
        std::mem::take(&mut pasted.headers).into_iter().partition(|(name, _)| name.starts_with(':'));
    pasted.headers = headers;
    for (name, value) in own {
        match name.as_str() {
            ":method" => pasted.method = value.to_uppercase(),
            ":path" => pasted.url = value,
            ":authority" => pasted.host = Some(value),
            _ => {}
        }
    }
}

/// A name and a value; nothing for a line that is no header.
fn header(line: &str) -> Option<(String, String)> {
    let line = line.trim();
    // Tools print `[:method: GET]`, or a list's mark before each of them.
    let line = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')).unwrap_or(line);
    let line = line.trim_start_matches(['*', '-', '•', '<']).trim_start();
    let is_pseudo = line.starts_with(':');
    let (name, value) = line[usize::from(is_pseudo)..].split_once(':')?;
    let name = name.trim();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if name.is_empty() || has_scheme(line) || !name.bytes().all(is_token) {
        return None;
    }
    let name = if is_pseudo { format!(":{name}") } else { name.to_owned() };
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

/// A body that was sent in chunks, each behind a line with its size; nothing where it is not written so.
fn joined(body: &str) -> Option<String> {
    let (mut whole, mut rest) = (String::new(), body);
    while !rest.trim_start().is_empty() {
        let (size, behind) = rest.split_once('\n').unwrap_or((rest, ""));
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            break;
        }
        whole.push_str(behind.get(..size)?);
        let end = &behind[size..];
        rest = end.strip_prefix("\r\n").or_else(|| end.strip_prefix('\n')).or(end.is_empty().then_some(end))?;
    }
    (!whole.is_empty()).then_some(whole)
}

/// Without the marks of `curl -v`, where the request's lines have them.
fn without_marks(text: &str) -> String {
    let is_marked = |line: &&str| line.starts_with("> ") || *line == ">";
    if !text.lines().any(|line| line.starts_with("> ") && method_at(&line[2..]).is_some()) {
        return text.to_owned();
    }
    let lines = text.lines().skip_while(|line| !is_marked(line)).filter(is_marked).map(|line| &line[1..]);
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}
