//! How many diagnoses go on: one at a time for each caller, and for few callers at a time. What is diagnosed is not known here.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::caller::Caller;
use super::refusal::Refusal;

/// Diagnoses at a time in all: each keeps a processor busy for up to a second.
const AT_A_TIME: usize = 2;

/// The diagnoses under way, by caller.
#[derive(Debug, Default)]
pub struct Diagnoses(Mutex<HashSet<String>>);

/// A diagnosis under way; it has ended when this is dropped.
pub(super) struct UnderWay {
    all: Arc<Diagnoses>,
    caller: String,
}

impl Diagnoses {
    pub(super) fn begin(self: &Arc<Self>, caller: &Caller) -> Result<UnderWay, Refusal> {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if under_way.len() >= AT_A_TIME || !under_way.insert(caller.id().to_owned()) {
            let detail = format!("One diagnosis of a caller is made at a time, and {AT_A_TIME} in all; try again.");
            return Err(Refusal::TooMany(detail));
        }
        Ok(UnderWay { all: Arc::clone(self), caller: caller.id().to_owned() })
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.caller);
    }
}
