//! What Ringback sends: every awkward value in every dialect, kept as it came off the wire, with the code that is to take it.

use std::collections::{BTreeMap, BTreeSet};

use ringback::domain::dialect::catalog::Catalog;
use ringback::domain::dialect::recipe::Recipe;
use ringback::domain::dialect::success::SuccessRule;
use serde_json::json;
use tokio::sync::OnceCell;

use super::dialects::{Dialect, dialects};
use crate::delivery::awkward::rows;
use crate::delivery::in_clear;
use crate::support::{Answer, Received, Reply, Ringback, SECRET, Wall, text};

/// Everything that was sent to one endpoint.
pub(super) struct Captured {
    pub(super) dialect: Dialect,
    /// The code by its language: file name and text.
    pub(super) code: BTreeMap<&'static str, (String, String)>,
    /// What the dialect takes for an acknowledgement.
    pub(super) success: SuccessRule,
    /// The first row's completion, without an awkward value.
    pub(super) plain: Received,
    /// The requests.
    pub(super) requests: Vec<Received>,
    /// What a receiver must print of them, once each.
    pub(super) lines: BTreeSet<String>,
}

/// As the API names them.
const LANGUAGES: [&str; 7] = ["php", "node", "python", "go", "java", "csharp", "ruby"];

/// All endpoints; sent once for all languages.
pub(super) async fn captured() -> &'static [Captured] {
    static CAPTURED: OnceCell<Vec<Captured>> = OnceCell::const_new();
    CAPTURED.get_or_init(capture).await
}

async fn capture() -> Vec<Captured> {
    let ringback = Ringback::start().await;
    let catalog = Catalog::builtin();
    let shipped: BTreeSet<&str> = catalog.newest().map(|recipe| recipe.name()).collect();
    assert_eq!(dialects().iter().map(|dialect| dialect.name).collect::<BTreeSet<_>>(), shipped);
    let mut all = Vec::new();
    for dialect in dialects() {
        all.push(sent(&ringback, catalog.get(dialect.name).unwrap(), dialect).await);
    }
    all
}

async fn sent(ringback: &Ringback, recipe: &Recipe, dialect: Dialect) -> Captured {
    let wall = ringback.wall(dialect.name, (dialect.settings)()).await;
    let mut code = BTreeMap::new();
    for language in LANGUAGES {
        let answer = ringback.get(&wall.path(&format!("/receiver?language={language}"))).await;
        code.insert(language, (text(&answer, "fileName"), text(&answer, "code")));
    }
    let (mut plain, mut requests, mut lines) = (None, Vec::new(), BTreeSet::new());
    for (number, row) in rows().into_iter().enumerate() {
        let (id, body) = (row.transaction_id(number), row.report(&wall, number, (dialect.extra)(&row)));
        wall.receiver.always(Reply::with(200, "", &dialect.acknowledgement.replace("{id}", &id)));
        let answer = wall.source.report(&body).await;
        // What a dialect cannot say is refused: elsewhere it is tested that no more is.
        if answer.status != 200 {
            assert_eq!(answer.status, 422, "{}: {}", dialect.name, row.name);
            continue;
        }
        requests.push(arrived(ringback, recipe, &wall, &answer).await);
        plain = plain.or_else(|| requests.last().cloned());
        let told = [(dialect.user)(&row), (dialect.amount)(&row)].map(str::to_owned);
        let told: Vec<String> = told.into_iter().filter(|one| !one.is_empty()).collect();
        lines.insert(format!("credit\t{id}\t{}", told.join("\t")));
    }
    assert!(requests.len() > 40, "{} is told of {} rows", dialect.name, requests.len());
    wall.receiver.always(Reply::with(200, "", &dialect.acknowledgement.replace("{id}", "tx-0")));
    let reversed = wall.source.reverse(json!({"externalId": "row-0"})).await;
    if dialect.tells_reversals {
        requests.push(arrived(ringback, recipe, &wall, &reversed).await);
        lines.insert("reverse\ttx-0".to_owned());
    } else {
        assert_eq!(reversed.ok()["deliveries"], json!([]), "{}", dialect.name);
    }
    let success = recipe.success().clone();
    Captured { dialect, code, success, plain: plain.unwrap(), requests, lines }
}

/// The request of what was just reported, as it came off the wire.
async fn arrived(ringback: &Ringback, recipe: &Recipe, wall: &Wall, answer: &Answer) -> Received {
    if recipe.secret_in_clear() {
        return in_clear::request(ringback, wall, &answer.delivery(), SECRET).await;
    }
    wall.receiver.next().await
}
