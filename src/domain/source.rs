//! Sources: the reporting credentials of offer systems, secrets opened.

use super::secret::SecretText;
use super::time::Timestamp;

/// A reporting credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// `src_…`
    pub id: String,
    /// What it calls itself in `x-ea-surface`.
    pub surface_id: String,
    /// For people.
    pub name: String,
    /// The apps it may report for, by id; `None`: any.
    pub app_ids: Option<Vec<String>>,
    /// Put before `externalId` where a report gives no transaction id.
    pub transaction_prefix: Option<String>,
    /// Verifies its reports.
    pub secret: SecretText,
    /// The secret before the last rotation, and until when it verifies.
    pub previous: Option<(SecretText, Timestamp)>,
    /// When it was created.
    pub created_at: Timestamp,
}

impl Source {
    /// The secrets that verify a report at this instant.
    pub fn secrets(&self, now: Timestamp) -> impl Iterator<Item = &SecretText> {
        let previous = self.previous.as_ref().filter(|(_, until)| now < *until).map(|(secret, _)| secret);
        std::iter::once(&self.secret).chain(previous)
    }

    /// The one app that a report without `appId` means.
    pub fn only_app(&self) -> Option<&str> {
        match self.app_ids.as_deref() {
            Some([only]) => Some(only),
            _ => None,
        }
    }

    /// Whether it may report for this app.
    pub fn may_report_for(&self, app_id: &str) -> bool {
        self.app_ids.as_ref().is_none_or(|apps| apps.iter().any(|app| app == app_id))
    }
}
