//! Which egress IP an app's callbacks leave from: its own, else its publisher's, and never the host's own route once there
//! was one.

use super::EgressIp;
use crate::domain::time::Timestamp;

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
fn in_force<'a>(assignments: impl Iterator<Item = &'a Assignment>, now: Timestamp) -> Option<&'a Assignment> {
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

/// When, after this instant, an app's callbacks begin to leave from another egress IP, and from which; given the same.
pub fn next_route<'a>(
    of_app: &[Assignment],
    of_publisher: &[Assignment],
    now: Timestamp,
    egress_ip: impl Fn(&str) -> Option<&'a EgressIp>,
) -> Option<(Timestamp, EgressIp)> {
    let present = route(of_app, of_publisher, now, &egress_ip);
    let changes = of_app.iter().chain(of_publisher).flat_map(|one| [Some(one.active_at), one.removed_at]);
    let mut changes: Vec<Timestamp> = changes.flatten().filter(|at| *at > now).collect();
    changes.sort_unstable();
    changes.into_iter().find_map(|at| match route(of_app, of_publisher, at, &egress_ip) {
        next if next == present => None,
        Route::Egress(next) => Some((at, next)),
        Route::Host | Route::Removed => None,
    })
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;
    use crate::domain::egress::Bind;

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
        let next = |now| next_route(&both, &[], Timestamp::from_millis(now), find);
        assert_eq!(next(99), Some((Timestamp::from_millis(100), new.clone())));
        assert_eq!(next(100), None);
    }
}
