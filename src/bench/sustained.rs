//! A closed loop that goes on: whether the last deliveries are as quick as the first.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::delivered;
use super::per_second;
use super::place::Place;
use super::receiver::Receiver;
use super::reporter::{self, Until};
use super::row::thousandths;
use super::server::Server;
use super::workload::{DIALECT, Workload};
use crate::command::Failure;

/// The first and the last sixth are compared: ten seconds of a minute.
const PARTS: u64 = 6;

/// What was settled in the first and in the last part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sustained {
    seconds: u64,
    first_per_second: u64,
    last_per_second: u64,
}

/// Measures single reports of one app with one endpoint for so many seconds, on a new server.
pub(super) async fn measure(place: &Place, seconds: u64) -> Result<Sustained, Failure> {
    let receiver = Receiver::start()?;
    let server = Server::start(place, 1).await?;
    let setting = server.set_up(DIALECT, &receiver.callback_url(), 1).await?;
    let addresses = server.addresses();
    let (start, all) = (Instant::now(), Duration::from_secs(seconds));
    let part = all / u32::try_from(PARTS)?;
    let reporting = reporter::report(&addresses, &setting, Workload::Single, Until::Time(start + all));
    let watching = async {
        let mut looks = Vec::new();
        for until in [part, all - part, all] {
            tokio::time::sleep_until((start + until).into()).await;
            let settled = u64::try_from(server.settled().await?)?;
            looks.push((settled, u64::try_from(start.elapsed().as_micros())?));
        }
        Ok::<_, Failure>(looks)
    };
    let (reported, looks) = tokio::try_join!(reporting, watching)?;
    delivered::wait(&server, &receiver, reported).await?;
    delivered::check(&server, &receiver, reported).await?;
    server.remove()?;
    let rate = |(settled, at): (u64, u64), (until, end): (u64, u64)| per_second(until - settled, end - at);
    let [first, before, last] = looks[..] else { return Err("three looks make two parts".into()) };
    Ok(Sustained { seconds, first_per_second: rate((0, 0), first), last_per_second: rate(before, last) })
}

impl Sustained {
    fn ratio_thousandths(&self) -> u64 {
        self.last_per_second * 1000 / self.first_per_second.max(1)
    }

    /// For people.
    pub(super) fn line(&self) -> String {
        let Self { seconds, first_per_second, last_per_second } = self;
        let part = seconds / PARTS;
        let ratio = thousandths(self.ratio_thousandths());
        format!(
            "closed loop for {seconds} s: last {part} s / first {part} s {ratio} \
             ({last_per_second}/s / {first_per_second}/s)"
        )
    }

    /// For machines.
    pub(super) fn json(&self) -> Value {
        json!({
            "seconds": self.seconds, "ratioThousandths": self.ratio_thousandths(),
            "firstPerSecond": self.first_per_second, "lastPerSecond": self.last_per_second,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_that_slows_down_shows() {
        let slowing = Sustained { seconds: 60, first_per_second: 4_000, last_per_second: 3_000 };
        let line = "closed loop for 60 s: last 10 s / first 10 s 0.750 (3000/s / 4000/s)";
        assert_eq!(slowing.line(), line);
    }
}
