//! Apps and their endpoints as the rest of the house sees them: read from the store, secrets opened, kept in the
//! directory. Nothing here changes them; that is the admin API's business.

use std::time::Duration;

use super::dialect::callback::CallbackConfig;
use super::dialect::success::SuccessRule;
use super::limits::Limits;
use super::retry::RetrySchedule;
use super::secret::{SecretState, SecretText};
use super::terms::Terms;
use super::time::Timestamp;

/// One offerwall placement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// `app_…`
    pub id: String,
    /// Whose it is.
    pub publisher_id: String,
    /// The operator's own name for it, accepted wherever the id is.
    pub reference: Option<String>,
    /// For people.
    pub name: String,
    /// While paused, deliveries wait as held.
    pub paused: bool,
    /// Whether completions are called back at all.
    pub callbacks: bool,
    /// After so many days a held delivery is dead.
    pub max_held_days: u32,
    /// How fast its callbacks may come, and how many at a time.
    pub limits: Limits,
    /// What of the money is agreed for it.
    pub terms: Terms,
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
    /// The dialect's name; its newest version is pinned on a delivery when that is accepted.
    pub dialect: String,
    /// URL templates, headers and options that go into a callback.
    pub config: CallbackConfig,
    /// The chosen event types; `None`: all.
    pub events: Option<Vec<String>>,
    /// Where the publisher replaced the dialect's.
    pub retry_schedule: Option<RetrySchedule>,
    /// Where the publisher replaced the dialect's.
    pub timeout: Option<Duration>,
    /// Where the publisher replaced the dialect's.
    pub success: Option<SuccessRule>,
    /// That its receiver said that it is there no more; nothing is sent until somebody enables it.
    pub disabled: Option<Disabled>,
    /// All secrets, oldest first.
    pub secrets: Vec<Secret>,
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
}

impl App {
    /// The endpoint with this id.
    pub fn endpoint(&self, id: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.id == id)
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

    /// The secret that a 401 or 422 may be answered with: the one most recently retired, while its overlap lasts.
    pub fn overlapping_secret(&self, now: Timestamp) -> Option<&Secret> {
        let overlapping = |secret: &&Secret| {
            secret.state == SecretState::Retired && secret.overlap_until.is_some_and(|until| now < until)
        };
        self.secrets.iter().filter(overlapping).max_by_key(|secret| secret.overlap_until)
    }

    /// Whether completions of this type are called back.
    pub fn wants(&self, event_type: &str) -> bool {
        self.events.as_ref().is_none_or(|events| events.iter().any(|event| event == event_type))
    }
}
