//! What a caller may do to the endpoints of an app: add further ones, such as analytics or a mirror, change one, archive one,
//! enable one that its receiver disabled. The first one is what an app is created and changed with.

use super::Actions;
use super::access::endpoint;
use super::admission::Made;
use super::apps::{TRIES, overtaken, saved};
use super::caller::Caller;
use super::given::Given;
use super::refusal::Refusal;
use crate::domain::app::{App, Endpoint};
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::endpoint_rules::check_active_key;
use crate::domain::given;
use crate::random;
use crate::store::apps::{AppChange, AppSaved, Archived};

/// Most endpoints of one app: each is one more callback for every completion.
const MOST: usize = 10;

/// An endpoint and whose it is.
#[derive(Debug)]
pub struct OfApp {
    /// The app's id.
    pub app_id: String,
    /// The endpoint.
    pub endpoint: Endpoint,
}

impl Made for OfApp {
    fn made_id(&self) -> Option<String> {
        Some(self.endpoint.id.clone())
    }
}

impl Actions {
    /// Adds an endpoint to an app; it receives completions that are reported from then on.
    pub async fn create_endpoint(&self, caller: &Caller, app: &str, given: &impl Given) -> Result<OfApp, Refusal> {
        let app = self.app(caller, app).await?;
        if app.endpoints.len() >= MOST {
            return Err(Refusal::conflict(format!("An app has at most {MOST} endpoints.")));
        }
        let given = given::endpoint(&EndpointSettings::default(), given.object(&[])?)?;
        given.check_complete()?;
        let settings = self.checked_endpoint(&app, given, None).await?;
        let (id, now) = (random::new_id("end"), self.node.clock.now());
        saved(self.node.store.create_endpoint(&app.id, &id, settings, now).await?)?;
        self.endpoint_in_force(caller, &app.id, &id).await
    }

    /// Changes an endpoint: what is left out stays, null goes back to the default.
    pub async fn change_endpoint(
        &self,
        caller: &Caller,
        app: &str,
        id: &str,
        given: &impl Given,
    ) -> Result<OfApp, Refusal> {
        for _ in 0..TRIES {
            let app = self.app(caller, app).await?;
            let standing = endpoint(&app, Some(id))?.clone();
            let given = given::endpoint(&standing.config.settings, given.object(&[])?)?;
            let settings = self.checked_endpoint(&app, given, Some(&standing.config.settings.dialect)).await?;
            check_active_key(&settings.dialect, &self.node.catalog(), &standing)?;
            let endpoint = Some((id.to_owned(), settings));
            let change = AppChange { id: app.id.clone(), read_at: app.revision, settings: app.settings, endpoint };
            match self.node.store.change_app(change).await? {
                AppSaved::Overtaken => {}
                outcome => {
                    saved(outcome)?;
                    let changed = self.endpoint_in_force(caller, &app.id, id).await?;
                    self.end_outdated_refusals(&standing).await;
                    return Ok(changed);
                }
            }
        }
        Err(overtaken())
    }

    /// Archives an endpoint; an app keeps at least one.
    pub async fn archive_endpoint(&self, caller: &Caller, app: &str, id: &str) -> Result<(), Refusal> {
        let app = self.app(caller, app).await?;
        match self.node.store.archive_endpoint(&app.id, id, self.node.clock.now()).await? {
            Archived::Archived => Ok(self.in_force().await?),
            Archived::Unknown => Err(Refusal::Unknown("endpoint")),
            Archived::OnlyEndpoint => Err(Refusal::conflict("An app keeps at least one endpoint.")),
            Archived::OpenDeliveries => {
                Err(Refusal::conflict("Deliveries of this app are open; wait, or cancel them."))
            }
        }
    }

    /// Enables an endpoint that its receiver disabled: what was held for that is due at once. One that is enabled stays so.
    pub async fn enable_endpoint(&self, caller: &Caller, app: &str, id: &str) -> Result<OfApp, Refusal> {
        let app = self.app(caller, app).await?;
        if !self.node.store.enable_endpoint(&app.id, id, self.node.clock.now()).await? {
            return Err(Refusal::Unknown("endpoint"));
        }
        self.endpoint_in_force(caller, &app.id, id).await
    }

    /// An endpoint as it stands after a change, which is in force by then.
    async fn endpoint_in_force(&self, caller: &Caller, app_id: &str, id: &str) -> Result<OfApp, Refusal> {
        self.in_force().await?;
        let app = self.app(caller, app_id).await?;
        Ok(OfApp { endpoint: endpoint(&app, Some(id))?.clone(), app_id: app.id })
    }

    async fn checked_endpoint(
        &self,
        app: &App,
        given: given::Given<EndpointSettings>,
        standing: Option<&str>,
    ) -> Result<EndpointSettings, Refusal> {
        given.faults.into_result()?;
        let dialects = self.dialects_for(&app.publisher_id, &given.settings.dialect).await?;
        Ok(self.settled(&dialects, given.settings, standing)?)
    }
}
