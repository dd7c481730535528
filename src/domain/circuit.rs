//! The circuit breaker of an endpoint: when a receiver counts as down, and how often one that is down is tried.
//!
//! A circuit opens after ten failures in a row, or when nothing but failures came for thirty seconds, that say "down": no
//! connection, no answer, a 5xx. While it is open what falls due waits, uncounted, and the oldest of it goes as a probe at
//! growing intervals. The first answer closes it. Pure: who counts, where it is kept and who may probe is said elsewhere.

use std::time::Duration;

use super::time::Timestamp;

/// Failures in a row that open a circuit.
const IN_A_ROW: u32 = 10;
/// For so long a receiver may do nothing but fail, however seldom it is called.
const NOTHING_ELSE: Duration = Duration::from_secs(30);
/// Before the first probe; the pause doubles up to the last. A receiver that comes back is found within two minutes, and one
/// that stays away is called 720 times a day instead of with all that is due.
const FIRST_PAUSE_MS: u64 = 10_000;
const LAST_PAUSE_MS: u64 = 120_000;
/// No probe is planned further ahead than so many of the longest pauses, whatever they are scaled by.
const FARTHEST: u32 = 1_000;

/// Failures of an endpoint that no answer came between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    in_a_row: u32,
    since: Timestamp,
}

/// The circuit of an endpoint, open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCircuit {
    /// The endpoint.
    pub endpoint_id: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Probes sent since then.
    pub probes: u32,
    /// Before that no probe goes, unless the app is changed.
    pub next_probe_at: Timestamp,
    /// The app's revision when it was opened or probed last: whoever mends the callback URL need not wait for the next probe.
    pub app_revision: i64,
}

impl Failures {
    /// One more failure, after those before it.
    pub fn after(before: Option<Self>, now: Timestamp) -> Self {
        match before {
            Some(before) => Self { in_a_row: before.in_a_row.saturating_add(1), ..before },
            None => Self { in_a_row: 1, since: now },
        }
    }

    /// Whether they open the circuit.
    pub fn say_down(&self, now: Timestamp) -> bool {
        self.in_a_row >= IN_A_ROW || (self.in_a_row > 1 && now.since(self.since) >= NOTHING_ELSE)
    }
}

impl OpenCircuit {
    /// Opened now.
    pub fn open(endpoint_id: &str, app_revision: i64, scale_thousandths: u64, now: Timestamp) -> Self {
        let next_probe_at = now.plus(pause(0, scale_thousandths));
        Self { endpoint_id: endpoint_id.to_owned(), opened_at: now, probes: 0, next_probe_at, app_revision }
    }

    /// Whether a probe may go now, by the app as it is now.
    pub fn may_be_probed(&self, app_revision: i64, now: Timestamp) -> bool {
        // A clock that was set back must not put a probe off for as long.
        let is_far = self.next_probe_at > now.plus(Duration::from_millis(LAST_PAUSE_MS).saturating_mul(FARTHEST));
        self.next_probe_at <= now || is_far || self.app_revision < app_revision
    }

    /// The same with a probe that goes now.
    pub fn probed(&self, app_revision: i64, scale_thousandths: u64, now: Timestamp) -> Self {
        // A change of the app begins the pauses anew.
        let probes = if app_revision <= self.app_revision { self.probes.saturating_add(1) } else { 0 };
        let app_revision = app_revision.max(self.app_revision);
        Self { probes, next_probe_at: now.plus(pause(probes, scale_thousandths)), app_revision, ..self.clone() }
    }
}

/// How long after the probe of this number the next one may go.
fn pause(probes: u32, scale_thousandths: u64) -> Duration {
    let doubled = FIRST_PAUSE_MS.saturating_mul(1_u64.checked_shl(probes).unwrap_or(u64::MAX));
    Duration::from_millis(doubled.min(LAST_PAUSE_MS).saturating_mul(scale_thousandths) / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn after(seconds: u64) -> Timestamp {
        NOW.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn ten_failures_in_a_row_say_down_and_nine_do_not() {
        let nine = (0..9).fold(None, |before, _| Some(Failures::after(before, NOW))).unwrap();
        assert!(!nine.say_down(NOW));
        assert!(Failures::after(Some(nine), NOW).say_down(NOW));
    }

    #[test]
    fn nothing_but_failures_for_thirty_seconds_says_down_but_a_single_one_never_does() {
        let one = Failures::after(None, NOW);
        assert!(!one.say_down(after(3_600)));
        assert!(!Failures::after(Some(one), after(29)).say_down(after(29)));
        assert!(Failures::after(Some(one), after(30)).say_down(after(30)));
    }

    #[test]
    fn probes_go_at_growing_intervals_up_to_two_minutes() {
        let mut circuit = OpenCircuit::open("end_1", 1, 1000, NOW);
        let mut at = Vec::new();
        for _ in 0..6 {
            at.push(circuit.next_probe_at.since(circuit.opened_at).as_secs());
            circuit = circuit.probed(1, 1000, circuit.next_probe_at);
        }
        assert_eq!(at, [10, 30, 70, 150, 270, 390]);
    }

    #[test]
    fn a_node_that_does_not_know_of_a_change_yet_begins_nothing_anew() {
        let circuit = OpenCircuit { probes: 5, app_revision: 2, ..OpenCircuit::open("end_1", 2, 1000, NOW) };
        assert!(!circuit.may_be_probed(1, NOW));
        assert_eq!((circuit.probed(1, 1000, NOW).probes, circuit.probed(1, 1000, NOW).app_revision), (6, 2));
    }

    #[test]
    fn a_clock_that_was_set_back_by_days_does_not_put_a_probe_off() {
        let circuit = OpenCircuit::open("end_1", 1, 1000, after(30 * 24 * 3_600));
        assert!(circuit.may_be_probed(1, NOW));
    }

    #[test]
    fn a_change_of_the_app_is_probed_at_once_and_begins_the_pauses_anew() {
        let circuit = OpenCircuit { probes: 5, ..OpenCircuit::open("end_1", 1, 1000, NOW) };
        assert!(!circuit.may_be_probed(1, NOW));
        assert!(circuit.may_be_probed(2, NOW));
        let probed = circuit.probed(2, 1000, NOW);
        assert_eq!((probed.next_probe_at, probed.may_be_probed(2, NOW)), (after(10), false));
    }
}
