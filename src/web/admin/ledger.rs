//! `GET /v1/ledger`: what was given, taken back and told, by app, day and currency.
//!
//! The figures are computed from the records when they are asked for, so they cannot differ from them.

use actix_web::HttpRequest;
use actix_web::web::{Data, ServiceConfig};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::actions::ledger::LedgerOfDays;
use crate::domain::day::Day;
use crate::domain::ledger::{Account, Figures};
use crate::web::query::Query;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/ledger").get(read));
}

/// The figures of an app on a day in a currency.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct LedgerLine {
    app_id: String,
    /// Of UTC.
    #[schema(value_type = String, format = Date)]
    day: Day,
    /// Of the minor units.
    currency: String,
    #[serde(flatten)]
    figures: FiguresView,
}

/// The figures of all lines of a currency.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct LedgerTotal {
    currency: String,
    #[serde(flatten)]
    figures: FiguresView,
}

/// Completions and reversals on the day of their recording, deliveries (never tests) on the day of their making.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct FiguresView {
    completions: Count,
    payout_minor: Count,
    reward_minor: Count,
    /// In the app's currency. Absent in the totals of several apps, because each has a currency of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_reward: Option<String>,
    reversals: Count,
    reversed_payout_minor: Count,
    reversed_reward_minor: Count,
    #[serde(skip_serializing_if = "Option::is_none")]
    reversed_user_reward: Option<String>,
    /// Deliveries that were acknowledged.
    delivered: Count,
    /// Deliveries that have not ended.
    waiting: Count,
    /// Deliveries that were given up.
    dead: Count,
    /// Deliveries that were taken back before they were sent.
    canceled: Count,
}

/// A whole number that may be larger than any single amount.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = i64)]
struct Count(i128);

/// The ledger.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct LedgerView {
    /// The first day.
    #[schema(value_type = String, format = Date)]
    from: Day,
    /// The last day, included.
    #[schema(value_type = String, format = Date)]
    to: Day,
    /// The newest day first; a day on which nothing happened has no line.
    items: Vec<LedgerLine>,
    /// One for each currency.
    totals: Vec<LedgerTotal>,
}

impl FiguresView {
    fn new(figures: &Figures, is_of_one_app: bool) -> Self {
        let Figures { completions, given, reversals, taken, delivered, waiting, dead, canceled } = *figures;
        Self {
            completions: Count(completions),
            payout_minor: Count(given.payout_minor),
            reward_minor: Count(given.reward_minor),
            user_reward: is_of_one_app.then(|| given.user_reward.to_string()),
            reversals: Count(reversals),
            reversed_payout_minor: Count(taken.payout_minor),
            reversed_reward_minor: Count(taken.reward_minor),
            reversed_user_reward: is_of_one_app.then(|| taken.user_reward.to_string()),
            delivered: Count(delivered),
            waiting: Count(waiting),
            dead: Count(dead),
            canceled: Count(canceled),
        }
    }
}

/// Adds up what was recorded, by app, day and currency.
#[utoipa::path(get, path = "/v1/ledger", tag = "ledger",
    params(("appId" = Option<String>, Query, description = "Default: all apps that the caller may see"),
        ("from" = Option<String>, Query, description = "The first day of UTC, `2026-11-01`; default: 29 days before `to`"),
        ("to" = Option<String>, Query, description = "The last day, included; default: today. At most 400 days")),
    responses((status = 200, description = "The figures.", body = LedgerView)))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let query = Query::read(request.query_string(), &["appId", "from", "to"])?;
    let (from, to) = (query.day("from")?, query.day("to")?);
    let found = web.actions.ledger(&caller, query.text("appId"), from, to).await?;
    Ok(respond::ok(&LedgerView::from(found)))
}

impl From<LedgerOfDays> for LedgerView {
    fn from(found: LedgerOfDays) -> Self {
        let LedgerOfDays { from, to, ledger } = found;
        let lines = ledger.lines();
        let is_of_one_app = lines.windows(2).all(|pair| pair[0].0.app_id == pair[1].0.app_id);
        let line = |(account, figures): &(&Account, &Figures)| LedgerLine {
            app_id: account.app_id.clone(),
            day: account.day,
            currency: account.currency.clone(),
            figures: FiguresView::new(figures, true),
        };
        let items = lines.iter().map(line).collect();
        let total = |(currency, figures): (&str, Figures)| LedgerTotal {
            currency: currency.to_owned(),
            figures: FiguresView::new(&figures, is_of_one_app),
        };
        let totals = ledger.totals().into_iter().map(total).collect();
        Self { from, to, items, totals }
    }
}
