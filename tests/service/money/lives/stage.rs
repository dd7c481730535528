//! The stage: a real process that can be killed, and apps of several dialects with their receivers.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::chance::Chance;
use super::model::{Act, Case, Teller, tenths};
use crate::support::{Answer, Api, App, Child, Home, PATIENCE, Reply, Source, Wall};

/// The apps, one of each: its dialect, and what it can do with reversals.
pub(super) const DIALECTS: [(&str, Teller); 3] =
    [("besitos", Teller::Whole), ("offermaru", Teller::Parts), ("affonso", Teller::Whole)];
/// Failures that a receiver is given at a time.
const FAILURES: usize = 30;

pub(super) struct Stage {
    pub(super) home: Home,
    child: Option<Child>,
    pub(super) walls: Vec<Wall>,
    nodes: watch::Sender<Api>,
}

/// The way to the process that lives at the moment.
#[derive(Clone)]
pub(super) struct Nodes {
    apps: Vec<App>,
    source: Source,
    api: watch::Receiver<Api>,
}

impl Stage {
    pub(super) async fn set() -> Self {
        let home = Home::new();
        let child = home.serve().await;
        let mut walls = Vec::new();
        for (dialect, _) in DIALECTS {
            walls.push(child.wall(dialect, json!({"retrySchedule": [1, 1]})).await);
        }
        let nodes = watch::Sender::new(child.api());
        Self { home, child: Some(child), walls, nodes }
    }

    pub(super) fn nodes(&self) -> Nodes {
        let apps = self.walls.iter().map(|wall| wall.app.clone()).collect();
        Nodes { apps, source: self.walls[0].source.clone(), api: self.nodes.subscribe() }
    }

    /// Lets receivers fail for a while, and pauses an app or resumes it.
    pub(super) async fn disturb(&mut self, chance: &mut Chance) {
        for wall in &self.walls {
            for _ in 0..chance.below(FAILURES) {
                wall.receiver.then([if chance.one_in(3) { Reply::Close } else { Reply::status(500) }]);
            }
        }
        let paused = chance.one_in(2);
        self.pause(chance.below(self.walls.len()), paused).await;
    }

    async fn pause(&self, app: usize, paused: bool) {
        self.api().change(&self.walls[app], json!({"paused": paused})).await;
    }

    /// Kills the process and starts it anew.
    pub(super) async fn kill(&mut self) {
        self.child.take().unwrap().kill().await;
        let child = self.home.serve().await;
        self.nodes.send_replace(child.api());
        self.child = Some(child);
    }

    pub(super) fn api(&self) -> Api {
        self.nodes.borrow().clone()
    }

    /// Resumes and replays until nothing waits that could go.
    pub(super) async fn come_to_rest(&mut self) {
        for app in 0..self.walls.len() {
            self.pause(app, false).await;
        }
        let resting = async {
            loop {
                let mut moves = 0;
                for status in ["pending", "sending", "retrying"] {
                    moves += self.api().deliveries(status).await.len();
                }
                for status in ["dead", "canceled"] {
                    for delivery in self.api().deliveries(status).await {
                        let replayed = self.api().replay(delivery["id"].as_str().unwrap()).await;
                        moves += usize::from(replayed.status == 200);
                    }
                }
                let held = self.api().deliveries("held").await;
                let is_waiting = |delivery: &&Value| delivery["waitingFor"] != "completion";
                moves += held.iter().filter(is_waiting).count();
                if moves == 0 {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE * 3, resting).await.expect("something never came to rest");
    }
}

impl Nodes {
    /// The answer, or nothing if the process died meanwhile.
    pub(super) async fn perform(&self, case: &Case, act: &Act) -> Option<Answer> {
        let api = self.api.borrow().clone();
        let (path, body) = match act {
            Act::Report => ("/v1/conversions", self.conversion(case, case.payout, "sale")),
            Act::Contradict => ("/v1/conversions", self.conversion(case, case.payout + 1, "sale")),
            Act::Refund => ("/v1/conversions", self.conversion(case, case.payout, "refund")),
            Act::TakeBack { name, asked } => {
                let mut body = json!({"externalId": case.id, "reversalId": name});
                if let Some((payout, reward)) = asked {
                    body["payoutMinor"] = (*payout).into();
                    body["userReward"] = tenths(*reward).into();
                }
                ("/v1/reversals", body)
            }
            Act::Replay(which) => return self.by_hand(&api, case, *which, "replay").await,
            Act::Cancel(which) => return self.by_hand(&api, case, *which, "cancel").await,
        };
        self.source.at(&api).try_post(path, body).await.ok()
    }

    fn conversion(&self, case: &Case, payout: i64, event_type: &str) -> Value {
        json!({
            "externalId": case.id, "eventType": event_type, "appId": self.apps[case.app].id, "userId": "u1",
            "offerId": "Zd", "userReward": tenths(case.reward), "payoutMinor": payout,
        })
    }

    /// Something to one of the completion's callbacks; where there is none, it is as if that were not possible.
    async fn by_hand(&self, api: &Api, case: &Case, which: usize, what: &str) -> Option<Answer> {
        let path = format!("/v1/deliveries?transactionId={}", case.id);
        let answer = api.try_call(Method::GET, &path, "").await.ok()?;
        // A reversal that a person cancels is never told; that is not what is looked at here.
        let of_completion = |one: &&Value| what == "replay" || one["kind"] == "completion";
        let found: Vec<&Value> = answer.body["items"].as_array()?.iter().filter(of_completion).collect();
        if found.is_empty() {
            return Some(Answer { status: 409, ..answer });
        }
        let id = found[which % found.len()]["id"].as_str()?;
        api.try_call(Method::POST, &format!("/v1/deliveries/{id}/{what}"), "{}").await.ok()
    }

    pub(super) async fn read(&self, case: &Case) -> Value {
        let source = self.source.at(&self.api.borrow());
        source.look_up(&case.id).await.body
    }
}
