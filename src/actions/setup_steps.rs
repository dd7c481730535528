//! What an app still lacks before its callbacks are known to arrive: five steps, each ticked by a fact and by nobody's word.

use super::Actions;
use crate::domain::app::App;
use crate::domain::dialect::recipe::SecretNeed;
use crate::domain::egress::Route;

/// One of the five.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupStep {
    /// Its callback URL is saved.
    CallbackUrl,
    /// It has an active secret, or its dialect needs none.
    Secret,
    /// It has an egress IP of its own.
    EgressIp,
    /// A test was acknowledged.
    TestAnswered,
    /// A wrong signature was refused, or nothing is signed.
    Verified,
}

impl Actions {
    /// The steps of an app's first endpoint in their order, and which of them are done.
    pub fn setup_steps(&self, app: &App) -> Vec<(SetupStep, bool)> {
        let Some(endpoint) = app.first_endpoint() else { return Vec::new() };
        let settings = &endpoint.config.settings;
        let need = self.node.catalog().get(&settings.dialect).map_or(SecretNeed::None, |recipe| recipe.secret());
        let has_egress_ip = matches!(self.node.directory.route(app, self.node.clock.now()), Route::Egress(_));
        let is_tested = endpoint.setup.tested_at.is_some();
        let is_verified = endpoint.setup.verified_at.is_some() || (need == SecretNeed::None && is_tested);
        vec![
            (SetupStep::CallbackUrl, settings.callback_url.is_some()),
            (SetupStep::Secret, need == SecretNeed::None || endpoint.active_secret().is_some()),
            (SetupStep::EgressIp, has_egress_ip),
            (SetupStep::TestAnswered, is_tested),
            (SetupStep::Verified, is_verified),
        ]
    }
}
