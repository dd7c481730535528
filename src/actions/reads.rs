//! Reads of one caller: two at a time, of those that may look through much (lists of records, the ledger, look-ups, exports).
//!
//! They share a few connections, so somebody who asks for ten heavy pages at once would have everybody else wait. What is
//! read by its id, and the lists of what was configured, cost nothing and are not counted.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::caller::Caller;
use super::refusal::Refusal;

/// Reads of one caller at a time (the contract): one page beside the one before it, whose connection may still be closing.
const AT_A_TIME: usize = 2;

/// The reads under way, by caller.
#[derive(Debug, Default)]
pub struct Reads {
    under_way: Mutex<HashMap<String, usize>>,
}

/// One read under way; it has ended when this is dropped.
#[derive(Debug)]
pub struct Reading {
    reads: Arc<Reads>,
    caller: String,
}

impl Reads {
    /// Begins a read, unless as many as may be are under way.
    pub fn begin(self: &Arc<Self>, caller: &Caller) -> Result<Reading, Refusal> {
        self.begin_of(caller.id()).ok_or_else(|| {
            let detail =
                format!("{AT_A_TIME} such reads of one caller are answered at a time; try again when one has ended.");
            Refusal::TooManyReads(detail)
        })
    }

    fn begin_of(self: &Arc<Self>, caller: &str) -> Option<Reading> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let reads = under_way.entry(caller.to_owned()).or_default();
        if *reads >= AT_A_TIME {
            return None;
        }
        *reads += 1;
        Some(Reading { reads: Arc::clone(self), caller: caller.to_owned() })
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        let mut under_way = self.reads.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reads) = under_way.get_mut(&self.caller) {
            *reads -= 1;
            if *reads == 0 {
                under_way.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_read_of_a_token_begins_when_one_has_ended_and_other_tokens_never_wait() {
        let reads = Arc::new(Reads::default());
        let (first, second) = (reads.begin_of("a"), reads.begin_of("a"));
        assert!(first.is_some() && second.is_some() && reads.begin_of("a").is_none());
        assert!(reads.begin_of("b").is_some());
        drop(first);
        assert!(reads.begin_of("a").is_some());
        drop(second);
        assert!(reads.under_way.lock().unwrap().is_empty(), "a token that reads nothing is not remembered");
    }
}
