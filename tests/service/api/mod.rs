//! What callers of the HTTP interface are answered: who may call what, how bodies and queries are read, what a report is
//! told, and every list and export. What a callback looks like is in `delivery`, what amounts come to in `money`.

mod access;
mod apps;
mod audit;
pub(crate) mod belongings;
mod delivery_detail;
mod described;
mod diagnosing;
pub(crate) mod dialects;
mod erasure;
mod exports;
mod health;
mod health_of_one;
mod hostile_bodies;
mod lists;
mod lookup;
mod openapi;
mod previewing;
mod problems;
mod reads;
mod recipe_health;
mod replays;
mod reporting;
mod roles;
mod secrets;
mod sequences;
mod stalled;
mod strictness;
mod testing;

use serde_json::{Value, json};

use crate::support::{Answer, Api, Ringback, with};

/// A Ringback, and everybody who has to do with the publisher `acme`.
struct Acme {
    operator: Ringback,
    manager: Api,
    publisher: Api,
    /// The publisher's id.
    id: String,
}

impl Acme {
    async fn start() -> Self {
        Self::at(Ringback::start().await).await
    }

    async fn at(operator: Ringback) -> Self {
        let id = operator.post("/v1/publishers", json!({"name": "Acme", "ref": "acme"})).await.id();
        let (manager, publisher) = (operator.manager().await, operator.publisher(&id).await);
        Self { operator, manager, publisher, id }
    }

    /// What the account manager is answered who makes an app of the publisher.
    async fn app(&self, settings: Value) -> Answer {
        let app = json!({"publisherId": self.id, "name": "Wall", "dialect": "besitos"});
        self.manager.post("/v1/apps", with(app, settings)).await
    }
}
