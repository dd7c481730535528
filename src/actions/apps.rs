//! What a caller may do to apps: list them, create one with its first endpoint, change both, archive one. A publisher keeps its
//! own, account managers and operators all.

use serde_json::{Map, Value};

use super::Actions;
use super::access::endpoint;
use super::admission::Made;
use super::caller::Caller;
use super::given::Given;
use super::refusal::Refusal;
use crate::domain::app::App;
use crate::domain::app_settings::{AppSettings, DECIMALS};
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::endpoint_rules::{check_active_key, check_app};
use crate::domain::given::{self, GivenApp};
use crate::domain::invalid::Invalid;
use crate::random;
use crate::store::apps::{AppChange, AppSaved, Archived, NewApp};

/// How often a change is tried again that another one overtook: two changes by hand never meet more than once.
pub(super) const TRIES: usize = 5;

impl Made for App {
    fn made_id(&self) -> Option<String> {
        Some(self.id.clone())
    }
}

impl Actions {
    /// Creates an app with its first endpoint.
    pub async fn create_app(&self, caller: &Caller, given: &impl Given) -> Result<App, Refusal> {
        let given = given::app(&AppSettings::default(), &EndpointSettings::default(), given.object(&DECIMALS)?)?;
        may_set(caller, &given)?;
        let publisher_id = self.publisher_of(caller, given.publisher_id.as_deref()).await?;
        given.check_complete()?;
        let dialects = self.dialects_for(&publisher_id, &given.endpoint.settings.dialect).await?;
        let (settings, endpoint) = self.checked(&dialects, given, None)?;
        let id = random::new_id("app");
        let new = NewApp {
            id: id.clone(),
            publisher_id,
            settings,
            endpoint_id: random::new_id("end"),
            endpoint,
            created_at: self.node.clock.now(),
        };
        saved(self.node.store.create_app(new).await?)?;
        self.in_force().await?;
        self.app(caller, &id).await
    }

    /// What is wrong with what is given of a new app so far: for whoever is still writing. What is not given yet is no fault.
    pub fn faults_of_app(&self, caller: &Caller, given: &Map<String, Value>) -> Invalid {
        let GivenApp { app, endpoint, .. } =
            match given::app(&AppSettings::default(), &EndpointSettings::default(), given.clone()) {
                Ok(read) => read,
                Err(wrong) => return wrong,
            };
        let mut invalid = app.faults.clone();
        invalid.extend(endpoint.faults.clone());
        if app.check_complete().is_ok() {
            invalid.take(check_app(&app.settings, None));
        }
        if endpoint.check_complete().is_ok() {
            invalid.take(self.settled(&self.dialects_open_to(caller), endpoint.settings, None));
        }
        invalid
    }

    /// Changes an app and its first endpoint: what is left out stays, null goes back to the default.
    pub async fn change_app(&self, caller: &Caller, id_or_ref: &str, given: &impl Given) -> Result<App, Refusal> {
        for _ in 0..TRIES {
            let app = self.app(caller, id_or_ref).await?;
            let first = endpoint(&app, None)?;
            let given = given::app(&app.settings, &first.config.settings, given.object(&DECIMALS)?)?;
            may_set(caller, &given)?;
            if let Some(named) = &given.publisher_id
                && self.publisher_of(caller, Some(named)).await? != app.publisher_id
            {
                return Err(Refusal::field("publisherId", "can not be changed"));
            }
            let dialects = self.dialects_for(&app.publisher_id, &given.endpoint.settings.dialect).await?;
            let standing = (&app.settings, &first.config.settings);
            let (settings, of_endpoint) = self.checked(&dialects, given, Some(standing))?;
            check_active_key(&of_endpoint.dialect, &dialects, first)?;
            let endpoint = Some((first.id.clone(), of_endpoint));
            let change = AppChange { id: app.id.clone(), read_at: app.revision, settings, endpoint };
            match self.node.store.change_app(change).await? {
                AppSaved::Overtaken => {}
                outcome => {
                    saved(outcome)?;
                    self.in_force().await?;
                    self.end_outdated_refusals(first).await;
                    return self.app(caller, &app.id).await;
                }
            }
        }
        Err(overtaken())
    }

    /// Archives an app. Its ref stays taken, so that a late report never reaches another app.
    pub async fn archive_app(&self, caller: &Caller, id_or_ref: &str) -> Result<(), Refusal> {
        let app = self.app(caller, id_or_ref).await?;
        match self.node.store.archive_app(&app.id, self.node.clock.now()).await? {
            Archived::Archived => Ok(self.in_force().await?),
            Archived::OpenDeliveries => {
                Err(Refusal::conflict("Deliveries of this app are open; wait, or cancel them."))
            }
            Archived::Unknown | Archived::OnlyEndpoint => Err(Refusal::Unknown("app")),
        }
    }

    /// Whose a new app is to be: a publisher need not say it.
    async fn publisher_of(&self, caller: &Caller, named: Option<&str>) -> Result<String, Refusal> {
        match (named, caller.limited_to()) {
            (None, Some(own)) => Ok(own.to_owned()),
            (None, None) => Err(Refusal::field("publisherId", "is required")),
            (Some(named), _) => self.publisher_in_body(caller, named).await,
        }
    }

    /// The settings of both, over those that stand, if there is no fault in either.
    fn checked(
        &self,
        dialects: &Catalog,
        GivenApp { app, endpoint, .. }: GivenApp,
        standing: Option<(&AppSettings, &EndpointSettings)>,
    ) -> Result<(AppSettings, EndpointSettings), Refusal> {
        let mut faults = app.faults;
        faults.extend(endpoint.faults);
        faults.into_result()?;
        let mut invalid = Invalid::none();
        invalid.take(check_app(&app.settings, standing.map(|(app, _)| app.name.as_str())));
        let dialect = standing.map(|(_, endpoint)| endpoint.dialect.as_str());
        let settled = invalid.take(self.settled(dialects, endpoint.settings, dialect));
        match settled {
            Some(settled) if invalid.0.is_empty() => Ok((app.settings, settled)),
            _ => Err(invalid.into()),
        }
    }
}

fn may_set(caller: &Caller, given: &GivenApp) -> Result<(), Refusal> {
    match given.reserved {
        Some(name) if caller.limited_to().is_some() => {
            let what = if name == "ref" { "a ref" } else { name };
            Err(Refusal::forbidden(format!("Only an account manager or operator may set {what}.")))
        }
        _ => Ok(()),
    }
}

/// What an outcome of the store means for the caller.
pub(super) fn saved(outcome: AppSaved) -> Result<(), Refusal> {
    match outcome {
        AppSaved::Saved => Ok(()),
        AppSaved::Unknown => Err(Refusal::Unknown("app")),
        AppSaved::UnknownPublisher => Err(Refusal::unknown_publisher()),
        AppSaved::RefTaken => Err(Refusal::ref_taken()),
        AppSaved::OpenDeliveries => {
            Err(Refusal::conflict("The dialect can not change while deliveries are open; wait, or cancel them."))
        }
        AppSaved::Overtaken => Err(overtaken()),
    }
}

pub(super) fn overtaken() -> Refusal {
    Refusal::conflict("The app was changed at the same time; try again.")
}
