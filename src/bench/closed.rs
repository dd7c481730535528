//! A closed loop: so many calls under way at a time, each after the answer to the one before, and what the deliveries cost.

use std::sync::Arc;
use std::time::Instant;

use super::delivered;
use super::measured::{Measured, Spent};
use super::past;
use super::place::Place;
use super::raw;
use super::receiver::Receiver;
use super::reporter::{self, Until};
use super::server::Server;
use super::spoken::Spoken;
use super::workload::{Setting, Workload};
use crate::clock::Clock;
use crate::command::Failure;
use crate::store::Store;

/// A closed loop on a new server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closed {
    /// The dialect of the endpoints.
    pub(super) dialect: Spoken,
    /// Nodes of the server.
    pub(super) nodes: usize,
    pub(super) workload: Workload,
    /// Endpoints, of an app each, that are reported for in turns.
    pub(super) endpoints: usize,
    /// Deliveries that the store holds before.
    pub(super) stored: u64,
}

impl Closed {
    /// For people.
    pub(super) fn name(&self) -> String {
        let Self { dialect, nodes, workload, endpoints, .. } = self;
        format!("{dialect}, {} reports, endpoints {endpoints}, nodes {nodes}", workload.name())
    }

    /// Measures so many deliveries, right after the bare client, which always sends the same GET.
    pub(super) async fn measure(&self, place: &Place, deliveries: usize) -> Result<Measured, Failure> {
        let raw = raw::measure(deliveries).await?;
        let receiver = Receiver::start()?;
        let server = Server::start(place, self.nodes).await?;
        let setting = server.set_up(&self.dialect, &receiver.callback_url(), self.endpoints).await?;
        let server = if self.stored > 0 { self.filled(server, &setting).await? } else { server };
        let spent = spend(&server, &receiver, &setting, self.workload, deliveries).await?;
        delivered::check(&server, &receiver, deliveries).await?;
        server.remove()?;
        Ok(Measured { spent, raw })
    }

    /// The server, started again on a store that holds a past. The server is stopped meanwhile: the past comes in long
    /// transactions, behind which an SQLite file's server would wait.
    async fn filled(&self, server: Server, setting: &Setting) -> Result<Server, Failure> {
        let own = server.stop().await?;
        let store = Store::open(&own.access()?)?;
        past::make(&store, self.stored, past::LONG, Clock::system().now(), |_| {}).await?;
        drop(store);
        let server = Server::on(own, self.nodes).await?;
        server.all_know(setting).await?;
        Ok(server)
    }
}

/// From the first report until the last delivery is settled.
async fn spend(
    server: &Server,
    receiver: &Receiver,
    setting: &Arc<Setting>,
    workload: Workload,
    deliveries: usize,
) -> Result<Spent, Failure> {
    let before = server.used()?;
    let started = Instant::now();
    reporter::report(&server.addresses(), setting, workload, Until::Reported(deliveries)).await?;
    delivered::wait(server, receiver, deliveries).await?;
    let micros = u64::try_from(started.elapsed().as_micros())?;
    Ok(Spent { deliveries: u64::try_from(deliveries)?, micros, before, after: server.used()? })
}
