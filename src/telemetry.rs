//! Logs: readable messages with fields, to standard error, so that what a command prints stays its own.

use std::io::IsTerminal;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How much is logged, from little to everything, or nothing at all.
const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];
/// Most letters by which a word is taken for a misspelt level.
const MISSPELT: usize = 1;

/// What is logged: by module and level alone, because a filter that may ask what a span holds looks at each span whenever work
/// goes on in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter(Targets);

impl Filter {
    /// Reads `info`, `3`, `ringback=debug`, `ringback` and several of them with commas between, as the library does; or says what
    /// cannot be read. A misspelt level would be a module to log everything of, hence an end to all logs; so it is refused.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        if let Some(fault) = parts.iter().find_map(|part| fault(part)) {
            return Err(fault);
        }
        if parts.is_empty() {
            return Ok(Self(Targets::new().with_default(LevelFilter::INFO)));
        }
        parts.join(",").parse().map(Self).map_err(|error| format!("{text:?} cannot be read: {error}"))
    }
}

/// What is wrong with one part.
fn fault(part: &str) -> Option<String> {
    let levels = || format!("{}, or a number from 0 to 5", LEVELS.join(", "));
    if let Some((module, level)) = part.split_once('=') {
        // The library takes nothing before the `=` for every module, and nothing behind it for `error`.
        if module.is_empty() {
            return Some(format!("{part:?} names no module before its `=`"));
        }
        let is_read = !level.is_empty() && level.parse::<LevelFilter>().is_ok();
        return (!is_read).then(|| format!("{part:?} names no level behind its `=`: must be one of {}", levels()));
    }
    if part.parse::<LevelFilter>().is_ok() {
        return None;
    }
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"_:-".contains(&byte);
    if part.starts_with(|first: char| first.is_ascii_digit()) || !part.bytes().all(letters) {
        return Some(format!("{part:?} is neither a level ({}) nor a module, such as ringback::store", levels()));
    }
    let lower = part.to_ascii_lowercase();
    let is_meant = |level: &&&str| lower.starts_with(**level) || strsim::osa_distance(&lower, level) <= MISSPELT;
    let meant = LEVELS.iter().find(is_meant)?;
    Some(format!("{part:?} is no level; did you mean {meant}? Write {part}=trace where a module bears that name"))
}

/// Starts logging what the filter lets through. A second start has no effect.
pub fn start(Filter(filter): Filter) {
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        // A log file is searched, and colour codes would stand between the words.
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    // Only a test that starts two services in one process comes here twice.
    drop(tracing_subscriber::registry().with(filter).with(lines).try_init());
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    /// The most that is logged of a module.
    fn most(filter: &str, module: &str) -> Option<Level> {
        let Filter(targets) = Filter::parse(filter).unwrap();
        let levels = [Level::TRACE, Level::DEBUG, Level::INFO, Level::WARN, Level::ERROR];
        levels.into_iter().find(|level| targets.would_enable(module, level))
    }

    #[test]
    fn levels_are_words_or_numbers_of_everything_or_of_a_module() {
        for (filter, of_ringback, of_actix) in [
            ("info", Some(Level::INFO), Some(Level::INFO)),
            ("WARN", Some(Level::WARN), Some(Level::WARN)),
            ("4", Some(Level::DEBUG), Some(Level::DEBUG)),
            ("off", None, None),
            ("ringback", Some(Level::TRACE), None),
            ("warn,ringback", Some(Level::TRACE), Some(Level::WARN)),
            ("ringback::store=5", Some(Level::TRACE), None),
            ("info,actix_server=off", Some(Level::INFO), None),
        ] {
            assert_eq!(most(filter, "ringback::store"), of_ringback, "{filter}");
            assert_eq!(most(filter, "actix_server"), of_actix, "{filter}");
        }
    }

    #[test]
    fn blanks_and_doubled_commas_change_nothing_and_nothing_at_all_is_info() {
        for (filter, level) in [("info,", Level::INFO), ("warn,,actix_server=error", Level::WARN), (",", Level::INFO)] {
            assert_eq!(most(filter, "ringback"), Some(level), "{filter}");
        }
        assert_eq!(most(" debug , actix_server=warn ", "actix_server"), Some(Level::WARN));
    }

    #[test]
    fn what_cannot_be_read_is_named_and_a_misspelt_level_is_no_module() {
        for (filter, told) in [
            ("info,ringback=loud", "\"ringback=loud\" names no level"),
            ("ringback=", "\"ringback=\" names no level"),
            ("=debug", "\"=debug\" names no module"),
            ("6", "\"6\" is neither a level"),
            ("info debug", "\"info debug\" is neither a level"),
            ("a=b=c", "names no level"),
            ("inof", "did you mean info?"),
            ("warning", "did you mean warn?"),
            ("debug,eror", "did you mean error?"),
        ] {
            let fault = Filter::parse(filter).unwrap_err();
            assert!(fault.contains(told), "{filter}: {fault}");
        }
    }
}
