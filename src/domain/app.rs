//! Apps, their endpoints and their egress IPs as the rest of the house sees them: read from the store, secrets opened,
//! kept in the directory. Nothing here changes them; that is the admin API's business.

use std::net::IpAddr;
use std::time::Duration;

use super::dialect::callback::CallbackConfig;
use super::dialect::success::SuccessRule;
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
    /// What of the money is agreed for it.
    pub terms: Terms,
    /// When it was created.
    pub created_at: Timestamp,
    /// Archived apps take no reports and show in no list.
    pub archived_at: Option<Timestamp>,
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
    /// All secrets, oldest first.
    pub secrets: Vec<Secret>,
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

/// A source address that callbacks leave from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressIp {
    /// `eip_…`
    pub id: String,
    /// What receivers see and allow-list.
    pub address: IpAddr,
    /// What this machine binds to, or goes through.
    pub bind: Bind,
}

/// How to leave from an egress IP.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Bind {
    /// By binding to a local address (the egress IP itself, or a private one behind NAT).
    Local(IpAddr),
    /// Through a proxy that has the egress IP; its URL may carry credentials.
    Proxy(String),
}

/// A proxy's URL carries credentials, so it is not shown.
impl std::fmt::Debug for Bind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Local(address) => write!(f, "Local({address})"),
            Self::Proxy(_) => f.write_str("Proxy(…)"),
        }
    }
}

/// Where an app's callbacks leave from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// Neither the app nor its publisher ever had an egress IP: the host's own route, with a warning.
    Host,
    /// Through this egress IP, or not at all.
    Egress(EgressIp),
    /// There was an assignment and it was removed: nothing leaves until there is one again.
    Removed,
}

/// One assignment of an egress IP, as stored; removed ones count (see [`route`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// `ega_…`
    pub id: String,
    /// The egress IP.
    pub egress_ip_id: String,
    /// To an app …
    pub app_id: Option<String>,
    /// … or to a publisher.
    pub publisher_id: Option<String>,
    /// In force from then on; a later one in force replaces an earlier one.
    pub active_at: Timestamp,
    /// Taken away then; an instant to come where a later assignment is to take over.
    pub removed_at: Option<Timestamp>,
}

impl Assignment {
    /// Whether it has been taken away by this instant.
    pub fn is_removed(&self, now: Timestamp) -> bool {
        self.removed_at.is_some_and(|removed_at| removed_at <= now)
    }

    /// Whether it ever was in force: one that was taken away before it began never was.
    pub fn has_begun(&self, now: Timestamp) -> bool {
        self.active_at <= now && self.removed_at.is_none_or(|removed_at| self.active_at <= removed_at)
    }
}

/// The assignment in force among those of one app or one publisher: the one that became active last.
pub fn in_force<'a>(assignments: impl Iterator<Item = &'a Assignment>, now: Timestamp) -> Option<&'a Assignment> {
    assignments
        .filter(|assignment| assignment.active_at <= now && !assignment.is_removed(now))
        .max_by(|a, b| (a.active_at, &a.id).cmp(&(b.active_at, &b.id)))
}

/// Where an app's callbacks leave from, given all assignments (removed ones too) of the app and of its publisher.
pub fn route<'a>(
    of_app: &[Assignment],
    of_publisher: &[Assignment],
    now: Timestamp,
    egress_ip: impl FnOnce(&str) -> Option<&'a EgressIp>,
) -> Route {
    let chosen = in_force(of_app.iter(), now).or_else(|| in_force(of_publisher.iter(), now));
    match chosen.map(|assignment| egress_ip(&assignment.egress_ip_id)) {
        Some(Some(egress_ip)) => Route::Egress(egress_ip.clone()),
        Some(None) => Route::Removed,
        None if of_app.iter().chain(of_publisher).any(|assignment| assignment.has_begun(now)) => Route::Removed,
        None => Route::Host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assignment(id: &str, egress: &str, active_at: i64, removed: bool) -> Assignment {
        Assignment {
            id: id.to_owned(),
            egress_ip_id: egress.to_owned(),
            app_id: Some("app".to_owned()),
            publisher_id: None,
            active_at: Timestamp::from_millis(active_at),
            removed_at: removed.then_some(Timestamp::from_millis(active_at + 1)),
        }
    }

    fn egress(id: &str) -> EgressIp {
        let address = IpAddr::from([127, 0, 0, 2]);
        EgressIp { id: id.to_owned(), address, bind: Bind::Local(address) }
    }

    #[test]
    fn the_apps_own_egress_ip_goes_before_its_publishers() {
        let (own, shared) = (egress("own"), egress("shared"));
        let find = |id: &str| [&own, &shared].into_iter().find(|egress| egress.id == id);
        let now = Timestamp::from_millis(10);
        let of_app = [assignment("a", "own", 1, false)];
        let of_publisher = [assignment("p", "shared", 1, false)];
        assert_eq!(route(&of_app, &of_publisher, now, find), Route::Egress(own.clone()));
        assert_eq!(route(&[], &of_publisher, now, find), Route::Egress(shared.clone()));
    }

    #[test]
    fn an_app_that_lost_its_egress_ip_never_falls_back_to_the_hosts_own_route() {
        let now = Timestamp::from_millis(10);
        assert_eq!(route(&[assignment("a", "own", 1, true)], &[], now, |_| None), Route::Removed);
        assert_eq!(route(&[], &[], now, |_| None), Route::Host);
    }

    #[test]
    fn a_scheduled_replacement_takes_over_at_its_instant() {
        let (old, new) = (egress("old"), egress("new"));
        let find = |id: &str| [&old, &new].into_iter().find(|egress| egress.id == id);
        let both = [assignment("a", "old", 1, false), assignment("b", "new", 100, false)];
        assert_eq!(route(&both, &[], Timestamp::from_millis(99), find), Route::Egress(old.clone()));
        assert_eq!(route(&both, &[], Timestamp::from_millis(100), find), Route::Egress(new.clone()));
    }
}
