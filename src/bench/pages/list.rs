//! The pages, and what they are asked for about.

use super::ground::{Ground, PUBLISHER};
use super::viewer::{Viewer, call};
use crate::bench::node::Node;
use crate::bench::past;
use crate::command::Failure;
use crate::store::inspect::history;
use serde_json::Value;

/// Every page that shows records, and those of an app. What stands in braces is taken from a [`Sample`].
pub(super) const PAGES: &[&str] = &[
    "/",
    "/lookup?q={user}",
    "/deliveries",
    "/deliveries?state=attention",
    "/deliveries?state=waiting",
    "/deliveries?app={app}",
    "/deliveries/{delivery}",
    "/deliveries/{delivery}/replay",
    "/completions",
    "/completions?app={app}",
    "/completions/{completion}",
    "/replays",
    "/replays/new?app={app}",
    "/apps",
    "/apps/{app}",
    "/apps/{app}?period=7d",
    "/apps/{app}/callback",
    "/apps/{app}/secrets",
    "/apps/{app}/test",
    "/apps/{app}/doctor",
    "/apps/{app}/receiver",
    "/apps/{app}/settings",
    "/egress",
    "/egress/{address}",
    "/people",
    "/people/tokens",
    "/account",
];

/// Prime, so that what is asked for one after the other lies far apart.
const STRIDE: usize = 7_919;

/// What one round is about.
#[derive(Debug)]
pub(super) struct Sample {
    app: String,
    delivery: String,
    completion: String,
    address: String,
    user: String,
}

impl Sample {
    /// The address of a page about it.
    pub(super) fn path(&self, page: &str) -> String {
        let known = [
            ("{app}", &self.app),
            ("{delivery}", &self.delivery),
            ("{completion}", &self.completion),
            ("{address}", &self.address),
            ("{user}", &self.user),
        ];
        known.into_iter().fold(page.to_owned(), |path, (name, value)| path.replace(name, value))
    }
}

/// What the rounds are about, and one more for the round that is not counted.
pub(super) async fn samples(
    node: &Node,
    viewer: &Viewer,
    ground: &Ground,
    rounds: usize,
) -> Result<Vec<Sample>, Failure> {
    let of = viewer.publisher().map(|_| format!("&publisherId={PUBLISHER}")).unwrap_or_default();
    let apps = items(node, &format!("/v1/apps?limit=200{of}")).await?;
    let addresses = items(node, "/v1/egress-ips?limit=200").await?;
    let users = usize::try_from(past::users(ground.stored))?;
    let mut samples = Vec::with_capacity(rounds + 1);
    for round in 0..=rounds {
        let app = text(&apps[round * STRIDE % apps.len()], "id")?;
        let deliveries = items(node, &format!("/v1/deliveries?appId={app}&limit=200")).await?;
        let delivery = &deliveries[round * STRIDE % deliveries.len()];
        samples.push(Sample {
            delivery: text(delivery, "id")?,
            completion: text(delivery, "completionId")?,
            address: text(&addresses[round % addresses.len()], "id")?,
            user: history::user_id(u64::try_from(round * STRIDE % users)?),
            app,
        });
    }
    Ok(samples)
}

async fn items(node: &Node, path: &str) -> Result<Vec<Value>, Failure> {
    match call(node, "GET", path, &Value::Null).await?["items"].take() {
        Value::Array(items) if !items.is_empty() => Ok(items),
        _ => Err(format!("{path} lists nothing").into()),
    }
}

fn text(answer: &Value, name: &str) -> Result<String, Failure> {
    answer[name].as_str().map(str::to_owned).ok_or_else(|| format!("an answer lacks `{name}`: {answer}").into())
}
