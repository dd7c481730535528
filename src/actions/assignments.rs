//! Who has which egress IP: assigned, taken away, or replaced in one step. Account managers and operators.

use super::Actions;
use super::admission::Created;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::domain::egress::Assignment;
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::assignments::{Assigned, Holder};

impl Actions {
    /// Assigns an egress IP to an app or a publisher that has none, either by its id or `ref`.
    pub async fn assign_egress_ip(
        &self,
        egress_ip_id: &str,
        app: Option<String>,
        publisher: Option<String>,
    ) -> Result<Created<Assignment>, Refusal> {
        let (field, holder) = match (app, publisher) {
            (Some(app), None) => ("appId", Holder::App(app)),
            (None, Some(publisher)) => ("publisherId", Holder::Publisher(publisher)),
            (Some(_), Some(_)) => return Err(Refusal::field("publisherId", "must not stand beside appId")),
            (None, None) => return Err(Refusal::field("appId", "is required, or publisherId instead")),
        };
        let now = self.node.clock.now();
        match self.node.store.assign_egress_ip(&random::new_id("ega"), egress_ip_id, holder, now).await? {
            Assigned::Assigned(assignment) => {
                self.in_force().await?;
                Ok(Created::new(assignment.id.clone(), assignment))
            }
            Assigned::UnknownEgressIp => Err(Refusal::Unknown("egress IP")),
            Assigned::UnknownHolder => Err(Refusal::field(field, "names nothing that is known")),
            Assigned::AlreadyAssigned => Err(already_assigned()),
        }
    }

    /// Takes an assignment away: what it was for waits until it has another one.
    pub async fn unassign_egress_ip(&self, egress_ip_id: &str, assignment_id: &str) -> Result<(), Refusal> {
        if !self.node.store.unassign_egress_ip(egress_ip_id, assignment_id, self.node.clock.now()).await? {
            return Err(Refusal::Unknown("assignment"));
        }
        Ok(self.in_force().await?)
    }

    /// Gives an app another egress IP in one step, now or later; there is no moment without one.
    pub async fn replace_egress_ip(
        &self,
        caller: &Caller,
        app: &str,
        egress_ip_id: &str,
        active_at: Option<Timestamp>,
    ) -> Result<Assignment, Refusal> {
        let app = self.app(caller, app).await?;
        let now = self.node.clock.now();
        let (id, active_at) = (random::new_id("ega"), active_at.unwrap_or(now));
        match self.node.store.replace_egress_ip(&id, egress_ip_id, &app.id, active_at, now).await? {
            Assigned::Assigned(assignment) => {
                self.in_force().await?;
                Ok(assignment)
            }
            Assigned::UnknownEgressIp => Err(Refusal::field("egressIpId", "names no egress IP")),
            Assigned::UnknownHolder => Err(Refusal::Unknown("app")),
            Assigned::AlreadyAssigned => Err(already_assigned()),
        }
    }
}

fn already_assigned() -> Refusal {
    Refusal::conflict("It has an egress IP already; replace it with PUT /v1/apps/{id}/egress, or take it away first.")
}
