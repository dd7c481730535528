//! One of each kind of object that a path can name, made for one publisher. A new kind is added here, once.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::dialects::draft_named;
use crate::support::{Api, Ringback, text, with};

/// The user of every completion that is made here.
const USER: &str = "user_42";
/// What nobody's in particular is: it is foreign to nobody, and may stand in everybody's lists.
const SHARED: [&str; 6] = ["offers", "name", "version", "draft", "userId", "sources"];
/// How the paths of calls about a draft end, where another one about the same dialect means what is published.
const OF_DRAFTS: [&str; 3] = ["/draft", "/check", "/publish"];

/// What belongs to one publisher, and whoever bears its token.
pub(crate) struct Belongings {
    /// The publisher's token.
    pub(crate) publisher: Api,
    /// A person of the publisher's, who has signed in.
    pub(crate) person: Api,
    /// By the part of a path that names it: the parameter, or for `{id}` what stands before it.
    objects: BTreeMap<&'static str, String>,
}

impl Belongings {
    /// Makes a publisher with one of each; `place` tells its egress IP from all others.
    pub(crate) async fn of_a_publisher(ringback: &Ringback, place: u8) -> Self {
        let wall = ringback.wall("besitos", json!({})).await;
        let token = json!({"name": "theirs", "role": "publisher", "publisherId": wall.publisher});
        let token = ringback.post("/v1/tokens", token).await;
        let theirs = |email: String| json!({"email": email, "role": "publisher", "publisherId": wall.publisher});
        let invited = ringback.post("/v1/invitations", theirs(format!("ana{place}@example.com"))).await.ok();
        let link = text(&invited, "link");
        let (_, join) = link.split_once("/join/").unwrap();
        let joining = json!({"token": join, "name": "Ana", "password": "correct horse battery"});
        let joined = ringback.with_token("").post("/v1/join", joining).await.ok();
        let person = ringback.with_token(&text(&joined, "token"));
        let invitation = ringback.post("/v1/invitations", theirs(format!("ben{place}@example.com"))).await;
        let sessions = person.get("/v1/me/sessions").await;
        let egress_ip = ringback.issue(json!({"address": format!("127.0.7.{place}")}), json!({"appId": wall.id})).await;
        let assigned = ringback.get(&egress_ip).await;
        let delivery = wall.report_until(&format!("tx-{place}"), "delivered").await;
        let replay = ringback.post("/v1/replays", json!({"appId": wall.id, "from": "2024-07-01T00:00:00Z"})).await;
        let source = json!({"name": "S", "appIds": [wall.id]});
        let offer = json!({
            "name": "O", "destinationUrl": "https://advertiser.example/{click_id}", "payoutMinor": 1, "currency": "USD",
        });
        let secrets = ringback.get(&wall.path("/secrets")).await;
        let limited = with(draft_named(&format!("x-own-{place}")), json!({"publishers": [wall.publisher]}));
        let limited = text(&ringback.post("/v1/dialects", limited).await.ok(), "name");
        let published = ringback.post(&format!("/v1/dialects/{limited}/publish"), "").await.ok();
        let objects = BTreeMap::from([
            ("publishers", wall.publisher.clone()),
            ("tokens", token.id()),
            ("users", text(&joined["user"], "id")),
            ("invitations", invitation.id()),
            ("sessions", text(&sessions["items"][0], "id")),
            ("apps", wall.id.clone()),
            ("endpointId", text(&delivery, "endpointId")),
            ("secretId", text(&secrets["items"][0], "id")),
            ("completions", text(&delivery, "completionId")),
            ("deliveries", text(&delivery, "id")),
            ("replays", replay.id()),
            ("egress-ips", text(&assigned, "id")),
            ("assignmentId", text(&assigned["assignments"][0], "id")),
            ("sources", ringback.post("/v1/sources", source).await.id()),
            ("offers", ringback.post("/v1/offers", offer).await.id()),
            ("userId", USER.to_owned()),
            ("name", "besitos".to_owned()),
            ("recipes", text(&published, "recipe")),
            ("version", "besitos@1".to_owned()),
            ("draft", text(&ringback.post("/v1/dialects", draft_named(&format!("x-wall-{place}"))).await.ok(), "name")),
        ]);
        Self { publisher: ringback.with_token(&text(&token.ok(), "token")), person, objects }
    }

    /// The path of this pattern that names these objects.
    pub(crate) fn path(&self, pattern: &str) -> String {
        let mut path = pattern.to_owned();
        for (parameter, kind) in parameters(pattern) {
            path = path.replacen(&parameter, self.object(&kind), 1);
        }
        path
    }

    /// The path of this pattern below our own object, where it names another one's below that; nothing where it does not.
    pub(crate) fn path_to_the_others_below(&self, other: &Self, pattern: &str) -> Option<String> {
        let parameters = parameters(pattern);
        let (last, kind) = parameters.get(1..)?.last().filter(|(_, kind)| !SHARED.contains(&kind.as_str()))?;
        Some(self.path(&pattern.replace(last, other.object(kind))))
    }

    /// The ids that no other publisher may be shown.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.objects.iter().filter(|(kind, _)| !SHARED.contains(kind)).map(|(_, id)| id.as_str())
    }

    /// What is sent with a call: what it needs to be read at all, about these objects.
    pub(crate) fn body(&self, call: &str) -> Value {
        match call {
            "POST /v1/apps/{id}/endpoints" => json!({"dialect": "besitos"}),
            "POST /v1/apps/{id}/preview" => json!({"completion": {}}),
            "POST /v1/preview" => json!({"endpoint": {"dialect": "besitos", "callbackUrl": "https://p.example/pb"}}),
            "POST /v1/apps/{id}/diagnose" | "POST /v1/apps/{id}/endpoints/{endpointId}/diagnose" => {
                json!({"pasted": "/pb?user_id=u&verifier=00"})
            }
            "POST /v1/replays" => json!({"appId": self.object("apps"), "from": "2024-07-01T00:00:00Z"}),
            _ => json!({}),
        }
    }

    /// What is asked beside the path: what a read needs to be answered at all.
    pub(crate) fn query(call: &str) -> String {
        match call {
            "GET /v1/lookup" => format!("&userId={USER}"),
            "GET /v1/apps/{id}/receiver" => "&language=php".to_owned(),
            _ => String::new(),
        }
    }

    /// The id of what we have of this kind.
    pub(crate) fn object(&self, kind: &str) -> &str {
        self.objects.get(kind).unwrap_or_else(|| {
            panic!("a path names {kind:?}: have one made in tests/service/api/belongings.rs, which says what it is")
        })
    }
}

/// Whether a path names something that belongs to somebody.
pub(crate) fn names_a_belonging(pattern: &str) -> bool {
    parameters(pattern).iter().any(|(_, kind)| !SHARED.contains(&kind.as_str()))
}

/// The parameters of a pattern, in order, each with the kind of what it names.
fn parameters(pattern: &str) -> Vec<(String, String)> {
    let parts: Vec<&str> = pattern.split('/').collect();
    let named = parts.windows(2).filter(|pair| pair[1].starts_with('{'));
    let is_of_draft = OF_DRAFTS.iter().any(|end| pattern.ends_with(end));
    let kind = |pair: &[&str]| match pair[1] {
        "{id}" => pair[0].to_owned(),
        "{name}" if is_of_draft => "draft".to_owned(),
        "{name}" if pattern.ends_with("/withdraw") => "version".to_owned(),
        other => other.trim_matches(['{', '}']).to_owned(),
    };
    named.map(|pair| (pair[1].to_owned(), kind(pair))).collect()
}
