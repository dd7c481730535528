//! The store that pages are measured on: made while no server works on it, and as a server would have left it.

use std::time::Duration;

use serde_json::{Value, json};

use super::viewer::call;
use crate::bench::apps::{self, App};
use crate::bench::node::Node;
use crate::bench::past;
use crate::bench::place::OwnStore;
use crate::clock::Clock;
use crate::command::Failure;
use crate::domain::account::Publisher;
use crate::domain::health::latencies::Latencies;
use crate::domain::health::rollup::{Rollup, Step};
use crate::domain::health::tally::Tally;
use crate::domain::time::Timestamp;
use crate::store::Store;
use crate::store::rollups::NodeRollup;

/// The publisher whose person looks at the console, by its ref.
pub(super) const PUBLISHER: &str = "measured";
/// Apps of a publisher.
const OF_A_PUBLISHER: usize = 10;
/// Every so many apps have callbacks that cannot be delivered, so many each.
const FAILING: usize = 15;
const WAITING: usize = 50;
/// Nobody listens there, so what is due is tried, refused and put off.
const NOWHERE: &str = "http://127.0.0.1:9/callback";
/// An address that every Linux host has, and so many tokens that use it.
const ADDRESS: &str = "127.0.0.7";
const LISTED: usize = 30;

/// Roll-ups: five minutes each of the last day, one for each hour of the week.
const DAY: Duration = Duration::from_secs(86_400);
const WEEK: Duration = Duration::from_secs(7 * 86_400);
const HOUR: Duration = Duration::from_secs(3_600);

/// How large it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground {
    pub(super) stored: u64,
    pub(super) apps: usize,
}

impl Ground {
    /// Makes all of it in a store that is empty.
    pub(super) async fn lay(&self, own: &OwnStore, tell: impl Fn(&str)) -> Result<(), Failure> {
        let store = Store::open(&own.access()?)?;
        let apps = self.apps(&store).await?;
        let now = Clock::system().now();
        let made = |made| tell(&format!("{made} of {} deliveries of the past are made", self.stored));
        past::make(&store, self.stored, past::LONG, now, made).await?;
        roll_ups(&store, &apps, now).await?;
        tell(&format!("the roll-ups of {} apps are made", apps.len()));
        let failing: Vec<App> = apps.iter().step_by(FAILING).cloned().collect();
        apps::record_due(&store, &failing, WAITING).await?;
        Ok(store.tidy().await?)
    }

    async fn apps(&self, store: &Store) -> Result<Vec<App>, Failure> {
        let mut apps = Vec::new();
        while apps.len() < self.apps {
            let count = OF_A_PUBLISHER.min(self.apps - apps.len());
            let publisher = Publisher {
                id: crate::random::new_id("pub"),
                reference: apps.is_empty().then(|| PUBLISHER.to_owned()),
                name: format!("Publisher {}", apps.len() / OF_A_PUBLISHER + 1),
                created_at: Clock::system().now(),
            };
            apps.extend(apps::of(store, publisher, vec![vec![NOWHERE.to_owned()]; count]).await?);
        }
        Ok(apps)
    }
}

/// What is made by calls, once a server works on the store: an egress IP, tokens and replays, so that their lists hold something.
pub(super) async fn add_by_calls(node: &Node) -> Result<(), Failure> {
    let issued = call(node, "POST", "/v1/egress-ips", &json!({ "address": ADDRESS })).await?;
    let assignments = format!("/v1/egress-ips/{}/assignments", issued["id"].as_str().unwrap_or_default());
    call(node, "POST", &assignments, &json!({ "publisherId": PUBLISHER })).await?;
    for number in 0..LISTED {
        let token = json!({ "name": format!("script {number}"), "role": "publisher", "publisherId": PUBLISHER });
        call(node, "POST", "/v1/tokens", &token).await?;
    }
    let apps = call(node, "GET", &format!("/v1/apps?publisherId={PUBLISHER}"), &Value::Null).await?;
    for app in apps["items"].as_array().into_iter().flatten() {
        let replay = json!({ "appId": app["id"], "from": Clock::system().now().minus(HOUR) });
        call(node, "POST", "/v1/replays", &replay).await?;
    }
    Ok(())
}

/// What became of callbacks in the last week, of every app.
async fn roll_ups(store: &Store, apps: &[App], now: Timestamp) -> Result<(), Failure> {
    let five_minutes = Step::FiveMinutes.length();
    let mut at = Step::Hour.begin(now.minus(WEEK));
    while at <= now {
        let rollups = apps.iter().map(|app| NodeRollup { app_id: app.id.clone(), at, rollup: busy(at) }).collect();
        store.write_rollups("nod_measured", rollups, Vec::new()).await?;
        at = at.plus(if at < now.minus(DAY) { HOUR } else { five_minutes });
    }
    while store.fold_rollups(now).await? {}
    Ok(())
}

fn busy(at: Timestamp) -> Rollup {
    let mut latencies = Latencies::default();
    [9, 17, 84, 410].into_iter().for_each(|ms| latencies.add(ms));
    let tally = Tally { delivered: 40, failed_attempts: 2, last_delivered_at: Some(at), ..Tally::default() };
    Rollup { tally, latencies }
}
