//! The ledger as it is shown: its figures as they were added up, whatever they are written in.

use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::ledger::LedgerOfDays;
use crate::domain::day::Day;
use crate::domain::ledger::{Account, Figures};

/// The figures of an app on a day in a currency.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct LedgerLine {
    pub(super) app_id: String,
    /// Of UTC.
    #[schema(value_type = String, format = Date)]
    pub(super) day: Day,
    /// Of the minor units.
    pub(super) currency: String,
    #[serde(flatten)]
    pub(super) figures: FiguresView,
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
    pub(super) completions: Count,
    pub(super) payout_minor: Count,
    pub(super) reward_minor: Count,
    /// In the app's currency. Absent in the totals of several apps, because each has a currency of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user_reward: Option<String>,
    pub(super) reversals: Count,
    pub(super) reversed_payout_minor: Count,
    pub(super) reversed_reward_minor: Count,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reversed_user_reward: Option<String>,
    /// Deliveries that were acknowledged.
    pub(super) delivered: Count,
    /// Deliveries that have not ended.
    pub(super) waiting: Count,
    /// Deliveries that were given up.
    pub(super) dead: Count,
    /// Deliveries that were taken back before they were sent.
    pub(super) canceled: Count,
}

/// A whole number that may be larger than any single amount.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = i64)]
pub(super) struct Count(pub(super) i128);

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
    pub(super) items: Vec<LedgerLine>,
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
