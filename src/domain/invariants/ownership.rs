//! Who belongs to whom: deliveries and reversals to completions, keys to what they lead to.

use super::{Breach, Rule};
use crate::domain::time::Timestamp;

/// A delivery or a reversal, and the records that it says it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// Its id.
    pub id: String,
    /// Its app.
    pub app_id: String,
    /// When it was recorded.
    pub at: Timestamp,
    /// The completion that it names.
    pub completion_id: String,
    /// That completion's app, if there is such a completion.
    pub app_of_completion: Option<String>,
    /// The reversal that it names, and the completion of that one, if there is such a reversal.
    pub reversal: Option<(String, Option<String>)>,
}

/// A key that makes reports idempotent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Whose: a source or a transaction id.
    pub first: String,
    /// Which: an external id or an app.
    pub second: String,
    /// The completion that it leads to.
    pub completion_id: String,
    /// The key by which that completion would be found, if there is such a completion.
    pub of_completion: Option<(String, String)>,
}

impl Owned {
    /// What it breaks.
    pub fn breaches(&self) -> Vec<Breach> {
        let mut found = Vec::new();
        let mut breach = |what: String| found.push(Breach::new(&self.id, Rule::Owners, what));
        match &self.app_of_completion {
            None => breach(format!("belongs to {}, which does not exist", self.completion_id)),
            Some(app_id) if *app_id != self.app_id => {
                breach(format!("is of {}, and its completion {} of {app_id}", self.app_id, self.completion_id));
            }
            Some(_) => {}
        }
        match &self.reversal {
            Some((reversal_id, None)) => breach(format!("tells of {reversal_id}, which does not exist")),
            Some((reversal_id, Some(completion_id))) if *completion_id != self.completion_id => {
                breach(format!("is of {}, and {reversal_id} takes back {completion_id}", self.completion_id));
            }
            Some(_) | None => {}
        }
        found
    }
}

impl Key {
    /// What it breaks.
    pub fn breaches(&self) -> Vec<Breach> {
        let what = match &self.of_completion {
            None => format!("leads to {}, which does not exist", self.completion_id),
            Some((first, second)) if (first, second) != (&self.first, &self.second) => {
                format!("leads to {}, which has another", self.completion_id)
            }
            Some(_) => return Vec::new(),
        };
        vec![Breach::new(&format!("{} {}", self.first, self.second), Rule::Keys, what)]
    }
}
