//! What keeps all callbacks of an app from leaving, where that is one and the same thing: a number of them that wait says nothing to
//! whoever does not know it.

use std::net::IpAddr;

use super::Actions;
use crate::domain::app::App;
use crate::domain::delivery::WaitingFor;
use crate::domain::egress::Route;

/// The one cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptBack {
    /// What is waited for.
    pub reason: WaitingFor,
    /// The address that no node holds, where it is that.
    pub address: Option<IpAddr>,
}

impl Actions {
    /// As of now; nothing where callbacks leave, or where the app's endpoints wait for different things.
    pub fn kept_back(&self, app: &App) -> Option<KeptBack> {
        let routing = self.node.routing();
        let mut reasons = app.endpoints.iter().map(|endpoint| routing.waits(app, endpoint).due);
        let reason = reasons.next()?;
        let leaves = matches!(reason, WaitingFor::Permit | WaitingFor::RateLimit | WaitingFor::Retry);
        if leaves || reasons.any(|other| other != reason) {
            return None;
        }
        let address = match self.node.route(app, None) {
            Route::Egress(egress_ip) if reason == WaitingFor::EgressIp => Some(egress_ip.address),
            Route::Egress(_) | Route::Host | Route::Removed => None,
        };
        Some(KeptBack { reason, address })
    }
}
