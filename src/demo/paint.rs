//! Colours, where a person looks on: into a file or a pipe no codes are written.

use std::io::IsTerminal;

/// Whether to colour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint(bool);

impl Paint {
    /// Colours only on a terminal, and not if `NO_COLOR` asks for none (<https://no-color.org>).
    pub(super) fn for_this_terminal() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self(std::io::stdout().is_terminal() && !unwanted)
    }

    /// A heading.
    pub(super) fn bold(self, text: &str) -> String {
        self.code("1", text)
    }

    /// Beside the point.
    pub(super) fn dim(self, text: &str) -> String {
        self.code("2", text)
    }

    /// As it should be.
    pub(super) fn green(self, text: &str) -> String {
        self.code("32", text)
    }

    /// Not as it should be, but foreseen.
    pub(super) fn yellow(self, text: &str) -> String {
        self.code("33", text)
    }

    /// Wrong.
    pub(super) fn red(self, text: &str) -> String {
        self.code("31", text)
    }

    fn code(self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
