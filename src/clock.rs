//! The clock: the only place that reads the time, so that tests can turn it by hand.
//!
//! [`Clock`] says what time it is for the product. How long a real connection may take is no matter of the product's time:
//! for that, [`monotonic`] and [`block`] go by the machine's own clock, which no test turns.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use crate::domain::time::Timestamp;

/// What time it is, and how to wait until a later one.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    /// Since when it has been asked.
    System(Instant),
    /// Stands still until [`ManualClock::advance`]; every waiter is woken then.
    Manual(watch::Receiver<Hand>),
}

/// Where a manual clock stands, and how long it has been running.
#[derive(Clone, Copy, Debug)]
struct Hand {
    now: Timestamp,
    running: Duration,
}

/// The hand that turns a manual clock.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<watch::Sender<Hand>>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Kind::System(monotonic()))
    }

    /// A clock that stands at `start`, with the hand that turns it.
    pub fn manual(start: Timestamp) -> (Self, ManualClock) {
        let (sender, receiver) = watch::channel(Hand { now: start, running: Duration::ZERO });
        (Self(Kind::Manual(receiver)), ManualClock(Arc::new(sender)))
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::System(_) => system_now(),
            Kind::Manual(receiver) => receiver.borrow().now,
        }
    }

    /// For how long it has really been running, whatever it says: a clock that is set does not make time pass.
    pub fn running(&self) -> Duration {
        match &self.0 {
            Kind::System(since) => since.elapsed(),
            Kind::Manual(receiver) => receiver.borrow().running,
        }
    }

    /// Returns once [`now`](Self::now) has reached `instant`.
    #[expect(clippy::disallowed_methods, reason = "the one place that goes by the machine's clock")]
    pub async fn sleep_until(&self, instant: Timestamp) {
        match &self.0 {
            Kind::System(_) => tokio::time::sleep(instant.since(system_now())).await,
            Kind::Manual(receiver) => {
                // A dropped hand means the test is over: then nobody will ever wake this waiter, nor needs to.
                if receiver.clone().wait_for(|hand| hand.now >= instant).await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        }
    }

    /// Returns once `duration` has passed.
    pub async fn sleep(&self, duration: Duration) {
        self.sleep_until(self.now().plus(duration)).await;
    }
}

impl ManualClock {
    /// Turns the clock forward and wakes whoever waited for an instant that is now reached.
    pub fn advance(&self, duration: Duration) {
        self.0.send_modify(|hand| *hand = Hand { now: hand.now.plus(duration), running: hand.running + duration });
    }

    /// Sets the clock forward though no time has passed, as a bad time server does.
    pub fn jump(&self, duration: Duration) {
        self.0.send_modify(|hand| hand.now = hand.now.plus(duration));
    }

    /// Sets the clock back.
    pub fn jump_back(&self, duration: Duration) {
        self.0.send_modify(|hand| hand.now = hand.now.minus(duration));
    }
}

/// A moment of the machine's own clock: how long ago it was can be asked, and nothing else.
pub type Moment = Instant;

/// The machine's monotonic clock: for deadlines and durations of work that other processes do (databases, receivers, nodes).
#[expect(clippy::disallowed_methods, reason = "the one place that goes by the machine's clock")]
pub fn monotonic() -> Moment {
    Instant::now()
}

/// Returns once so much real time has passed, whatever a test's clock says: for pauses between two looks at what
/// other processes do.
#[expect(clippy::disallowed_methods, reason = "the one place that goes by the machine's clock")]
pub async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// Blocks this thread, which has to be one of its own.
#[expect(clippy::disallowed_methods, reason = "the one place that goes by the machine's clock")]
pub fn block(duration: Duration) {
    std::thread::sleep(duration);
}

#[expect(clippy::disallowed_methods, reason = "the one place that goes by the machine's clock")]
fn system_now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}
