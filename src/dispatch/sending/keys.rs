//! Which key signs: usually the active one; during the overlap of a rotation, the one that the receiver already knows.
//!
//! This only chooses. What the receiver's refusal means for the delivery is decided elsewhere.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::job::Job;
use crate::domain::app::{Endpoint, Secret};
use crate::domain::attempt::Exchange;
use crate::domain::delivery::Outcome;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::time::Timestamp;

/// Remembers, while an overlap lasts, which key an endpoint's receiver accepted last: endpoint → secret.
#[derive(Debug, Default)]
pub struct Keys {
    worked_last: Mutex<HashMap<String, String>>,
}

impl Keys {
    /// The secret to sign with first: a test's choice, else the one that worked last during an overlap, else the active.
    pub fn first<'a>(&self, job: &Job, endpoint: &'a Endpoint, recipe: &Recipe, now: Timestamp) -> Option<&'a Secret> {
        if let Some(id) = chosen(job) {
            return endpoint.secrets.iter().find(|secret| secret.id == id);
        }
        let active = endpoint.active_secret()?;
        let overlapping = endpoint.overlapping_secret(recipe, now).filter(|secret| self.worked(endpoint, secret));
        overlapping.or(Some(active))
    }

    /// The key to try once more with, where an overlap is in force and the receiver refused the first one as a receiver
    /// refuses a signature.
    pub fn other<'a>(
        &self,
        job: &Job,
        endpoint: &'a Endpoint,
        recipe: &Recipe,
        first: Option<&Secret>,
        refused: &Exchange,
        now: Timestamp,
    ) -> Option<&'a Secret> {
        let status = refused.answer.as_ref().map(|answer| answer.status);
        let is_refusal = refused.outcome() == Outcome::HttpStatus && matches!(status, Some(401 | 422));
        if is_refusal { self.beside(job, endpoint, recipe, first, now) } else { None }
    }

    /// The second key of an overlap, beside the one that signs first. A test that names its secret knows no other.
    pub fn beside<'a>(
        &self,
        job: &Job,
        endpoint: &'a Endpoint,
        recipe: &Recipe,
        first: Option<&Secret>,
        now: Timestamp,
    ) -> Option<&'a Secret> {
        let overlapping = endpoint.overlapping_secret(recipe, now).filter(|_| chosen(job).is_none())?;
        if overlapping.id == first?.id { endpoint.active_secret() } else { Some(overlapping) }
    }

    /// The receiver accepted this key: it goes first next time.
    pub fn accepted(&self, endpoint: &Endpoint, secret: &Secret) {
        let mut worked_last = self.worked_last.lock().unwrap_or_else(PoisonError::into_inner);
        worked_last.insert(endpoint.id.clone(), secret.id.clone());
    }

    fn worked(&self, endpoint: &Endpoint, secret: &Secret) -> bool {
        let worked_last = self.worked_last.lock().unwrap_or_else(PoisonError::into_inner);
        worked_last.get(&endpoint.id) == Some(&secret.id)
    }
}

fn chosen(job: &Job) -> Option<&str> {
    job.test.as_ref().and_then(|test| test.secret_id.as_deref())
}
