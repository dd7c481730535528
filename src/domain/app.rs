//! Apps and their endpoints as the rest of the house sees them: read from the store, secrets opened, kept in the
//! directory. Nothing here changes them; that is the admin API's business.

use super::app_settings::AppSettings;
use super::dialect::callback::CallbackConfig;
use super::dialect::recipe::Recipe;
use super::secret::{SecretState, SecretText};
use super::setup::Setup;
use super::time::Timestamp;

/// One offerwall placement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// `app_…`
    pub id: String,
    /// Whose it is.
    pub publisher_id: String,
    /// What is set of it.
    pub settings: AppSettings,
    /// When it was created.
    pub created_at: Timestamp,
    /// Archived apps take no reports and show in no list.
    pub archived_at: Option<Timestamp>,
    /// The number of the last change of the app, its endpoints or their secrets: whoever changes it names what was read, so
    /// that no change overwrites another one unseen. No two changes have the same.
    pub revision: i64,
    /// Its receivers in order; the first is the one that the app calls mean.
    pub endpoints: Vec<Endpoint>,
}

/// One receiver of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// `end_…`
    pub id: String,
    /// What goes into a callback and what is set besides. Of its dialect the newest version is pinned on a delivery when that
    /// is accepted.
    pub config: CallbackConfig,
    /// That its receiver said that it is there no more; nothing is sent until somebody enables it.
    pub disabled: Option<Disabled>,
    /// All secrets, oldest first.
    pub secrets: Vec<Secret>,
    /// What tests had shown of its receiver when it was read: for people to look at, not to decide by.
    pub setup: Setup,
}

/// By which answer an endpoint was disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disabled {
    /// When it came.
    pub at: Timestamp,
    /// The receiver's status.
    pub status: u16,
}

/// One secret of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// `sec_…`
    pub id: String,
    /// Where it stands in its life.
    pub state: SecretState,
    /// The text.
    pub text: SecretText,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last activated.
    pub activated_at: Option<Timestamp>,
    /// Until then a retired secret may be tried once after a 401 or 422.
    pub overlap_until: Option<Timestamp>,
    /// What tests have shown that were signed with it.
    pub setup: Setup,
}

impl App {
    /// What paths and queries call it: its `ref`, else its id. An archived one has no `ref` any more that means it.
    pub fn called(&self) -> &str {
        let reference = self.settings.reference.as_deref().filter(|_| self.archived_at.is_none());
        reference.unwrap_or(&self.id)
    }

    /// The endpoint with this id.
    pub fn endpoint(&self, id: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.id == id)
    }

    /// Which of its endpoints this is, counted from 1, by which all pages call it; nothing where there is only one to mean.
    pub fn endpoint_number(&self, id: &str) -> Option<usize> {
        let at = self.endpoints.iter().position(|endpoint| endpoint.id == id)?;
        (self.endpoints.len() > 1).then_some(at + 1)
    }

    /// The endpoint that the app calls mean. An app is created with one and never loses it.
    pub fn first_endpoint(&self) -> Option<&Endpoint> {
        self.endpoints.first()
    }
}

impl Endpoint {
    /// The secret that signs.
    pub fn active_secret(&self) -> Option<&Secret> {
        self.secrets.iter().find(|secret| secret.state == SecretState::Active)
    }

    /// The secret that a 401 or 422 may be answered with, or that signs beside the active one: the one most recently
    /// retired, while its overlap lasts. One that was a key to another dialect, which the endpoint had until then, is none
    /// to this one if it does not decode.
    pub fn overlapping_secret(&self, recipe: &Recipe, now: Timestamp) -> Option<&Secret> {
        let overlapping = |secret: &&Secret| {
            secret.state == SecretState::Retired && secret.overlap_until.is_some_and(|until| now < until)
        };
        let newest = self.secrets.iter().filter(overlapping).max_by_key(|secret| secret.overlap_until)?;
        let is_key = recipe.signature().is_some_and(|signature| signature.check_secret(&newest.text).is_ok());
        is_key.then_some(newest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::catalog::Catalog;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);
    const LATER: Timestamp = Timestamp::from_millis(2_000_000);

    /// An endpoint whose secret with this text was retired, and overlaps until later.
    fn retiring(text: &str) -> Endpoint {
        let secret = |id: &str, text: &str, state, overlap_until| Secret {
            id: id.to_owned(),
            state,
            text: SecretText::known(text.to_owned()),
            created_at: NOW,
            activated_at: Some(NOW),
            overlap_until,
            setup: Setup::default(),
        };
        Endpoint {
            id: "end_1".to_owned(),
            config: CallbackConfig::default(),
            disabled: None,
            secrets: vec![
                secret("sec_1", text, SecretState::Retired, Some(LATER)),
                secret("sec_2", "whsec_c2VjcmV0", SecretState::Active, None),
            ],
            setup: Setup::default(),
        }
    }

    fn overlapping(dialect: &str, text: &str, now: Timestamp) -> Option<String> {
        let catalog = Catalog::builtin();
        retiring(text).overlapping_secret(catalog.get(dialect).unwrap(), now).map(|secret| secret.id.clone())
    }

    #[test]
    fn a_retired_secret_overlaps_for_as_long_as_it_was_given() {
        assert_eq!(overlapping("besitos", "text", NOW), Some("sec_1".to_owned()));
        assert_eq!(overlapping("besitos", "text", LATER), None);
    }

    #[test]
    fn a_retired_secret_that_is_no_key_of_the_dialect_does_not_overlap() {
        assert_eq!(overlapping("standard-webhooks", "text", NOW), None);
        assert_eq!(overlapping("standard-webhooks", "whsec_dGV4dA==", NOW), Some("sec_1".to_owned()));
    }
}
