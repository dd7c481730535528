//! The healthy app: one endpoint of a publisher of its own, whose receiver acknowledges at once. It is reported to in an open
//! loop, and nothing of it may be lost, whatever goes on beside it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::bench::receiver::{Receiver, Told};
use crate::bench::row::{Row, thousandths, whole};
use crate::bench::schedule::{Latencies, Schedule, TurnedAway};
use crate::bench::server::Server;
use crate::bench::workload::Setting;
use crate::bench::{LOOK, apps};
use crate::command::Failure;
use crate::store::Store;

/// This part of what counts is reported before it, and does not count: connections are opened and statements planned in it.
const WARM_UP_PART: usize = 10;
/// How long the last callbacks may take before they are lost: far longer than any trouble here goes on.
const PATIENCE: Duration = Duration::from_secs(240);

/// How the app is reported to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    pub(super) per_second: u64,
    pub(super) seconds: u64,
}

/// The app, and its receiver.
#[derive(Debug)]
pub(super) struct Healthy {
    receiver: Receiver,
    setting: Arc<Setting>,
}

/// What the app met in one phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Phase {
    pub(super) p50_us: u64,
    pub(super) p99_us: u64,
    /// How late reports were sent, for want of a core or of a connection that had its answer; within the other two.
    pub(super) late_p99_us: u64,
    /// How often a report was turned away and came again, which is within the latencies too.
    pub(super) turned_away: u64,
    /// Reports, those of the warm-up included. Each one's callback has arrived exactly once.
    pub(super) reports: u64,
    /// Exchanges that the trouble had meanwhile.
    pub(super) troubled: u64,
}

/// The figures of a phase.
pub(super) const ROWS: [Row<Phase>; 6] = [
    Row { title: "p50", key: "p50Us", value: |one| Some(one.p50_us), shown: thousandths },
    Row { title: "p99", key: "p99Us", value: |one| Some(one.p99_us), shown: thousandths },
    Row { title: "sent late by p99", key: "sentLateP99Us", value: |one| Some(one.late_p99_us), shown: thousandths },
    Row { title: "turned away", key: "turnedAway", value: |one| Some(one.turned_away), shown: whole },
    Row { title: "delivered once", key: "deliveredOnce", value: |one| Some(one.reports), shown: whole },
    Row { title: "exchanges of the trouble", key: "troubled", value: |one| Some(one.troubled), shown: whole },
];

impl Healthy {
    /// Makes the app, and starts its receiver.
    pub(super) async fn lay(store: &Store) -> Result<Self, Failure> {
        let receiver = Receiver::start()?;
        let apps = apps::publisher(store, vec![vec![receiver.callback_url()]]).await?;
        Ok(Self { receiver, setting: Arc::new(apps::source(store, &apps).await?) })
    }

    /// Reports, and returns once all callbacks have arrived.
    pub(super) async fn measure(&self, server: &Server, load: Load) -> Result<Phase, Failure> {
        server.all_know(&self.setting).await?;
        let node = *server.addresses().first().ok_or("a server needs a node")?;
        let counted = usize::try_from(load.per_second * load.seconds)?;
        let warm_up = counted.div_ceil(WARM_UP_PART);
        let schedule = Schedule::from_now(load.per_second, warm_up + counted).over_many_connections();
        let reported = schedule.report(node, &self.setting, TurnedAway::ComesAgain).await?;
        let told = tokio::time::timeout(PATIENCE, self.receiver.until_told_of(schedule.count)).await;
        if told.is_err() {
            let (seconds, told) = (PATIENCE.as_secs(), self.receiver.told());
            let message = format!("of {} callbacks not all came within {seconds} s: {told:?}", schedule.count);
            return Err(message.into());
        }
        let arrivals = self.receiver.arrivals().into_iter().enumerate().skip(warm_up);
        let took = |(number, arrival): (usize, Option<Instant>)| {
            arrival.map(|at| at.saturating_duration_since(schedule.due(number)))
        };
        let latencies = Latencies::new(arrivals.filter_map(took).collect());
        Ok(Phase {
            p50_us: latencies.percentile(50),
            p99_us: latencies.percentile(99),
            late_p99_us: reported.late.percentile(99),
            turned_away: u64::try_from(reported.turned_away)?,
            reports: u64::try_from(schedule.count)?,
            troubled: 0,
        })
    }

    /// Fails unless each callback arrived exactly once and the store has all of them down as delivered.
    pub(super) async fn check(&self, server: &Server, phase: &Phase) -> Result<(), Failure> {
        let app_id = self.setting.app_ids.first().ok_or("the healthy app has no id")?;
        let settled = async {
            // The last ones may be on their way to the disk.
            while !server.undelivered_of(app_id).await?.is_empty() {
                tokio::time::sleep(LOOK).await;
            }
            Ok::<_, Failure>(())
        };
        if let Ok(settled) = tokio::time::timeout(PATIENCE, settled).await {
            settled?;
        } else {
            let states = server.undelivered_of(app_id).await?;
            return Err(format!("deliveries of the healthy app are left in the states {states:?}").into());
        }
        let (told, reports) = (self.receiver.told(), usize::try_from(phase.reports)?);
        if told != (Told { distinct: reports, ..Told::default() }) {
            return Err(format!("{reports} callbacks of the healthy app were due, but {told:?} arrived").into());
        }
        Ok(())
    }
}
