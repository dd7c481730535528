//! Logs: readable messages with fields, to standard error, so that what a command prints stays its own.

use std::io::IsTerminal;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging what the filter lets through (`info`, `ringback=debug`, …). A second start has no effect.
pub fn start(filter: &str) {
    // By module and level alone: a filter that may ask what a span holds looks at each span whenever work goes on in it.
    let filter: Targets = filter.parse().unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO));
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        // A log file is searched, and colour codes would stand between the words.
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    // Only a test that starts two services in one process comes here twice.
    drop(tracing_subscriber::registry().with(filter).with(lines).try_init());
}
