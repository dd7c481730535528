//! What a caller may do to the secrets of an endpoint: list them, create one, whose text is answered once, activate one, which
//! retires the one before it, delete one that does not sign.
//!
//! The callback URL is checked again whenever signing begins or changes hands: a template that was harmless while nothing
//! was signed may never verify afterwards.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use utoipa::ToSchema;

use super::access::endpoint;
use super::admission::Made;
use super::caller::Caller;
use super::given::Given;
use super::refusal::Refusal;
use super::{Actions, generate};
use crate::domain::app::{App, Endpoint, Secret};
use crate::domain::dialect::recipe::SecretNeed;
use crate::domain::endpoint_rules::{check_endpoint, check_key};
use crate::domain::secret::{SHORT_SECRET, SecretState, SecretText};
use crate::domain::setup::Setup;
use crate::random;
use crate::store::rollups::SecretUse;
use crate::store::secrets::{NewSecret, SecretDeleted};

/// Minutes for which a retired secret may be tried once more, unless the caller says otherwise.
const DEFAULT_OVERLAP: u64 = 60;
/// Longest overlap: thirty days.
const LONGEST_OVERLAP: u64 = 43_200;
/// Most secrets of one endpoint: one signs, one may be next, the others are history that can be deleted.
const MOST: usize = 20;

/// Whose secrets are meant.
#[derive(Clone, Copy, Debug)]
pub struct SecretsOf<'a> {
    /// The app, by id or `ref`.
    pub app: &'a str,
    /// One of its endpoints, by id; none: its first.
    pub endpoint: Option<&'a str>,
}

/// What may be said of a new secret. It does not show what was brought.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSecretBody {
    /// A secret that you bring: 1 to 256 characters. Left out, one is made.
    #[schema(min_length = 1, max_length = 256)]
    secret: Option<String>,
    /// Sign with it at once, although there is an active one.
    activate: Option<bool>,
}

impl fmt::Debug for NewSecretBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSecretBody").field("activate", &self.activate).finish_non_exhaustive()
    }
}

/// How an activation is to go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Activation {
    /// So many minutes a 401 or 422 is tried once more under the other key (default 60; 0 after a leak).
    #[schema(minimum = 0, maximum = 43_200)]
    overlap_minutes: Option<u64>,
}

/// A secret that was just created: the one answer in which its text is shown.
#[derive(Debug)]
pub struct CreatedSecret {
    /// The secret.
    pub secret: Secret,
    /// What deserves a look.
    pub warnings: Vec<String>,
}

impl Made for CreatedSecret {
    fn made_id(&self) -> Option<String> {
        Some(self.secret.id.clone())
    }
}

impl Actions {
    /// Creates a secret. The first of an endpoint signs at once; a later one waits as `next` unless it is to sign.
    pub async fn create_secret(
        &self,
        caller: &Caller,
        of: SecretsOf<'_>,
        given: &impl Given,
    ) -> Result<CreatedSecret, Refusal> {
        let (app, of) = self.secrets_of(caller, of).await?;
        let given: NewSecretBody = given.read_as()?;
        let dialect = &of.config.settings.dialect;
        let catalog = self.node.catalog();
        let recipe = catalog.get(dialect);
        if recipe.is_some_and(|recipe| recipe.secret() == SecretNeed::None) {
            return Err(Refusal::field("secret", format!("is of no use: the dialect {dialect} signs nothing")));
        }
        let text = match &given.secret {
            Some(brought) => SecretText::brought(brought)?,
            None => generate::secret(recipe.map_or("", |recipe| recipe.secret_prefix())),
        };
        check_key(recipe.map(AsRef::as_ref), &text, "secret")?;
        self.check_urls(&of)?;
        if of.secrets.len() >= MOST {
            return Err(Refusal::conflict(format!("An endpoint has at most {MOST} secrets; delete retired ones.")));
        }
        let (id, now) = (random::new_id("sec"), self.node.clock.now());
        let new = NewSecret {
            id: id.clone(),
            app_id: app.id,
            endpoint_id: of.id.clone(),
            text: text.clone(),
            activate: given.activate.unwrap_or(false).then(|| minutes(DEFAULT_OVERLAP)),
            created_at: now,
        };
        let state = self.node.store.create_secret(new).await?.ok_or(Refusal::Unknown("endpoint"))?;
        self.in_force().await?;
        self.end_outdated_refusals(&of).await;
        let signature = recipe.and_then(|recipe| recipe.signature());
        let unusual = signature.and_then(|signature| signature.secret_warning(&text));
        let warnings = text.is_short().then(|| SHORT_SECRET.to_owned()).into_iter().chain(unusual).collect();
        let activated_at = (state == SecretState::Active).then_some(now);
        let secret =
            Secret { id, state, text, created_at: now, activated_at, overlap_until: None, setup: Setup::default() };
        Ok(CreatedSecret { secret, warnings })
    }

