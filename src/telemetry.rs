//! Logs: readable messages with fields, to standard error, so that what a command prints stays its own.

use std::io::IsTerminal;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging what the filter lets through (`info`, `ringback=debug`, …). A second start has no effect.
pub fn start(filter: &str) {
    // By module and level alone: a filter that may ask what a span holds looks at each span whenever work goes on in it.
    let filter = read(filter);
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        // A log file is searched, and colour codes would stand between the words.
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    // Only a test that starts two services in one process comes here twice.
    drop(tracing_subscriber::registry().with(filter).with(lines).try_init());
}

/// Levels and modules with commas between them; `info`, if they cannot be read.
fn read(filter: &str) -> Targets {
    let parts = filter.split(',').map(str::trim).filter(|part| !part.is_empty());
    let parts = parts.collect::<Vec<_>>().join(",");
    let read = (!parts.is_empty()).then(|| parts.parse().ok()).flatten();
    read.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_doubled_commas_change_nothing_and_what_cannot_be_read_is_info() {
        for (given, level_of_all) in [
            ("info,", LevelFilter::INFO),
            ("warn,,actix_server=error", LevelFilter::WARN),
            (" debug , actix_server=warn ", LevelFilter::DEBUG),
            ("", LevelFilter::INFO),
            ("ringback=loud", LevelFilter::INFO),
        ] {
            assert_eq!(read(given).default_level(), Some(level_of_all), "{given}");
        }
        assert!(!read("debug, actix_server=warn").would_enable("actix_server", &tracing::Level::INFO));
    }
}
