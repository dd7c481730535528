//! The panel that says what an app still lacks.

use super::lines::Link;

/// What is done of a setup, and what comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps {
    /// In their order.
    pub all: Vec<Step>,
    /// What comes next, in words.
    pub next: String,
    /// Where that is done.
    pub act: Link,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Whether it is done.
    pub done: bool,
}

impl Steps {
    /// How many are done.
    pub fn done(&self) -> usize {
        self.all.iter().filter(|step| step.done).count()
    }
}
