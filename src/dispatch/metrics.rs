//! What is counted, in one registry; `/metrics` answers its text.

use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

/// The registry, filled once when the machine is put together.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
}

impl Metrics {
    /// An empty registry.
    pub fn new() -> Self {
        Self { registry: Registry::with_prefix("ringback") }
    }

    /// All metrics as OpenMetrics text.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to a string does not fail");
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}
