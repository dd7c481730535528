//! Where a job's request goes, and how it leaves: by the endpoint as it is now, from the right address or not at all.

use std::sync::Arc;

use super::job::Job;
use crate::dispatch::egress::client::Client;
use crate::dispatch::egress::clients::SourceAddress;
use crate::dispatch::egress::resolver::Family;
use crate::dispatch::node::Node;
use crate::domain::app::{App, Endpoint};
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::egress::{Bind, Route};
use crate::domain::endpoint_rules::{check_active_key, check_endpoint};
use crate::domain::invalid::Invalid;

/// Where a job's request goes, from where, and by which recipe.
pub(super) struct Target<'a> {
    pub(super) app: &'a App,
    pub(super) endpoint: &'a Endpoint,
    pub(super) recipe: Arc<Recipe>,
    pub(super) outbound: Outbound,
}

/// How a request leaves.
pub(super) struct Outbound {
    pub(super) client: Client,
    pub(super) family: Family,
    pub(super) egress_ip: Option<String>,
    /// Through a proxy the peer of the connection is the proxy, which a publisher may not learn.
    pub(super) proxied: bool,
}

impl<'a> Target<'a> {
    /// The target of a job of this app, if this node has all that it takes.
    pub(super) fn of(node: &'a Node, app: &'a Arc<App>, job: &Job) -> Option<Self> {
        let endpoint = app.endpoint(&job.delivery.endpoint_id)?;
        let recipe = match job.test.as_ref().and_then(|test| test.draft.as_ref()) {
            Some(draft) => draft.recipe()?,
            None => Arc::clone(node.catalog().in_force(&job.delivery.recipe, &endpoint.config.settings.dialect)?),
        };
        let chosen = job.test.as_ref().and_then(|test| test.egress_ip_id.as_deref());
        Some(Self { app, endpoint, recipe, outbound: Outbound::of(node, &node.route(app, chosen), job)? })
    }
}

impl Target<'_> {
    /// Whether the endpoint could be saved with the recipe that the job is told by. Where it speaks another one by now, its URL and
    /// settings were checked for that one alone: what they lack for this one would go out empty, or in clear.
    pub(super) fn fits(&self, node: &Node) -> Result<(), Invalid> {
        let settings = &self.endpoint.config.settings;
        let catalog = node.catalog();
        if catalog.get(&settings.dialect).is_none_or(|spoken| Arc::ptr_eq(spoken, &self.recipe)) {
            return Ok(());
        }
        let settings = EndpointSettings { dialect: self.recipe.id(), ..settings.clone() };
        // A draft that is tested is in no catalog; it was checked before the test was taken.
        if catalog.get(&settings.dialect).is_none() {
            return Ok(());
        }
        check_endpoint(&settings, &catalog, &node.targets)?;
        check_active_key(&settings.dialect, &catalog, self.endpoint)
    }
}

impl Outbound {
    /// The client that leaves by this route, if this node has it; for this job.
    fn of(node: &Node, route: &Route, job: &Job) -> Option<Self> {
        let (source, egress_ip) = match route {
            Route::Host => (SourceAddress::Host, None),
            Route::Egress(egress_ip) => (node.addresses.source(&egress_ip.id)?, Some(egress_ip.address.to_string())),
            Route::Removed => return None,
        };
        let proxied = matches!(source, SourceAddress::Fixed(Bind::Proxy(_)));
        match node.clients.client(&source) {
            Ok(client) => Some(Self { client, family: source.family(), egress_ip, proxied }),
            Err(error) => {
                tracing::error!(delivery = job.delivery.id, %error, "no client for an egress IP");
                None
            }
        }
    }
}
