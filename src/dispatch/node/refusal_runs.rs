//! What this node knows of receivers that turn callbacks away: the runs of all nodes, as the store has them.
//!
//! Whoever has delivered something looks here before it writes anything: where nothing was refused, nothing is to be ended. It must
//! not write itself.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::dialect::callback_url::UrlUse;
use crate::domain::refusal_run::{Refused, Run, RunOf};

/// The runs of all endpoints.
#[derive(Debug, Default)]
pub struct RefusalRuns {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By endpoint; of each only those that go on.
    runs: HashMap<String, Vec<Run>>,
    /// How often this node has changed them: what was read before a change does not stand.
    changes: u64,
}

impl RefusalRuns {
    /// Whether anything is refused by an endpoint.
    pub fn knows(&self, endpoint_id: &str) -> bool {
        self.state().runs.contains_key(endpoint_id)
    }

    /// Whether anything is refused at this URL of an endpoint.
    pub fn has_any(&self, endpoint_id: &str, url_use: UrlUse) -> bool {
        let state = self.state();
        let of_endpoint = state.runs.get(endpoint_id);
        of_endpoint.is_some_and(|runs| runs.iter().any(|run| run.of.url_use == url_use))
    }

    /// Whether this run is a trouble already that tells of this refusal too.
    pub fn tells(&self, of: &RunOf, refused: &Refused) -> bool {
        let state = self.state();
        let mut runs = state.runs.get(&of.endpoint_id).into_iter().flatten();
        runs.any(|run| run.of == *of && run.tells(refused))
    }

    /// The troubles of an endpoint, the oldest first.
    pub fn raised(&self, endpoint_id: &str) -> Vec<Run> {
        let state = self.state();
        let runs = state.runs.get(endpoint_id).into_iter().flatten();
        let mut raised: Vec<Run> = runs.filter(|run| run.raised_at.is_some()).cloned().collect();
        raised.sort_by_key(|run| run.raised_at);
        raised
    }

    /// A run as it is now.
    pub fn set(&self, run: Run) {
        let mut state = self.state();
        state.changes += 1;
        let runs = state.runs.entry(run.of.endpoint_id.clone()).or_default();
        runs.retain(|other| other.of != run.of);
        runs.push(run);
    }

    /// The runs at this URL are over; answers them.
    pub fn end(&self, endpoint_id: &str, url_use: UrlUse) -> Vec<Run> {
        let mut state = self.state();
        state.changes += 1;
        let runs = state.runs.remove(endpoint_id).unwrap_or_default();
        let (ended, others): (Vec<Run>, Vec<Run>) = runs.into_iter().partition(|run| run.of.url_use == url_use);
        if !others.is_empty() {
            state.runs.insert(endpoint_id.to_owned(), others);
        }
        ended
    }

    /// How often this node has changed them so far.
    pub fn changes(&self) -> u64 {
        self.state().changes
    }

    /// Takes over what the store said when this node had changed them so often; nothing where it has changed them since.
    pub fn take_over(&self, stored: Vec<Run>, changes: u64) {
        let mut state = self.state();
        if state.changes != changes {
            return;
        }
        state.runs.clear();
        for run in stored {
            state.runs.entry(run.of.endpoint_id.clone()).or_default().push(run);
        }
    }

    /// The endpoints that have any.
    pub fn endpoints(&self) -> Vec<String> {
        self.state().runs.keys().cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::refusal_run::RefusalKind;
    use crate::domain::time::Timestamp;

    fn run(url_use: UrlUse, raised_at: Option<i64>) -> Run {
        let of = RunOf { endpoint_id: "end_1".to_owned(), url_use, kind: RefusalKind::Unauthorized };
        let raised_at = raised_at.map(Timestamp::from_millis);
        Run { of, recent: Vec::new(), raised_at, in_front: None, allows: None }
    }

    #[test]
    fn what_is_acknowledged_at_one_url_hides_nothing_that_is_refused_at_another() {
        let known = RefusalRuns::default();
        known.set(run(UrlUse::Callback, Some(1)));
        known.set(run(UrlUse::Reversal, Some(2)));
        assert_eq!(known.end("end_1", UrlUse::Callback), [run(UrlUse::Callback, Some(1))]);
        assert!(known.end("end_1", UrlUse::Callback).is_empty(), "whoever comes second ends nothing");
        assert!(!known.has_any("end_1", UrlUse::Callback) && known.has_any("end_1", UrlUse::Reversal));
        assert_eq!(known.raised("end_1").len(), 1);
        known.end("end_1", UrlUse::Reversal);
        assert!(known.endpoints().is_empty());
    }

    #[test]
    fn what_was_read_before_a_change_of_this_node_does_not_stand() {
        let known = RefusalRuns::default();
        let read_at = known.changes();
        known.set(run(UrlUse::Callback, Some(1)));
        known.take_over(Vec::new(), read_at);
        assert_eq!(known.raised("end_1").len(), 1);
        known.take_over(Vec::new(), known.changes());
        assert!(known.endpoints().is_empty());
    }
}
