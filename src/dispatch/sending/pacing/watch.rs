//! What an operator is shown of permits and lines. Looking takes nothing and changes nothing.

use super::{Pacing, TESTS_IN_ALL};
use crate::dispatch::node::metrics::Permits;
use crate::domain::time::Timestamp;

impl Pacing {
    /// Sends in flight at this moment, tests among them.
    pub fn in_flight(&self) -> usize {
        self.shared.commons.budget.in_flight() + TESTS_IN_ALL - self.tests_in_all.available_permits()
    }

    /// Permits and lines at this moment.
    pub fn permits(&self) -> Permits {
        let (budget, lines) = (&self.shared.commons.budget, &self.shared.commons.lines);
        let (in_line, in_line_bytes) = lines.taken();
        Permits {
            total: budget.total(),
            in_use: budget.in_flight(),
            refused: budget.refusals.so_far().to_vec(),
            in_line,
            in_line_bytes,
        }
    }

    /// The endpoints that somebody waits in line for, and since when the first of each line is due.
    pub fn first_due_in_lines(&self) -> Vec<(String, Timestamp)> {
        let endpoints = self.endpoints();
        endpoints.iter().filter_map(|(id, known)| Some((id.clone(), known.gate.first_due()?))).collect()
    }

    /// Whether an endpoint's own permits are all in use: then its receiver decides when the next one goes.
    pub fn is_full(&self, endpoint_id: &str) -> bool {
        self.gate(endpoint_id).is_some_and(|gate| gate.is_full())
    }
}
