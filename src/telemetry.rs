//! Logs: readable messages with fields, to standard error, so that what a command prints stays its own.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts logging what the filter lets through (`info`, `ringback=debug`, …). A second start has no effect.
pub fn start(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // A log file is searched, and colour codes would stand between the words.
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    // Only a test that starts two services in one process comes here twice.
    drop(subscriber.try_init());
}
