//! One rate on so many nodes: what arrives in each window of the time, by the clock of the receiver.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::bench::apps;
use crate::bench::place::Place;
use crate::bench::receiver::{Receiver, Told};
use crate::bench::server::Server;
use crate::command::Failure;
use crate::domain::limits::Limits;
use crate::store::Store;

/// Windows that are measured: one on either side of the kill, and all that lie across it.
const WINDOWS: u64 = 2;
/// Nodes of which one is killed in the middle: two are left to go on together.
const KILLED_OF: u64 = 3;
/// Before the first window: slots that were not used may be used late for a second.
const WARM_UP: Duration = Duration::from_secs(3);
/// More is due than is measured by so many seconds: for the start, the warm-up, and what a killed node had in its line.
const MORE_DUE: u64 = 40;
/// With fewer slots in a second a hundredth part of a window is no whole callback: one too many for each node counts there.
const FEW: u64 = 5;
/// How far a window may be from the rate otherwise, in hundredths.
const MARGIN: u64 = 10;

/// What is to be measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) per_second: u64,
    pub(super) nodes: u64,
    /// Of a window.
    pub(super) seconds: u64,
}

/// What arrived.
#[derive(Debug)]
pub(super) struct Phase {
    pub(super) plan: Plan,
    /// In each window, which begin a second after one another.
    windows: Vec<u64>,
    /// Callbacks that came twice: those that the killed node had on their way.
    repeated: usize,
}

impl Plan {
    pub(super) fn title(&self) -> String {
        let nodes = match self.nodes {
            1 => "1 node".to_owned(),
            nodes if nodes < KILLED_OF => format!("{nodes} nodes"),
            nodes => format!("{nodes} nodes, one killed"),
        };
        format!("{}/s, {nodes}", self.per_second)
    }

    /// Measures once.
    pub(super) async fn measure(self, place: &Place) -> Result<Phase, Failure> {
        let (receiver, own) = (Receiver::start()?, place.new_store()?);
        let store = Store::open(&own.access()?)?;
        let limits = Limits { per_second: Some(u32::try_from(self.per_second)?), in_flight: None };
        let apps = apps::limited(&store, vec![vec![receiver.callback_url()]], limits).await?;
        let due = self.per_second * (WINDOWS * self.seconds + MORE_DUE);
        apps::record_due(&store, &apps, usize::try_from(due)?).await?;
        store.tidy().await?;
        drop(store);
        let mut server = Server::on(own, usize::try_from(self.nodes)?).await?;
        tokio::time::sleep(WARM_UP).await;
        let counts = self.count(&receiver, &mut server).await?;
        server.remove()?;
        let told = receiver.told();
        if told.strange > 0 {
            return Err(format!("callbacks arrived that nobody sent: {told:?}").into());
        }
        if told.distinct as u64 == due {
            return Err("all that was due was sent before the end".into());
        }
        let windows = counts.iter().zip(counts.iter().skip(usize::try_from(self.seconds)?));
        let windows = windows.map(|(begin, end)| end - begin).collect();
        Ok(Phase { plan: self, windows, repeated: told.duplicates })
    }

    /// What has arrived by each second.
    async fn count(&self, receiver: &Receiver, server: &mut Server) -> Result<Vec<u64>, Failure> {
        let arrived = || {
            let Told { distinct, duplicates, .. } = receiver.told();
            u64::try_from(distinct + duplicates)
        };
        let (start, mut counts) = (Instant::now(), vec![arrived()?]);
        for second in 1..=WINDOWS * self.seconds {
            tokio::time::sleep_until(start + Duration::from_secs(second)).await;
            counts.push(arrived()?);
            if second == self.seconds && self.nodes >= KILLED_OF {
                server.kill_one();
            }
        }
        Ok(counts)
    }

    /// As many as there may be in a window, and as few.
    fn bounds(&self) -> [u64; 2] {
        let rate = self.per_second * self.seconds;
        let most = if self.per_second < FEW { rate + self.nodes } else { rate + rate * MARGIN / 100 };
        [rate - rate * MARGIN / 100, most]
    }
}

impl Phase {
    pub(super) const TITLES: [&str; 7] = ["wanted", "first", "last", "least", "most", "within bounds", "repeated"];

    fn figures(&self) -> [u64; 5] {
        let all = || self.windows.iter().copied();
        let [first, last] = [all().next(), all().next_back()].map(Option::unwrap_or_default);
        let [least, most] = [all().min(), all().max()].map(Option::unwrap_or_default);
        [self.plan.per_second * self.plan.seconds, first, last, least, most]
    }

    fn is_within_bounds(&self) -> bool {
        let [least, most] = self.plan.bounds();
        self.windows.iter().all(|count| (least..=most).contains(count))
    }

    pub(super) fn cells(&self) -> Vec<String> {
        let held = if self.is_within_bounds() { "holds" } else { "fails" };
        let figures = self.figures().map(|figure| figure.to_string());
        [figures.to_vec(), vec![held.to_owned(), self.repeated.to_string()]].concat()
    }

    pub(super) fn line(&self) -> String {
        let cells = self.cells();
        Self::TITLES.iter().zip(cells).map(|(title, cell)| format!("{title} {cell}")).collect::<Vec<_>>().join(", ")
    }

    /// For machines.
    pub(super) fn json(&self) -> Value {
        let Plan { per_second, nodes, .. } = self.plan;
        json!({
            "perSecond": per_second, "nodes": nodes, "killed": u64::from(nodes >= KILLED_OF), "windows": self.windows,
            "withinBounds": self.is_within_bounds(), "repeated": self.repeated,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phase(per_second: u64, windows: &[u64]) -> Phase {
        let plan = Plan { per_second, nodes: 3, seconds: 60 };
        Phase { plan, windows: windows.to_vec(), repeated: 0 }
    }

    #[test]
    fn every_window_counts_and_may_be_a_tenth_from_the_rate_or_of_few_a_second_one_too_many_for_each_node() {
        for (per_second, windows, holds) in [
            (50, vec![2_700, 3_300], true),
            (50, vec![3_000, 2_699, 3_000], false),
            (50, vec![3_301, 3_000], false),
            (4, vec![216, 243], true),
            (4, vec![240, 244], false),
        ] {
            assert_eq!(phase(per_second, &windows).is_within_bounds(), holds, "{per_second}/s: {windows:?}");
        }
    }

    #[test]
    fn the_first_the_last_and_the_extreme_windows_are_shown() {
        assert_eq!(
            phase(50, &[2_990, 2_900, 3_050, 3_000]).cells(),
            ["3000", "2990", "3000", "2900", "3050", "holds", "0"]
        );
    }
}
