//! An open loop: reports at a fixed rate, and the time from when each should have been sent until its callback arrived.

use super::delivered;
use super::place::Place;
use super::receiver::Receiver;
use super::row::{Row, thousandths};
use super::schedule::{Latencies, Schedule, TurnedAway};
use super::server::Server;
use super::workload::DIALECT;
use crate::command::Failure;

/// Seconds at the beginning that do not count: connections are opened and statements planned in them.
const WARM_UP: u64 = 1;

/// What one rate did in one round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Opened {
    p50_us: u64,
    p99_us: u64,
    /// How late the reporter itself was, which is within the other two.
    late_p99_us: u64,
}

/// The figures of it.
pub(super) const ROWS: [Row<Opened>; 3] = [
    Row { title: "p50", key: "p50Us", value: |one| Some(one.p50_us), shown: thousandths },
    Row { title: "p99", key: "p99Us", value: |one| Some(one.p99_us), shown: thousandths },
    Row { title: "sent late by p99", key: "sentLateP99Us", value: |one| Some(one.late_p99_us), shown: thousandths },
];

/// So many of the figures stand in the table; what follows tells whether they are those of the server.
pub(super) const SHOWN: usize = 2;

/// Measures single reports of one app with one endpoint, so many a second for so many seconds, on a new server.
pub(super) async fn measure(place: &Place, per_second: u64, seconds: u64) -> Result<Opened, Failure> {
    let receiver = Receiver::start()?;
    let server = Server::start(place, 1).await?;
    let setting = server.set_up(DIALECT, &receiver.callback_url(), 1).await?;
    let node = *server.addresses().first().ok_or("a server needs a node")?;
    let schedule = Schedule::from_now(per_second, usize::try_from(per_second * (WARM_UP + seconds))?);
    let late = schedule.report(node, &setting, TurnedAway::Fails).await?.late;
    delivered::wait(&server, &receiver, schedule.count).await?;
    delivered::check(&server, &receiver, schedule.count).await?;
    let arrivals = receiver.arrivals().into_iter().enumerate().skip(usize::try_from(WARM_UP * per_second)?);
    let took = |(number, arrival): (usize, Option<_>)| {
        // Arrived before it was sent: a clock that goes backwards is no clock.
        arrival.map(|at: std::time::Instant| at.saturating_duration_since(schedule.due(number)))
    };
    let latencies = Latencies::new(arrivals.filter_map(took).collect());
    server.remove()?;
    Ok(Opened { p50_us: latencies.percentile(50), p99_us: latencies.percentile(99), late_p99_us: late.percentile(99) })
}
