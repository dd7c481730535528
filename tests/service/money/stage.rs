//! The stage: a real process that can be killed, and apps of several dialects with their receivers.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::chance::Chance;
use super::model::{Act, Case, Teller, tenths};
use crate::api::{Answer, Api, App, PATIENCE, Source, TOKEN};
use crate::child::{Child, Home};
use crate::receiver::{Receiver, Reply};

/// The apps, one of each: its dialect, and what it can do with reversals.
pub(super) const DIALECTS: [(&str, Teller); 3] =
    [("besitos", Teller::Whole), ("offermaru", Teller::Parts), ("affonso", Teller::Whole)];
const OFFERMARU: &str = "?user_id={user_id}&user_reward={user_reward}&offer_id={offer_id}\
    &transaction_id={transaction_id}&publisher_payout={publisher_payout}&timestamp={timestamp}";
/// Failures that a receiver is given at a time.
const FAILURES: usize = 30;

pub(super) struct Stage {
    pub(super) home: Home,
    child: Option<Child>,
    pub(super) apps: Vec<App>,
    pub(super) receivers: Vec<Receiver>,
    source: Source,
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
        let (mut apps, mut receivers) = (Vec::new(), Vec::new());
        for (dialect, _) in DIALECTS {
            let receiver = Receiver::start().await;
            let query = if dialect == "offermaru" { OFFERMARU } else { "" };
            let mut settings = json!({"callbackUrl": receiver.url(&format!("/cb{query}")), "retrySchedule": [1, 1]});
            if dialect == "offermaru" {
                let reversed = format!("/reversed{query}&of={{original_transaction_id}}");
                settings["reversalUrl"] = receiver.url(&reversed).into();
            }
            let app = child.app(dialect, settings).await;
            child.secret(&app, "sekret").await;
            apps.push(app);
            receivers.push(receiver);
        }
        let source = child.source().await;
        let nodes = watch::Sender::new(child.api());
        Self { home, child: Some(child), apps, receivers, source, nodes }
    }

    pub(super) fn nodes(&self) -> Nodes {
        Nodes { apps: self.apps.clone(), source: self.source.clone(), api: self.nodes.subscribe() }
    }

    /// Lets receivers fail for a while, and pauses an app or resumes it.
    pub(super) async fn disturb(&mut self, chance: &mut Chance) {
        for receiver in &self.receivers {
            for _ in 0..chance.below(FAILURES) {
                receiver.then(if chance.one_in(3) { Reply::Close } else { Reply::status(500) }).await;
            }
        }
        let paused = chance.one_in(2);
        self.pause(chance.below(self.apps.len()), paused).await;
    }

    async fn pause(&self, app: usize, paused: bool) {
        let path = format!("/v1/apps/{}", self.apps[app].id);
        self.api().made(Method::PATCH, &path, json!({"paused": paused})).await;
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
        for app in 0..self.apps.len() {
            self.pause(app, false).await;
        }
        let resting = async {
            loop {
                let mut moves = 0;
                for status in ["pending", "sending", "retrying"] {
                    moves += self.deliveries(status).await.len();
                }
                for status in ["dead", "canceled"] {
                    for delivery in self.deliveries(status).await {
                        let path = format!("/v1/deliveries/{}/replay", delivery["id"].as_str().unwrap());
                        moves += usize::from(self.api().post(&path, json!({})).await.status == 200);
                    }
                }
                let held = self.deliveries("held").await;
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

    pub(super) async fn deliveries(&self, status: &str) -> Vec<Value> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.api().get(&format!("/v1/deliveries?status={status}&limit=1000{cursor}")).await;
            all.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page["nextCursor"].as_str() else { return all };
            cursor = format!("&cursor={next}");
        }
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
        api.try_signed_post(&self.source, path, &body.to_string()).await.ok()
    }

    fn conversion(&self, case: &Case, payout: i64, event_type: &str) -> Value {
        json!({
            "externalId": case.id, "eventType": event_type, "appId": self.apps[case.app].id, "userId": "u1",
            "offerId": "Zd", "userReward": tenths(case.reward), "payoutMinor": payout,
        })
    }

    /// Something to one of the completion's callbacks; where there is none, it is as if that were not possible.
    async fn by_hand(&self, api: &Api, case: &Case, which: usize, what: &str) -> Option<Answer> {
        let nothing = Answer { status: 409, body: Value::Null };
        let path = api.url(&format!("/v1/deliveries?transactionId={}", case.id));
        let found = api.http().get(path).bearer_auth(TOKEN).send().await.ok()?.json::<Value>().await.ok()?;
        // A reversal that a person cancels is never told; that is not what is looked at here.
        let of_completion = |one: &&Value| what == "replay" || one["kind"] == "completion";
        let found: Vec<&Value> = found["items"].as_array()?.iter().filter(of_completion).collect();
        if found.is_empty() {
            return Some(nothing);
        }
        let id = found[which % found.len()]["id"].as_str()?;
        api.try_post(&format!("/v1/deliveries/{id}/{what}"), json!({})).await.ok()
    }

    pub(super) async fn read(&self, case: &Case) -> Value {
        let api = self.api.borrow().clone();
        api.signed_get(&self.source, &format!("/v1/conversions/{}", case.id)).await.body
    }
}
