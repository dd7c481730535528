//! What works of an app but deserves a look, or keeps its deliveries waiting, in the words of API and pages.

use std::net::IpAddr;

use super::Actions;
use crate::domain::app::{App, Disabled, Endpoint};
use crate::domain::dialect::callback_url::UrlUse;
use crate::domain::dialect::recipe::SecretNeed;
use crate::domain::egress::Route;
use crate::domain::endpoint_rules::check_endpoint;
use crate::domain::refusal_run::{RefusalKind, Sent};
use crate::domain::secret::SHORT_SECRET;
use crate::domain::story::Reader;

impl Actions {
    /// The address that an app's callbacks leave from at this moment, where that is fixed, and what is to be said of it.
    pub fn leaves_from(&self, app: &App) -> (Option<IpAddr>, Option<String>) {
        match self.node.directory.route(app, self.node.clock.now()) {
            Route::Egress(egress_ip) => {
                let address = egress_ip.address;
                let warning = (self.node.holders(&egress_ip.id) == 0)
                    .then(|| format!("no live node holds the egress IP {address}: deliveries wait for one that does"));
                (Some(address), warning)
            }
            Route::Removed => {
                let warning = "the egress IP was taken away: deliveries wait until there is another one";
                (None, Some(warning.to_owned()))
            }
            Route::Host => {
                let warning = "no egress IP was ever assigned: callbacks leave by the host's own route";
                (None, Some(warning.to_owned()))
            }
        }
    }

    /// What an endpoint's receiver refuses, and how, one sentence for each trouble; each ends with the next acknowledgement.
    pub fn refusal_warnings(&self, endpoint: &Endpoint, reader: Reader) -> Vec<(RefusalKind, String)> {
        let catalog = self.node.catalog();
        let recipe = catalog.get(&endpoint.config.settings.dialect);
        let signed = recipe.is_some_and(|recipe| recipe.signature().is_some()) && endpoint.active_secret().is_some();
        let sent = Sent { method: recipe.map_or("the method", |recipe| recipe.method()), signed };
        let now = self.node.clock.now();
        let raised = self.node.refusal_runs.raised(&endpoint.id);
        raised.iter().map(|run| (run.of.kind, run.message(&sent, reader, now))).collect()
    }

    /// Ends the troubles of an endpoint that were found with another URL or active secret than it has by now, or while it was called
    /// or understood in another way. What has not become better is found again.
    pub(super) async fn end_outdated_refusals(&self, before: &Endpoint) {
        let Some(app) = self.node.directory.app_of_endpoint(&before.id) else { return };
        let Some(now) = app.endpoints.iter().find(|one| one.id == before.id) else { return };
        let (old, new) = (&before.config.settings, &now.config.settings);
        let secret = |endpoint: &Endpoint| endpoint.active_secret().map(|secret| secret.id.clone());
        let is_called_otherwise = old.dialect != new.dialect
            || old.dialect_settings != new.dialect_settings
            || old.signed_origin != new.signed_origin
            || old.timestamp_source != new.timestamp_source
            || old.headers != new.headers
            || old.success != new.success
            || secret(before) != secret(now);
        let urls = [
            (UrlUse::Callback, old.callback_url != new.callback_url),
            (UrlUse::Reversal, old.reversal_url != new.reversal_url),
        ];
        for (url_use, is_another) in urls {
            if !is_called_otherwise && !is_another {
                continue;
            }
            match self.node.store.end_refusals(before.id.clone(), url_use).await {
                Ok(()) => drop(self.node.refusal_runs.end(&before.id, url_use)),
                // The change itself is in force: a trouble that stays ends with the next acknowledgement.
                Err(error) => tracing::warn!(endpoint = before.id, %error, "a run of refusals was not ended"),
            }
        }
    }

    /// What is to be said of an endpoint besides.
    pub fn endpoint_warnings(&self, endpoint: &Endpoint) -> Vec<String> {
        let node = &self.node;
        let mut warnings = Vec::new();
        match check_endpoint(&endpoint.config.settings, &node.catalog(), &node.targets) {
            Ok(of_urls) => warnings.extend(of_urls),
            // It was good when it was saved; what the instance allows has changed since.
            Err(invalid) => {
                warnings.extend(invalid.0.into_iter().map(|fault| format!("{}: {}", fault.field, fault.message)))
            }
        }
        let dialect = &endpoint.config.settings.dialect;
        if node.catalog().listed(dialect).is_some_and(|listed| listed.is_withdrawn()) {
            let why = "its callbacks are still sent by it; choose another version, in the app's Settings or by PATCH with dialect";
            warnings.push(format!("the recipe {dialect} was withdrawn: {why}"));
        }
        if endpoint.config.settings.callback_url.is_none() {
            warnings.push("there is no callback URL: deliveries are held until there is one".to_owned());
        }
        if let Some(Disabled { status, .. }) = endpoint.disabled {
            let why = format!("the receiver answered {status}, that it is there no more: deliveries are held until");
            warnings.push(format!("{why} the endpoint is enabled (POST …/endpoints/{}/enable)", endpoint.id));
        }
        let need =
            node.catalog().get(&endpoint.config.settings.dialect).map_or(SecretNeed::None, |recipe| recipe.secret());
        match (endpoint.active_secret(), need) {
            (None, SecretNeed::Required) => {
                warnings.push("there is no active secret: deliveries are held until there is one".to_owned());
            }
            (None, SecretNeed::Optional) => {
                warnings.push("there is no active secret: callbacks are not signed".to_owned());
            }
            (Some(secret), _) if secret.text.is_short() => warnings.push(SHORT_SECRET.to_owned()),
            _ => {}
        }
        warnings
    }
}
