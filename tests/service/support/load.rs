//! Load: offer systems that report to all nodes in turn, each report until it is acknowledged, as real ones do.
//! [`super::account`] is what it must have come to.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Api, App, Source, Wall, found};

/// Reporters at a time; each reports its share as singles and batches in turn.
const REPORTERS: usize = 8;
const BATCH: usize = 25;
/// After so long a reporter gives a silent node up and asks another one.
const ANSWER: Duration = Duration::from_secs(10);

/// Reporters at work.
pub(crate) struct Load {
    nodes: watch::Sender<Vec<Api>>,
    acknowledged: watch::Receiver<usize>,
    reporters: JoinSet<()>,
    completions: usize,
}

#[derive(Clone)]
struct Reporter {
    nodes: watch::Receiver<Vec<Api>>,
    source: Source,
    apps: Vec<App>,
    acknowledged: watch::Sender<usize>,
    turn: usize,
}

/// The external id of a completion of the load, which is its transaction id as well.
pub(super) fn named(number: usize) -> String {
    format!("tx-{number}")
}

/// A change made at one node is in force at the others within a second: until a node has heard of the assignment, the app
/// is one without an egress IP to it.
async fn knows_the_way(node: &Api, wall: &Wall) {
    let own_route = wall.from == IpAddr::from(Ipv4Addr::LOCALHOST);
    let from = if own_route { Value::Null } else { json!(wall.from.to_string()) };
    found("each node knows where the app's callbacks leave from", async || {
        (node.get(&wall.app.path("")).await["egressIp"] == from).then_some(())
    })
    .await;
}

impl Load {
    /// Reports so many completions, for each of the walls in turn, to each of the nodes in turn.
    pub(crate) async fn start(completions: usize, walls: &[Wall], nodes: Vec<Api>) -> Self {
        for node in &nodes {
            for wall in walls {
                knows_the_way(node, wall).await;
            }
        }
        let source = nodes[0].source().await;
        let apps: Vec<App> = walls.iter().map(|wall| wall.app.clone()).collect();
        let (nodes, to_nodes) = watch::channel(nodes);
        let (acknowledged, count) = watch::channel(0);
        let mut reporters = JoinSet::new();
        let share = completions / REPORTERS;
        assert_eq!(share * REPORTERS, completions);
        for number in 0..REPORTERS {
            let (nodes, acknowledged) = (to_nodes.clone(), acknowledged.clone());
            let reporter = Reporter { nodes, source: source.clone(), apps: apps.clone(), acknowledged, turn: number };
            reporters.spawn(reporter.report_all(number * share..(number + 1) * share));
        }
        Self { nodes, acknowledged: count, reporters, completions }
    }

    /// From here on it reports to these; while there are none, to nobody.
    pub(crate) fn report_to(&self, nodes: Vec<Api>) {
        self.nodes.send_replace(nodes);
    }

    /// The same, for whoever waits for the end of the load at the same time.
    pub(crate) fn reported_to(&self) -> watch::Sender<Vec<Api>> {
        self.nodes.clone()
    }

    /// Returns once so many completions are acknowledged.
    pub(crate) async fn acknowledged(&mut self, at_least: usize) {
        assert!(at_least < self.completions, "then the load would be over");
        self.acknowledged.wait_for(|count| *count >= at_least).await.unwrap();
    }

    /// Returns once all are; answers how many that is.
    pub(crate) async fn finished(mut self) -> usize {
        while let Some(reported) = self.reporters.join_next().await {
            reported.unwrap();
        }
        assert_eq!(*self.acknowledged.borrow(), self.completions);
        self.completions
    }
}

impl Reporter {
    async fn report_all(mut self, share: std::ops::Range<usize>) {
        let of = |number: usize| self.apps[number % self.apps.len()].completion(&named(number));
        let all: Vec<Value> = share.map(of).collect();
        for (turn, some) in all.chunks(BATCH).enumerate() {
            if turn % 2 == 0 {
                self.report_batch(some).await;
            } else {
                for one in some {
                    let answer = self.report("/v1/conversions", one).await;
                    self.acknowledge(&answer);
                }
            }
        }
    }

    /// Of a batch only what is not refused is acknowledged; nothing of it may be.
    async fn report_batch(&mut self, some: &[Value]) {
        let answer = self.report("/v1/conversions/batch", &json!({"conversions": some})).await;
        let results = answer["results"].as_array().unwrap();
        assert_eq!(results.len(), some.len());
        results.iter().for_each(|result| self.acknowledge(result));
    }

    async fn report(&mut self, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        loop {
            let source = {
                let nodes = self.nodes.wait_for(|nodes| !nodes.is_empty()).await.unwrap();
                self.source.at(&nodes[self.turn % nodes.len()])
            };
            self.turn += 1;
            let answer = source.try_post(path, &body);
            match tokio::time::timeout(ANSWER, answer).await {
                Ok(Ok(answer)) if answer.status == 200 => return answer.body,
                Ok(Ok(answer)) => assert_eq!(answer.status, 503, "{}", answer.body),
                // It was killed, or says nothing.
                Ok(Err(_)) | Err(_) => tokio::task::yield_now().await,
            }
        }
    }

    fn acknowledge(&self, result: &Value) {
        assert!(matches!(result["status"].as_str(), Some("accepted" | "duplicate")), "{result}");
        self.acknowledged.send_modify(|count| *count += 1);
    }
}
