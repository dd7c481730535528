//! A curl command as browsers and tools copy it: quoted words, lines continued by `\` or `^`.

use super::{Pasted, has_scheme};

/// Options with a value that says nothing of the request's URL, method, headers or body.
const WITH_VALUE: [&str; 15] = [
    "-A",
    "-b",
    "-c",
    "-e",
    "-m",
    "-o",
    "-u",
    "-x",
    "--connect-timeout",
    "--cookie",
    "--max-time",
    "--output",
    "--referer",
    "--user",
    "--user-agent",
];
const DATA: [&str; 6] = ["-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--json"];
/// Short options whose value may follow without a blank.
const JOINED: [&str; 3] = ["-X", "-H", "-d"];

pub(super) fn read(text: &str) -> Option<Pasted> {
    let behind = text.strip_prefix("curl")?;
    if !behind.starts_with(|c: char| c.is_whitespace() || c == '.') {
        return None;
    }
    let mut words = words(behind.trim_start_matches(".exe")).into_iter();
    let mut pasted = Pasted::default();
    while let Some(word) = words.next() {
        let (option, joined) = split_option(&word);
        let mut value = || joined.map(str::to_owned).or_else(|| words.next()).unwrap_or_default();
        match option {
            "-H" | "--header" => {
                let header = value();
                if let Some((name, value)) = header.split_once(':') {
                    pasted.headers.push((name.trim().to_owned(), value.trim().to_owned()));
                }
            }
            "-X" | "--request" => pasted.method = value().to_uppercase(),
            "--url" => pasted.url = value(),
            option if DATA.contains(&option) => pasted.body = Some(value()),
            option if WITH_VALUE.contains(&option) => drop(value()),
            option if option.starts_with('-') => {}
            url if pasted.url.is_empty() => pasted.url = url.trim().to_owned(),
            _ => {}
        }
    }
    if !pasted.url.is_empty() && !has_scheme(&pasted.url) && !pasted.url.starts_with(['/', '?']) {
        // As curl does with a host alone.
        pasted.url = format!("http://{}", pasted.url);
    }
    let host = pasted.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host"));
    pasted.host = host.map(|(_, host)| host.clone()).filter(|_| !has_scheme(&pasted.url));
    Some(pasted)
}

/// An option and the value that is joined to it.
fn split_option(word: &str) -> (&str, Option<&str>) {
    if word.starts_with("--") {
        return word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
    }
    let joined = JOINED.iter().find_map(|option| Some((*option, word.strip_prefix(option)?)));
    match joined {
        Some((option, value)) if !value.is_empty() => (option, Some(value)),
        _ => (word, None),
    }
}

/// The words of a command as a shell splits them.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' | '^' if matches!(rest.peek(), Some('\n' | '\r')) => {
                rest.next_if_eq(&'\r');
                rest.next_if_eq(&'\n');
            }
            '\\' => word.get_or_insert_default().extend(rest.next()),
            '$' if rest.peek() == Some(&'\'') => {
                rest.next();
                escaped(&mut rest, word.get_or_insert_default());
            }
            '\'' => word.get_or_insert_default().extend(rest.by_ref().take_while(|c| *c != '\'')),
            '"' => quoted(&mut rest, word.get_or_insert_default()),
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

type Rest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// Within double quotes a backslash stands only before what it takes the meaning from.
fn quoted(rest: &mut Rest<'_>, word: &mut String) {
    while let Some(c) = rest.next() {
        match c {
            '"' => return,
            '\\' => match rest.next() {
                Some(c @ ('"' | '\\' | '$' | '`')) => word.push(c),
                Some('\n') | None => {}
                Some(c) => word.extend(['\\', c]),
            },
            c => word.push(c),
        }
    }
}

/// Within `$'…'`, as browsers copy a text that holds quotes or line breaks.
fn escaped(rest: &mut Rest<'_>, word: &mut String) {
    while let Some(c) = rest.next() {
        match c {
            '\'' => return,
            '\\' => match rest.next() {
                Some('n') => word.push('\n'),
                Some('r') => word.push('\r'),
                Some('t') => word.push('\t'),
                Some('u') => word.extend(unicode(rest)),
                Some(c) => word.push(c),
                None => {}
            },
            c => word.push(c),
        }
    }
}

fn unicode(rest: &mut Rest<'_>) -> Option<char> {
    let digits: String = std::iter::from_fn(|| rest.next_if(char::is_ascii_hexdigit)).take(4).collect();
    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
}
