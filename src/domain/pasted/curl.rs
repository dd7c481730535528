//! A curl command as browsers and tools copy it.

use super::shell::words;
use super::{Pasted, has_scheme};
use crate::domain::encoding::encode;

/// Short options with a value.
const SHORT_WITH_VALUE: &str = "ACDEFHKPQTUXYbcdehmoruwxyz";
/// Long options without a value; of all others it is known, or taken to be so, that one follows.
const ALONE: [&str; 34] = [
    "--compressed",
    "--insecure",
    "--silent",
    "--show-error",
    "--location",
    "--location-trusted",
    "--get",
    "--head",
    "--include",
    "--verbose",
    "--fail",
    "--fail-with-body",
    "--globoff",
    "--http1.0",
    "--http1.1",
    "--http2",
    "--http2-prior-knowledge",
    "--http3",
    "--ipv4",
    "--ipv6",
    "--no-buffer",
    "--no-keepalive",
    "--path-as-is",
    "--post301",
    "--post302",
    "--progress-bar",
    "--raw",
    "--remote-name",
    "--ssl-reqd",
    "--tlsv1.2",
    "--tlsv1.3",
    "--tr-encoding",
    "--next",
    "--anyauth",
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
        let line = text[at..].trim_start().trim_start_matches(['$', '#', '>', '%']).trim_start();
        line.starts_with("curl").then_some(line)
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
    let mut words = words(behind).into_iter();
    let mut command = Command::default();
    while let Some(word) = words.next() {
        if word.starts_with("--") && word.len() > 2 {
            let (option, joined) =
                word.split_once('=').map_or((word.as_str(), None), |(option, value)| (option, Some(value)));
            if ALONE.contains(&option) || option.starts_with("--no-") {
                command.take(option, String::new());
            } else {
                let value = joined.map(str::to_owned).or_else(|| words.next()).unwrap_or_default();
                command.take(option, value);
            }
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