    /// All secrets of an endpoint, newest first.
    pub async fn secrets(&self, caller: &Caller, of: SecretsOf<'_>) -> Result<Vec<Secret>, Refusal> {
        let (_, of) = self.secrets_of(caller, of).await?;
        Ok(of.secrets.into_iter().rev().collect())
    }

    /// When these secrets, which the caller was shown, were last used.
    pub async fn secret_uses(&self, ids: Vec<String>) -> Result<HashMap<String, SecretUse>, Refusal> {
        Ok(self.node.store.secret_uses(ids).await?)
    }

    /// Makes a secret the active one; the one before it is retired.
    pub async fn activate_secret(
        &self,
        caller: &Caller,
        place: SecretsOf<'_>,
        id: &str,
        given: &impl Given,
    ) -> Result<Secret, Refusal> {
        let (app, of) = self.secrets_of(caller, place).await?;
        let catalog = self.node.catalog();
        let recipe = catalog.get(&of.config.settings.dialect).map(AsRef::as_ref);
        check_key(recipe, &secret(&of, id)?.text, "secret")?;
        let overlap = given.read_as::<Activation>()?.overlap_minutes.unwrap_or(DEFAULT_OVERLAP);
        if overlap > LONGEST_OVERLAP {
            return Err(Refusal::field("overlapMinutes", format!("must be a number from 0 to {LONGEST_OVERLAP}")));
        }
        self.check_urls(&of)?;
        let now = self.node.clock.now();
        if !self.node.store.activate_secret(&app.id, &of.id, id, minutes(overlap), now).await? {
            return Err(Refusal::Unknown("secret"));
        }
        self.in_force().await?;
        self.end_outdated_refusals(&of).await;
        let (_, of) = self.secrets_of(caller, place).await?;
        Ok(secret(&of, id)?.clone())
    }

    /// Deletes a secret that does not sign.
    pub async fn delete_secret(&self, caller: &Caller, of: SecretsOf<'_>, id: &str) -> Result<(), Refusal> {
        let (app, of) = self.secrets_of(caller, of).await?;
        match self.node.store.delete_secret(&app.id, &of.id, id).await? {
            SecretDeleted::Deleted => Ok(self.in_force().await?),
            SecretDeleted::Unknown => Err(Refusal::Unknown("secret")),
            SecretDeleted::Active => {
                Err(Refusal::conflict("This secret is active; activate another one before deleting it."))
            }
        }
    }

    async fn secrets_of(&self, caller: &Caller, of: SecretsOf<'_>) -> Result<(App, Endpoint), Refusal> {
        let app = self.app(caller, of.app).await?;
        let endpoint = endpoint(&app, of.endpoint)?.clone();
        Ok((app, endpoint))
    }

    fn check_urls(&self, of: &Endpoint) -> Result<(), Refusal> {
        check_endpoint(&of.config.settings, &self.node.catalog(), &self.node.targets)?;
        Ok(())
    }
}

fn secret<'a>(of: &'a Endpoint, id: &str) -> Result<&'a Secret, Refusal> {
    of.secrets.iter().find(|secret| secret.id == id).ok_or(Refusal::Unknown("secret"))
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}
