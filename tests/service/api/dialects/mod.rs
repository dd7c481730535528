//! Dialects of an operator's own: drafted, checked, published, chosen, withdrawn, by the API alone. What a recipe may say is
//! tried where recipes are read; here stands who may do what, and what becomes of endpoints and callbacks.

mod choosing;
mod drafts;
mod hostile;
mod limited;
mod publishing;
mod roles;
mod story;
mod tested;
mod unreadable;

use serde_json::{Value, json};

use crate::support::{Api, Ringback, Wall, with};

/// A dialect that is in no list.
const RECIPE: &str = include_str!("../../../recipes/coinbarn.toml");
const VECTORS: &str = include_str!("../../../recipes/coinbarn.json");
const NAME: &str = "x-coinbarn";
const DRAFT: &str = "/v1/dialects/x-coinbarn/draft";
/// Its callback URL.
const TEMPLATE: &str = "/coins?user={user}&txn={txn}&coins={coins}&usd={usd}&event={event}";

/// A draft of it.
pub(crate) fn draft() -> Value {
    json!({"recipe": RECIPE, "vectors": vectors()})
}

/// The same under another name.
pub(crate) fn draft_named(name: &str) -> Value {
    with(draft(), json!({"recipe": RECIPE.replacen(NAME, name, 1)}))
}

fn vectors() -> Value {
    serde_json::from_str(VECTORS).unwrap()
}

/// The next version, in which completions are told by another word.
fn next_draft() -> Value {
    let mut vectors = vectors();
    let first = vectors[0].to_string().replace("credit", "paid");
    vectors[0] = serde_json::from_str(&first).unwrap();
    // The word is signed.
    for (name, value) in [("signature", "/signature"), ("header", "/headers/X-Coinbarn-Signature")] {
        let place = vectors[0]["expect"].pointer_mut(value).unwrap_or_else(|| panic!("no {name}"));
        *place = "22cb8b53c02288eed9e0cfdf686fa6a36bddbda65e107073cbb40533b10baf72".into();
    }
    json!({"recipe": RECIPE.replace("\"credit\"", "\"paid\""), "vectors": vectors})
}

impl Ringback {
    /// Publishes a draft; answers the dialect.
    async fn published(&self, draft: Value) -> Value {
        self.post("/v1/dialects", &draft).await.ok();
        self.post("/v1/dialects/x-coinbarn/publish", "").await.ok()
    }

    /// An app that speaks the dialect, in this version.
    async fn coinbarn(&self, dialect: &str) -> Wall {
        self.wall(dialect, json!({"callbackUrl": TEMPLATE})).await
    }
}

/// What an app's first endpoint speaks.
async fn spoken(api: &Api, wall: &Wall) -> Value {
    api.get(&wall.path("")).await["dialect"].clone()
}
