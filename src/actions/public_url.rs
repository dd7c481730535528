//! Where people reach the console (`RINGBACK_PUBLIC_URL`): what links begin with, and what a page's `Origin` must be.

use std::sync::OnceLock;

/// The origin of all pages. It is known once it is known where this process listens.
#[derive(Debug, Default)]
pub struct PublicUrl(OnceLock<String>);

impl PublicUrl {
    /// Says it, once, before anybody is answered. Without a slash at its end.
    pub fn set(&self, origin: String) {
        // Whoever says it a second time is a second address of the same process.
        let _ = self.0.set(origin);
    }

    /// The origin: `https://ringback.example`.
    pub fn origin(&self) -> &str {
        self.0.get().map_or("", String::as_str)
    }

    /// The address of a page with this path.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// Whether pages travel encrypted, so that a cookie may say that it never goes any other way.
    pub fn is_https(&self) -> bool {
        self.origin().starts_with("https://")
    }
}
