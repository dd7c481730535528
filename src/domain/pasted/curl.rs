//! A curl command as browsers and tools copy it.

use super::shell::words;
use super::{Pasted, has_scheme};
use crate::domain::encoding::encode;

/// Short options with a value.
const SHORT_WITH_VALUE: &str = "ACDEFHKPQTUXYbcdehmoruwxyz";
/// Long options whose value may be a URL or begin with a hyphen. Of all others it is seen from what follows whether that is the
/// value: curl has some two hundred, and more with each version.
const WITH_ANY_VALUE: [&str; 16] = [
    "--url",
    "--url-query",
    "--header",
    "--request",
    "--data",
    "--data-raw",
    "--data-binary",
    "--data-ascii",
    "--data-urlencode",
    "--json",
    "--proxy",
    "--preproxy",
    "--referer",
    "--user-agent",
    "--cookie",
    "--user",
];
/// Long options without a value that commonly stand before one of these.
const ALONE: [&str; 16] = [
    "--anyauth",
    "--compressed",
    "--fail",
    "--fail-with-body",
    "--get",
    "--globoff",
    "--head",
    "--include",
    "--insecure",
    "--location",
    "--location-trusted",
    "--path-as-is",
    "--raw",
    "--show-error",
    "--silent",
    "--verbose",
];

/// The command as it is gathered.
#[derive(Default)]
struct Command {
    pasted: Pasted,
    data: Vec<String>,
    is_get: bool,
}

/// The commands that a line of the text begins with.
pub(super) fn read(text: &str) -> Vec<Pasted> {
    let mut starts: Vec<usize> = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    let at_command = starts.into_iter().filter_map(|at| {
        // Trimmed within its line: all that follows would be looked at once for each line.
        let line = text[at..].lines().next()?;
        let command = line.trim_start().trim_start_matches(['$', '#', '>', '%']).trim_start();
        command.starts_with("curl").then(|| &text[at + line.len() - command.len()..])
    });
    at_command.take(MOST_COMMANDS).filter_map(command).collect()
}

/// So many commands are read of one paste.
const MOST_COMMANDS: usize = 4;

fn command(text: &str) -> Option<Pasted> {
    let behind = text.strip_prefix("curl")?.trim_start_matches(".exe");
    if !behind.is_empty() && !behind.starts_with(char::is_whitespace) {
        return None;
    }
    let mut words = words(behind).into_iter().peekable();
    let mut command = Command::default();
    while let Some(word) = words.next() {
        if word.starts_with("--") && word.len() > 2 {
            let joined = word.split_once('=');
            let (option, joined) = joined.map_or((word.as_str(), None), |(option, value)| (option, Some(value)));
            let takes = joined.is_none() && words.peek().is_some_and(|next| is_value(option, next));
            let value = if takes { words.next() } else { joined.map(str::to_owned) };
            command.take(option, value.unwrap_or_default());
        } else if let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            // Letters are joined up to the first that takes a value, which is what follows it.
            let valued = letters.char_indices().find(|(_, c)| SHORT_WITH_VALUE.contains(*c));
            let alone = &letters[..valued.map_or(letters.len(), |(at, _)| at)];
            alone.chars().for_each(|letter| command.take(&format!("-{letter}"), String::new()));
            if let Some((at, letter)) = valued {
                let joined = Some(letters[at + letter.len_utf8()..].to_owned()).filter(|joined| !joined.is_empty());
                command.take(&format!("-{letter}"), joined.or_else(|| words.next()).unwrap_or_default());
            }
        } else if command.pasted.url.is_empty() {
            command.pasted.url = word.trim().to_owned();
        }
    }
    Some(command.done())
}

/// Whether what follows a long option is its value.
fn is_value(option: &str, next: &str) -> bool {
    let is_alone = ALONE.contains(&option) || option.starts_with("--no-") || option.starts_with("--http");
    WITH_ANY_VALUE.contains(&option) || !is_alone && !next.starts_with('-') && !has_scheme(next)
}

impl Command {
    fn take(&mut self, option: &str, value: String) {
        match option {
            "-H" | "--header" => {
                if let Some((name, value)) = value.split_once(':').filter(|_| !value.starts_with('@')) {
                    self.pasted.headers.push((name.trim().to_owned(), value.trim().to_owned()));
                }
            }
            "-X" | "--request" => self.pasted.method = value.to_uppercase(),
            "-I" | "--head" => self.pasted.method = "HEAD".to_owned(),
            "-G" | "--get" => self.is_get = true,
            "--url" => self.pasted.url = value,
            "--url-query" => self.in_query(&urlencoded(&value)),
            "-d" | "--data" | "--data-ascii" | "--data-binary" => self.given(value),
            "--data-raw" => self.data.push(value),
            "--json" => {
                self.pasted.headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
                self.given(value);
            }
            "--data-urlencode" => self.data.push(urlencoded(&value)),
            _ => {}
        }
    }

    /// Data, or the file that holds it.
    fn given(&mut self, value: String) {
        match value.strip_prefix('@') {
            Some(file) => self.pasted.body_file = Some(file.to_owned()),
            None => self.data.push(value),
        }
    }

    fn in_query(&mut self, pairs: &str) {
        let url = &mut self.pasted.url;
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(pairs);
    }

    fn done(mut self) -> Pasted {
        let data = (!self.data.is_empty()).then(|| self.data.join("&"));
        match data {
            Some(data) if self.is_get => self.in_query(&data),
            data => {
                if self.pasted.method.is_empty() && (data.is_some() || self.pasted.body_file.is_some()) {
                    self.pasted.method = "POST".to_owned();
                }
                self.pasted.body = data;
            }
        }
        let mut pasted = self.pasted;
        if pasted.body_file.is_some() {
            // A part of the data is not the body.
            pasted.body = None;
        }
        if !pasted.url.is_empty() && !has_scheme(&pasted.url) && !pasted.url.starts_with(['/', '?']) {
            // As curl does with a host alone.
            pasted.url = format!("http://{}", pasted.url);
        }
        let host = pasted.header("host").map(str::to_owned);
        pasted.host = host.filter(|_| !has_scheme(&pasted.url));
        pasted
    }
}

/// `name=value` with the value encoded, as curl does it.
fn urlencoded(value: &str) -> String {
    match value.split_once('=') {
        Some(("", value)) => encode(value),
        Some((name, value)) => format!("{name}={}", encode(value)),
        None => encode(value),
    }
}
