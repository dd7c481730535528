//! How many diagnoses go on: one at a time for each caller, and for few callers at a time. What is diagnosed is not known here.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::caller::Caller;
use super::refusal::Refusal;
use crate::dispatch::node::tasks::Tasks;

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

impl UnderWay {
    /// Does a piece of work that keeps a processor busy, and gives its place back with what came of it. The work holds the
    /// place: whoever waits for it may hang up, and the work goes on.
    pub(super) async fn through<T: Send + 'static>(
        self,
        tasks: &Tasks,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<(T, Self)> {
        tasks.compute(move || (work(), self)).await.ok()
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.caller);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[tokio::test]
    async fn a_caller_who_hangs_up_does_not_give_a_place_back_before_the_work_ends() {
        let (all, caller) = (Arc::new(Diagnoses::default()), Caller::at_the_command_line());
        let tasks = Arc::new(Tasks::here());
        let under_way = all.begin(&caller).unwrap();
        let ((begun, has_begun), (end, may_end)) = (channel(), channel::<()>());
        let work = move || {
            begun.send(()).unwrap();
            may_end.recv().ok();
        };
        let of_call = Arc::clone(&tasks);
        let call = tokio::spawn(async move { under_way.through(&of_call, work).await.map(drop) });
        tokio::task::spawn_blocking(move || has_begun.recv().unwrap()).await.unwrap();
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
        assert!(all.begin(&caller).is_err());
        drop(end);
        let long = std::time::Duration::from_secs(10);
        assert_eq!(tasks.end_within(long).await, 0);
        // The place goes with what came of the work, which is dropped just after that has ended.
        let given_back = async {
            while all.begin(&caller).is_err() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(long, given_back).await.expect("the place is given back");
    }
}
